import { describe, expect, it } from 'vitest';
import { ambiguous, idOf, label, match, type Named, shortId } from './names.ts';

const living: Named = { id: 'k7q2aaaabbbbcccc', name: 'Living room' };
const twin: Named = { id: 'k7qzaaaabbbbcccc', name: 'living Room' };
const library: Named = { id: 'b6aaaaaabbbbcccc', name: 'Library' };
const cafe: Named = { id: 'c5aaaaaabbbbcccc', name: 'Cafe\u0301' };
const all = [living, twin, library, cafe];
const meant = (wanted: string) => match(wanted, all, (one) => one);

describe('a name', () => {
  it.each([
    ['k7q2aaaabbbbcccc', [living]],
    ['k7q2aaaabbbbcccc.local', [living]],
    ['tv@K7Q2aaaabbbbcccc.local', [living]],
    ['LIVING room', [living, twin]],
    ['Living room·k7q2', [living]],
    ['living room · k7qz', [twin]],
    ['Living room#k7q2', [living]],
    ['·k7q2', [living]],
    ['k7qz', [twin]],
    ['lib', [library]],
    ['li', [living, twin, library]],
    ['Caf\u00e9', [cafe]],
    ['Kitchen', []],
    ['Library·k7q2', []],
    ['k7q', []],
    ['', []],
  ])('%j means the TVs that it fits best', (wanted, fits) => {
    expect(meant(wanted)).toEqual(fits);
  });

  it('that is the whole of one and the beginning of another is that of the first', () => {
    const den = { id: 'd1', name: 'Den' };
    const denmark = { id: 'd2', name: 'Denmark' };
    expect(match('den', [denmark, den], (one) => one)).toEqual([den]);
  });

  it('is told apart by as much of the id as it takes', () => {
    expect(all.map((one) => label(one, all))).toEqual([
      'Living room·k7q2',
      'living Room·k7qz',
      'Library',
      'Cafe\u0301',
    ]);
    expect(label(living, [living])).toBe('Living room');
    expect(shortId({ id: 'abcdef' }, [{ id: 'abcdxx' }])).toBe('abcde');
    expect(shortId({ id: 'tv' }, [{ id: 'tvs' }])).toBe('tv');
  });

  it('that several have is answered with what to say', () => {
    expect(ambiguous('living room', [living, twin], all)).toMatchObject({
      reason: 'usage',
      code: 'ambiguous',
      message:
        "Several TVs are called \"living room\": say 'Living room·k7q2' or 'living Room·k7qz'.",
    });
    expect(ambiguous('li', [living, library], all).message).toBe(
      "Several TVs begin with \"li\": say 'Living room·k7q2' or 'Library'.",
    );
  });
});

it('the id of a TV is what its domain begins with', () => {
  expect(idOf('tv@k7q2.local')).toBe('k7q2');
  expect(idOf('tv@home.example.org')).toBe('home.example.org');
});
