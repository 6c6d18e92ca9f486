import { expect, it } from 'vitest';
import { formatClock, formatDay } from './time.ts';

const evening = Date.UTC(2026, 10, 24, 20, 14);

it.each([
  ['en-GB', '20:14', undefined],
  ['de', '20:14', undefined],
  ['en-US', '8:14', { text: 'PM', first: false }],
  ['ko', '8:14', { text: expect.any(String), first: true }],
])('writes the time of day as in %s', (locale, time, period) => {
  expect(formatClock(evening, locale, 'UTC')).toEqual({ time, ...(period ? { period } : {}) });
});

it('writes a day as in the locale', () => {
  expect(formatDay(evening, 'en-GB')).toBe('24 November');
});
