import { defaultPermissions, type Grant, type PairedRemote } from '@fjern/protocol';
import { describe, expect, it } from 'vitest';
import { labels } from './labels.ts';
import { shortAddress } from './state/address.ts';

it('says who did it, where somebody else did', () => {
  expect(labels.activity({ kind: 'paused', by: 'Anna’s phone' })).toBe('Anna’s phone paused');
  expect(labels.activity({ kind: 'paused' })).toBe('Paused');
  const sought = { kind: 'sought', to: 3725, forward: true } as const;
  expect(labels.activity({ ...sought, by: 'Jo' })).toBe('Jo jumped to 1:02:05');
  expect(labels.activity({ kind: 'volume', level: 0.4 })).toBe('Volume 40 %');
});

it('keeps a name that runs from right to left from turning the sentence round', () => {
  expect(labels.activity({ kind: 'paused', by: 'هاتف' })).toBe('\u2068هاتف\u2069 paused');
});

it('names two remotes and counts the others', () => {
  expect(labels.idle.paired(['A'])).toBe('Paired: A');
  expect(labels.idle.paired(['A', 'B'])).toBe('Paired: A and B');
  expect(labels.idle.paired(['A', 'B', 'C', 'D'])).toBe('Paired: A, B and 2 more');
});

it.each([
  ['http://192.168.1.20:7120/#v=1&s=x', '192.168.1.20:7120'],
  ['https://tv.example/#v=1', 'https://tv.example'],
  ['nothing', ''],
])('shortens %s', (url, short) => {
  expect(shortAddress(url)).toBe(short);
});

describe('a remote', () => {
  const now = new Date(2026, 10, 24, 20, 14).getTime();
  const minute = 60_000;
  const day = 24 * 60 * minute;
  const remote = (more: Partial<PairedRemote>): PairedRemote => ({
    id: 'a',
    name: 'Anna’s phone',
    kind: 'phone',
    grant: { role: 'member', ...defaultPermissions.member },
    pairedAt: 0,
    online: false,
    ...more,
  });

  it.each([
    [{ online: true, lastSeen: now - day }, 'Connected now'],
    [{}, 'Not connected yet'],
    [{ lastSeen: now + minute }, 'Last here just now'],
    [{ lastSeen: now - minute }, 'Last here 1 minute ago'],
    [{ lastSeen: now - 59 * minute }, 'Last here 59 minutes ago'],
    [{ lastSeen: now - 90 * minute }, 'Last here 1 hour ago'],
    [{ lastSeen: now - 21 * 60 * minute }, 'Last here yesterday'],
    [{ lastSeen: now - 3 * day }, 'Last here 3 days ago'],
    [{ lastSeen: new Date(2026, 9, 3, 12).getTime() }, /^Last here on (3 October|October 3)$/],
  ])('was last seen: %o', (more, words) => {
    expect(labels.remotes.seen(remote(more), now)).toMatch(words);
  });

  it.each<[Partial<Grant>, RegExp]>([
    [{ role: 'owner' }, /^Owner$/],
    [{ role: 'guest' }, /^Guest$/],
    [{ role: 'guest', untilStandby: true }, /^Guest until standby$/],
    [{ role: 'guest', expires: now + minute }, /^Guest until \S*15\b/],
    [
      { role: 'guest', expires: now + day, untilStandby: true },
      /^Guest until tomorrow, .*14.*, or standby$/,
    ],
  ])('has a role: %o', (change, words) => {
    const grant = { ...remote({}).grant, ...change };
    expect(labels.remotes.role(remote({ grant }), now)).toMatch(words);
  });
});
