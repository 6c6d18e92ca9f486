import fc from 'fast-check';
import { expect, it } from 'vitest';
import { detect, escape as escapeLocal, unescape as unescapeLocal } from './jid-escaping.ts';

it.each([
  // XEP-0106 §4.1 and §5
  ['space cadet', 'space\\20cadet'],
  ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
  ['at&t guy', 'at\\26t\\20guy'],
  ["d'artagnan", 'd\\27artagnan'],
  ['/.fanboy', '\\2f.fanboy'],
  ['::foo::', '\\3a\\3afoo\\3a\\3a'],
  ['<foo>', '\\3cfoo\\3e'],
  ['user@host', 'user\\40host'],
  ['c:\\net', 'c\\3a\\5cnet'],
])('%s', (plain, escaped) => {
  expect(escapeLocal(plain)).toBe(escaped);
  expect(unescapeLocal(escaped)).toBe(plain);
  expect([detect(plain), detect(escaped)]).toEqual([true, false]);
});

it('gives back what it was given', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(unescapeLocal(escapeLocal(text))).toBe(text.trim());
    }),
  );
});
