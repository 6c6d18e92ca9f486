import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addBigInt, type BigIntHost } from './big-int.ts';

/** A realm of its own, as Chromium 66 has it. */
function oldHost() {
  return runInNewContext(
    'delete globalThis.BigInt; delete DataView.prototype.setBigUint64; globalThis',
  ) as BigIntHost & { BigInt: (value: unknown) => bigint; DataView: typeof DataView };
}

it('writes lengths as the engines do that have it', () => {
  const host = oldHost();
  addBigInt(host);
  const length = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(0, 2 ** 32, 2 ** 53 - 1));
  fc.assert(
    fc.property(length, fc.nat({ max: 8 }), fc.option(fc.boolean()), (value, offset, little) => {
      const [ours, theirs] = [new Uint8Array(16).fill(7), new Uint8Array(16).fill(7)];
      const littleEndian = little ?? undefined;
      new host.DataView(ours.buffer).setBigUint64(offset, host.BigInt(value), littleEndian);
      new DataView(theirs.buffer).setBigUint64(offset, BigInt(value), littleEndian);
      expect(ours).toEqual(theirs);
    }),
  );
});

it.each([-1, 0.5, 2 ** 53, Number.NaN, '0x7fffffffffffffffffff'])(
  'does not pretend to count to %s',
  (value) => {
    const host = oldHost();
    addBigInt(host);
    expect(() => host.BigInt(value)).toThrow(/more than this engine can count/);
  },
);

it('leaves an engine alone that has them', () => {
  const { BigInt: before } = globalThis;
  const { setBigUint64 } = DataView.prototype;
  addBigInt(globalThis as BigIntHost);
  expect(globalThis.BigInt).toBe(before);
  expect(DataView.prototype.setBigUint64).toBe(setBigUint64);
});
