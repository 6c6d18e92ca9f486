import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asKeyed,
  enter,
  erase,
  insert,
  isCapital,
  lengthOf,
  longestName,
  moveCaret,
  type NameEntry,
  nameIn,
  toggleCapital,
} from './name-entry.ts';

/** Presses the keys of the screen one after the other. */
const press = (entry: NameEntry, ...keys: string[]) =>
  keys.reduce((now, key) => insert(now, asKeyed(key, isCapital(now))), entry);

const steps: ((entry: NameEntry) => NameEntry)[] = [
  erase,
  toggleCapital,
  (entry) => moveCaret(entry, -1),
  (entry) => moveCaret(entry, 1),
];

describe('capitals', () => {
  it('start every word', () => {
    const name = press(enter(''), ...'anna’s old tv-box');
    expect(name.text).toBe('Anna’s Old Tv-box');
    expect(isCapital(enter('Anna'))).toBe(false);
    expect(isCapital(enter('Anna '))).toBe(true);
    expect(isCapital(enter('Anna', 0))).toBe(true);
  });

  it('are what the viewer says for one letter', () => {
    const small = press(toggleCapital(enter('')), 'i', 'p');
    expect(small.text).toBe('ip');
    expect(press(toggleCapital(enter('i')), 'p', 'a').text).toBe('iPa');
    expect(isCapital(toggleCapital(toggleCapital(enter('i'))))).toBe(false);
    expect(isCapital(erase(toggleCapital(enter('ip'))))).toBe(false);
  });

  it('are one character, or none', () => {
    expect(asKeyed('ø', true)).toBe('Ø');
    expect(asKeyed('ß', true)).toBe('ß');
    expect(asKeyed('7', true)).toBe('7');
  });
});

describe('typing', () => {
  it('happens where the caret is', () => {
    const back = moveCaret(moveCaret(enter('Ana'), -1), -1);
    expect(insert(back, 'n')).toEqual({ text: 'Anna', caret: 2 });
    expect(erase(insert(back, 'n'))).toEqual(back);
    expect(erase(enter('Ana', 0))).toEqual({ text: 'Ana', caret: 0 });
    expect(moveCaret(enter('Ana'), 1).caret).toBe(3);
  });

  it('takes what is outside the basic plane for one character', () => {
    const rocket = enter('TV 🚀');
    expect(moveCaret(rocket, -1).caret).toBe(3);
    expect(moveCaret(moveCaret(rocket, -1), 1)).toEqual(rocket);
    expect(erase(rocket).text).toBe('TV ');
  });

  it('ends where the name is as long as it may be', () => {
    const full = enter('x'.repeat(longestName + 8));
    expect(full).toEqual({ text: 'x'.repeat(longestName), caret: longestName });
    expect(insert(full, 'y')).toEqual(full);
    expect(lengthOf(enter('🚀'.repeat(40)).text)).toBe(longestName);
  });
});

it('gives a name without blanks around it or in a row', () => {
  expect(nameIn(enter('  Anna’s   phone '))).toBe('Anna’s phone');
  expect(nameIn(enter('   '))).toBe('');
});

it('keeps to the limit and the caret between characters, whatever is pressed', () => {
  const step = fc.oneof(
    fc.constantFrom(...steps),
    fc
      .string({ unit: 'grapheme', maxLength: 3 })
      .map((typed) => (entry: NameEntry) => insert(entry, typed)),
  );
  const start = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(start, fc.array(step, { maxLength: 60 }), (name, taken) => {
      let entry = enter(name);
      for (const one of taken) {
        entry = one(entry);
        const { text, caret } = entry;
        expect(lengthOf(text)).toBeLessThanOrEqual(longestName);
        // A pair of surrogates is never torn apart.
        expect(lengthOf(text.slice(0, caret)) + lengthOf(text.slice(caret))).toBe(lengthOf(text));
        expect(caret).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});
