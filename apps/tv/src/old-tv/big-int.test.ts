import { runInNewContext } from 'node:vm';
import { primitives } from '@fjern/seal';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
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

/** Runs `task` as if this engine had never had a BigInt. */
function withoutBigInt<T>(task: () => T): T {
  const { BigInt: before } = globalThis;
  const { setBigUint64 } = DataView.prototype;
  Reflect.deleteProperty(globalThis, 'BigInt');
  Reflect.deleteProperty(DataView.prototype, 'setBigUint64');
  try {
    addBigInt(globalThis as BigIntHost);
    return task();
  } finally {
    globalThis.BigInt = before;
    DataView.prototype.setBigUint64 = setBigUint64;
  }
}

it('is enough for ChaCha20-Poly1305, as in RFC 8439 §2.8.2', () => {
  const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
  const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
  const nonce = hex('070000004041424344454647');
  const ad = hex('50515253c0c1c2c3c4c5c6c7');
  const plaintext = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = withoutBigInt(() => chacha20poly1305(key, nonce, ad).encrypt(plaintext));
  expect(Buffer.from(sealed).toString('hex').slice(-32)).toBe('1ae10b594f09e26a7e902ecbd0600691');
  expect(sealed).toEqual(primitives.encrypt(key, nonce, ad, plaintext));
});

it('seals and opens what node:crypto does', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const data = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes(32), bytes(12), data, data, (key, nonce, ad, plaintext) => {
      const [sealed, opened] = withoutBigInt(() => {
        const made = chacha20poly1305(key, nonce, ad).encrypt(plaintext);
        return [made, chacha20poly1305(key, nonce, ad).decrypt(made)];
      });
      expect(sealed).toEqual(primitives.encrypt(key, nonce, ad, plaintext));
      expect(opened).toEqual(plaintext);
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
