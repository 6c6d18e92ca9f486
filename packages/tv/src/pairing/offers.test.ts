import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemRandom } from '../random.ts';
import { isTrivial, randomPin } from './offers.ts';

const bytes = (number: number) =>
  Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);

/** Gives these numbers, four bytes each. */
function sequence(...numbers: number[]) {
  let next = 0;
  return () => bytes(numbers[next++] ?? 0);
}

it('draws again what would make some digits likelier, and what everybody tries', () => {
  expect(randomPin(sequence(4_294_000_000, 0xff_ff_ff_ff, 123_456, 42_000_007))).toBe('000007');
  expect(randomPin(sequence(4_293_999_998))).toBe('999998');
  expect(() => randomPin(() => new Uint8Array(4))).toThrow(TypeError);
});

it('has six digits, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xff_ff_ff_ff }), (number) => {
      const pin = randomPin(sequence(number, 7));
      expect(pin).toMatch(/^\d{6}$/);
      expect(isTrivial(pin)).toBe(false);
    }),
  );
});

it('leaves out thirty of a million', () => {
  let trivial = 0;
  for (let number = 0; number < 1_000_000; number++)
    if (isTrivial(String(number).padStart(6, '0'))) trivial++;
  expect(trivial).toBe(30);
  for (const pin of ['000000', '123456', '654321', '890123']) expect(isTrivial(pin)).toBe(true);
  for (const pin of ['135790', '121212', '112233']) expect(isTrivial(pin)).toBe(false);
});

it('has digits that are as likely as each other', () => {
  const counts = new Array<number>(10).fill(0);
  const pins = 20_000;
  for (let i = 0; i < pins; i++)
    for (const digit of randomPin(systemRandom))
      counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1;
  const expected = (pins * 6) / 10;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 9 degrees of freedom: beyond this once in a hundred million.
  expect(chiSquare).toBeLessThan(55);
});
