import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLocalClock, TvClock } from './clock.ts';

it('is wrong by half of the shortest round trip at most', () => {
  const exchange = fc.record({
    there: fc.double({ min: 0, max: 2, noNaN: true }),
    back: fc.double({ min: 0, max: 2, noNaN: true }),
  });
  const difference = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      difference,
      fc.array(exchange, { minLength: 1, maxLength: 8 }),
      (ahead, exchanges) => {
        const clock = new TvClock();
        let now = 10;
        for (const { there, back } of exchanges) {
          const at = now + there + ahead;
          clock.add({ epoch: 'e', received: at, sent: at }, now, now + there + back);
          now += 1e-6;
        }
        const shortest = Math.min(...exchanges.map(({ there, back }) => there + back));
        const error = Math.abs((clock.offset(now) ?? Infinity) - ahead);
        expect(error).toBeLessThanOrEqual(shortest / 2 + 1e-3);
      },
    ),
  );
});

it('trusts a fresh sample more than a better one of long ago', () => {
  const clock = new TvClock();
  clock.add({ epoch: 'e', received: 100, sent: 100 }, 0, 0.01);
  clock.add({ epoch: 'e', received: 3701, sent: 3701 }, 3600, 3600.02);
  expect(clock.offset(3601)).toBeCloseTo(100.99, 5);
});

it('keeps distrusted samples only until there is a new one, and none of another epoch', () => {
  const clock = new TvClock();
  expect(clock.offset(0)).toBeUndefined();
  clock.add({ epoch: 'e', received: 100, sent: 100 }, 0, 0);
  clock.distrust();
  expect(clock.offset(0)).toBe(100);
  clock.add({ epoch: 'e', received: 51, sent: 51 }, 0, 2);
  expect(clock.offset(2)).toBe(50);
  clock.add({ epoch: 'f', received: 8, sent: 8 }, 2, 8);
  expect(clock.offset(8)).toBe(3);
});

it('goes on while the device sleeps, and not with every step of the wall clock', () => {
  let monotonic = 0;
  let wall = 1_000_000;
  const now = createLocalClock(
    () => monotonic,
    () => wall,
  );
  monotonic += 1000;
  wall += 1000;
  expect(now()).toBe(1);
  wall += 500;
  expect(now()).toBe(1);
  wall -= 3_600_000;
  expect(now()).toBe(1);
  // Eight hours asleep: the monotonic clock stood still.
  wall += 8 * 3_600_000;
  expect(now()).toBe(1 + 8 * 3600);
});
