import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { type ParseLimits, parseElement, XmlError } from './parse.ts';
import { Element } from './xml.ts';

const thrown = (text: string, limits?: ParseLimits) => {
  try {
    parseElement(text, limits);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('parseElement', () => {
  it.each([
    ['text', 'hello', 'not-well-formed'],
    ['nothing', '', 'not-well-formed'],
    ['an unfinished element', '<a><b>', 'not-well-formed'],
    ['an unfinished attribute', `<a b='`, 'not-well-formed'],
    ['crossed tags', '<a><b></a></b>', 'not-well-formed'],
    ['two roots', '<a/><a/>', 'not-well-formed'],
    ['two roots, one named as ours', '<a/><end/>', 'not-well-formed'],
    ['text after the root', '<a/>x', 'not-well-formed'],
    ['a character that is none', '<a>&#0;</a>', 'not-well-formed'],
    ['half a character', '<a>\ud800</a>', 'not-well-formed'],
    ['a comment', '<a><!-- --></a>', 'restricted-xml'],
    ['a DTD', '<!DOCTYPE a><a/>', 'restricted-xml'],
    ['a processing instruction', `<?xml version='1.0'?><a/>`, 'restricted-xml'],
    ['a deep tree', '<a>'.repeat(65) + '</a>'.repeat(65), 'policy-violation'],
    ['a broad tree', `<a>${'<b/>'.repeat(20_000)}</a>`, 'policy-violation'],
  ])('refuses %s', (_, text, condition) => {
    const error = thrown(text);
    expect(error).toBeInstanceOf(XmlError);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ name: 'XmlError', code: 'malformed', condition });
  });

  it('takes what is within its limits, and not one more', () => {
    const limits = { maxDepth: 3, maxElements: 5 };
    const policy = { condition: 'policy-violation' };
    expect(thrown('<a><a><a/></a></a>', limits)).toBeUndefined();
    expect(thrown('<a><a><a><a/></a></a></a>', limits)).toMatchObject(policy);
    expect(thrown('<a><b/><b/><b/><b/></a>', limits)).toBeUndefined();
    expect(thrown('<a><b/><b/><b/><b/><b/></a>', limits)).toMatchObject(policy);
  });

  it.each([
    [` <a x='1' y="&lt;&#x1F600;"/>\n`, `<a x="1" y="&lt;😀"/>`],
    ['<a><![CDATA[<b>]]></a>', '<a>&lt;b&gt;</a>'],
    [`<s:a xmlns:s='urn:x'><end/></s:a>`, `<s:a xmlns:s="urn:x"><end/></s:a>`],
  ])('takes %s', (text, again) => {
    const element = parseElement(text);
    expect(element).toBeInstanceOf(Element);
    expect(element.toString()).toBe(again);
  });

  it('gives an element or an XmlError, whatever the text', () => {
    const piece = fc.constantFrom(
      ...['<a', '>', '</a>', '/>', ' x="', '"', "'", '&amp;', '&', ';', '<!--', '-->', '<![CDATA['],
      ...[']]>', '<?', '?>', 'text', ' ', '<a>', '<a/>', '=', ':', '\u0000', '\ud800', '<end/>'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const error = thrown(pieces.join(''));
        return error === undefined || error instanceof XmlError;
      }),
      { numRuns: 3000 },
    );
  });
});
