import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from './time.ts';

test.each([
  [0, '0:00'],
  [5.9, '0:05'],
  [59.9999999, '1:00'],
  [62, '1:02'],
  [220, '3:40'],
  [3599.5, '59:59'],
  [3723, '1:02:03'],
  [36000, '10:00:00'],
])('%d seconds is %s', (seconds, text) => {
  expect(formatTime(seconds)).toBe(text);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('%d is no time', (seconds) => {
  expect(formatTime(seconds)).toBe('–:––');
});

test('reads back as the whole seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 360_000 }), (seconds) => {
      const back = formatTime(seconds)
        .split(':')
        .reduce((sum, part) => sum * 60 + Number(part), 0);
      expect(back).toBe(seconds);
    }),
  );
});
