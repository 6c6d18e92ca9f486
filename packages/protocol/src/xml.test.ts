import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Element, toText, xml } from './xml.ts';

describe('toText', () => {
  it('escapes what XML has other uses for', () => {
    const element = xml('a', { b: `<"&'>` }, `<"&'>`, xml('c'), '');
    expect(toText(element)).toBe(`<a b="&lt;&quot;&amp;&apos;&gt;">&lt;"&amp;'&gt;<c/></a>`);
  });

  it('writes what the element itself would', () => {
    const text = fc.string({ unit: fc.constantFrom(...'a<>&"\'ø ', '📱', '\n') });
    const { element } = fc.letrec<{ element: Element }>((tie) => ({
      element: fc
        .tuple(
          fc.constantFrom('a', 'x:b'),
          fc.dictionary(fc.constantFrom('id', 'xmlns', 'xml:lang'), fc.option(text)),
          fc.array(fc.oneof({ depthSize: 'small' }, text, tie('element')), { maxLength: 3 }),
        )
        .map(([name, attrs, children]) => {
          const made = new Element(name, attrs);
          for (const child of children)
            if (typeof child === 'string') made.t(child);
            else made.cnode(child);
          return made;
        }),
    }));
    fc.assert(
      fc.property(element, (element) => {
        expect(toText(element)).toBe(element.toString());
      }),
    );
  });
});
