import { describe, expect, it } from 'vitest';
import { parseJid } from './jid.ts';

describe('parseJid', () => {
  it('takes an address apart and brings it to one form', () => {
    expect(parseJid('TV@House.Local/Box @/x')).toEqual({
      local: 'tv',
      domain: 'house.local',
      resource: 'Box @/x',
      bare: 'tv@house.local',
      full: 'tv@house.local/Box @/x',
    });
    expect(parseJid('house.local')).toMatchObject({ local: undefined, resource: undefined });
    // The same name, typed in two ways.
    expect(parseJid('a@b/e\u0301')?.full).toBe(parseJid('a@b/\u00e9')?.full);
  });

  it.each([
    '',
    '@',
    '@b',
    'a@',
    'a@b/',
    'a b@c',
    'a@b@c',
    '<@b',
    'a@b c',
    'a@b/\u0007',
    `a@b/${'x'.repeat(1024)}`,
  ])('refuses %j', (text) => {
    expect(parseJid(text)).toBeUndefined();
  });
});
