import { defaultPermissions, type Grant } from '@fjern/protocol';
import { expect, test } from 'vitest';
import { lackOf, stayOf } from './grants.ts';
import { formatPast, formatTimeOfDay } from './time.ts';

const guest: Grant = { role: 'guest', ...defaultPermissions.guest };
const member: Grant = { role: 'member', ...defaultPermissions.member };
const now = new Date(2026, 10, 24, 20, 0).getTime();
const hour = 3_600_000;

test('why something may not be done', () => {
  expect(lackOf(guest, 'stop')).toBe('Guests can’t stop what plays.');
  expect(lackOf({ ...member, commands: ['play'] }, 'load')).toBe(
    'This phone was not given the right to choose what plays.',
  );
  expect(lackOf(guest, 'play')).toBeUndefined();
  expect(lackOf(undefined, 'stop')).toBeUndefined();
});

test('a guest knows until when', () => {
  const time = formatTimeOfDay(now + hour);
  expect(stayOf({ ...guest, expires: now + hour }, now)).toBe(`Guest until ${time}`);
  expect(stayOf({ ...guest, expires: now + 25 * hour }, now)).toBe(`Guest until tomorrow, ${time}`);
  expect(stayOf({ ...guest, expires: now + 49 * hour }, now)).toBe(
    `Guest until 26 November, ${time}`,
  );
  expect(stayOf({ ...guest, untilStandby: true }, now)).toBe('Guest until the TV goes off');
  expect(stayOf(guest, now)).toBe('Guest');
  expect(stayOf(member, now)).toBeUndefined();
});

test.each([
  [10_000, 'this minute'],
  [5 * 60_000, '5 minutes ago'],
  [2 * hour, '2 hours ago'],
  [26 * hour, 'yesterday'],
  [8 * 24 * hour, undefined],
  [-hour, 'this minute'],
])('%d ms before now is %s', (past, words) => {
  expect(formatPast(now - past, now)).toBe(words);
});
