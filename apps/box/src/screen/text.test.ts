import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeAss, fit, measure, oneLine, wrap } from './text.ts';

/** Text as somebody would write it who knows ASS. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\',
        '{',
        '}',
        '\n',
        '\r',
        '\\N',
        '\\n',
        '\\h',
        '{\\fs300}',
        '\\p1',
        '\u2028',
        '\u202e',
        '\u2069',
        ' ',
      ),
      fc.string({ unit: 'grapheme' }),
    ),
  )
  .map((parts) => parts.join(''));

describe('foreign text in ASS', () => {
  it('is never a tag, a line break or the end of an event', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeAss(text);
        expect(escaped).not.toMatch(/[\n\r\u2028\u2029]/);
        // What libass looks at in turn: a backslash and what follows it, or a brace.
        for (const [token] of escaped.matchAll(/\\.?|[{}]/gsu))
          expect(['\\\u2060', '\\{', '\\}', '\\h']).toContain(token);
      }),
    );
  });

  it('is one line that cannot turn round what is beside it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('says which way a sentence runs that begins with a name of the other direction', () => {
    expect(escapeAss('\u2068ليلى\u2069 paused')).toBe('\u200e\u202bليلى\u202c\u200e paused');
    expect(escapeAss('Anna paused')).toBe('Anna paused');
  });
});

describe('what fits', () => {
  it('fits, and is the beginning of the text', () => {
    fc.assert(
      fc.property(
        hostile.map(oneLine),
        fc.integer({ min: 2, max: 40 }),
        fc.boolean(),
        (text, width, bold) => {
          const fitting = fit(text, width, bold);
          expect(measure(fitting, bold)).toBeLessThanOrEqual(width);
          if (fitting !== text) expect(text.startsWith(fitting.slice(0, -1))).toBe(true);
        },
      ),
    );
  });

  it('takes no more lines than there are, and loses nothing that fits', () => {
    fc.assert(
      fc.property(hostile.map(oneLine), fc.integer({ min: 5, max: 30 }), (text, width) => {
        const lines = wrap(text, width, 3);
        expect(lines.length).toBeLessThanOrEqual(3);
        for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(width);
        if (!lines.some((line) => line.endsWith('…'))) expect(lines.join(' ')).toBe(text);
      }),
    );
  });

  it('keeps a picture of several characters whole', () => {
    expect(fit('👨‍👩‍👧‍👦👨‍👩‍👧‍👦 family', 8)).not.toMatch(/\u200d…$/);
  });
});
