import { Failure } from './exit.ts';

// How people name a TV, and how it is named to them: TVs are told apart by identity, and called by name.

/** What a TV is called, and what it is. */
export interface Named {
  /** Its id: `tv@<id>.local`. */
  id: string;
  name: string;
}

/** As many characters of an id as people are asked to read. */
const shortest = 4;

/** `tv@k7q2….local`, or anything else an XMPP server calls a TV: what is before the first dot. */
export function idOf(tv: string): string {
  const domain = tv.slice(tv.indexOf('@') + 1);
  return domain.endsWith('.local') ? domain.slice(0, -'.local'.length) : domain;
}

/** The beginning of its id that none of the others has: `k7q2`. */
export function shortId(one: Pick<Named, 'id'>, all: readonly Pick<Named, 'id'>[]): string {
  const others = all.filter(({ id }) => id !== one.id);
  let length = Math.min(shortest, one.id.length);
  while (length < one.id.length && others.some(({ id }) => id.startsWith(one.id.slice(0, length))))
    length++;
  return one.id.slice(0, length);
}

/** `Living room`; where another one has that name, `Living room·k7q2`. */
export function label(one: Named, all: readonly Named[]): string {
  const isShared = all.some(({ id, name }) => id !== one.id && same(name, one.name));
  return isShared ? `${one.name}·${shortId(one, all)}` : one.name;
}

/**
 * Those that `wanted` can mean; the first of these that means any: its whole id in any form, its name, the beginning of
 * its id with or without its name before it (`Living room·k7q2`, `k7q2`), the beginning of its name.
 */
export function match<T>(wanted: string, all: readonly T[], named: (one: T) => Named): T[] {
  const text = fold(wanted.trim());
  const whole = text.replace(/^tv@/, '').replace(/\.local$/, '');
  const parts = /^(.*?)\s*[·#]\s*([\w-]+)$/.exec(text);
  const tests: ((one: Named) => boolean)[] = [
    ({ id }) => fold(id) === whole,
    ({ name }) => fold(name) === text,
    ({ id, name }) =>
      parts !== null &&
      fold(id).startsWith(parts[2] ?? '') &&
      fold(name).startsWith(parts[1] ?? ''),
    ({ id }) => text.length >= shortest && fold(id).startsWith(text),
    ({ name }) => text !== '' && fold(name).startsWith(text),
  ];
  for (const test of tests) {
    const fits = all.filter((one) => test(named(one)));
    if (fits.length > 0) return fits;
  }
  return [];
}

/** Which of several is to be said. */
export function ambiguous(wanted: string, fits: readonly Named[], all: readonly Named[]): Failure {
  const labels = fits.map((one) => `'${label(one, all)}'`);
  const are = fits.every(({ name }) => same(name, wanted))
    ? `are called "${wanted}"`
    : `begin with "${wanted}"`;
  return new Failure('usage', `Several TVs ${are}: say ${labels.join(' or ')}.`, {
    code: 'ambiguous',
  });
}

function same(name: string, other: string): boolean {
  return fold(name) === fold(other);
}

/** Names are compared as people compare them: whatever their case, and however their accents are encoded. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
