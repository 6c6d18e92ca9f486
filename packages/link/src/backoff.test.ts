import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from './backoff.ts';

it('doubles up to the cap', () => {
  const at = (failures: number) => backoff(failures, { base: 0.2, cap: 15, random: () => 1 });
  expect([0, 1, 2, 3, 6, 7, 1e6].map(at)).toEqual([0.2, 0.4, 0.8, 1.6, 12.8, 15, 15]);
});

it('spreads over the whole interval, so that remotes do not return in step', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const full = backoff(failures, { base: 1, cap: 15, random: () => 1 });
      const delay = backoff(failures, { base: 1, cap: 15, random: () => random });
      return delay === random * full && full <= 15;
    }),
  );
});
