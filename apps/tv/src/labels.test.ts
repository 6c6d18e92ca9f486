import { expect, it } from 'vitest';
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
