import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseElement, parsePlainElement } from './parse.ts';
import { encodeSealed } from './seal.ts';
import { xml } from './xml.ts';

const sealed = encodeSealed({
  sid: 'K1RXnRT3h2bG',
  n: 17,
  text: 'a6IsfPNQF/DODRcHbV9QB2L81MFr2Z==',
});
const stanza = xml('iq', { xmlns: 'jabber:client', type: 'set', id: '1', to: 'tv@a.b/c' }, sealed);

describe('parsePlainElement', () => {
  it('reads a sealed request', () => {
    const read = parsePlainElement(stanza.toString());
    expect(read?.toString()).toBe(stanza.toString());
    expect(read?.getChild('sealed')?.getText()).toBe(sealed.getText());
    expect(read?.getChild('sealed')?.parent).toBe(read);
  });

  it('reads an element by itself', () => {
    const command = '<play xmlns="urn:xmpp:second-screen:0" id="c1" epoch="e" expires="12.5"/>';
    expect(parsePlainElement(command)?.toString()).toBe(command);
    expect(parsePlainElement('<a>x</a>')?.getText()).toBe('x');
    expect(parsePlainElement('<iq><a/></iq>')?.getChild('a')?.children).toEqual([]);
    expect(parsePlainElement('<a></a>')?.children).toEqual([]);
  });

  it.each([
    '<iq><a><b/></a></iq>',
    '<iq>x<a/></iq>',
    '<iq><a/>x</iq>',
    '<iq',
    '<iq id="1"',
    '<iq id="1"type="set"/>',
    '<iq id="1" />',
    '</iq>',
    '',
    '<iq><a></a><b></b></iq>',
    '<iq><a>&amp;</a></iq>',
    '<iq><a>]]></a></iq>',
    '<iq id="1" id="2"><a>x</a></iq>',
    '<iq><a id="1" id="2">x</a></iq>',
    '<iq id="<"><a>x</a></iq>',
    '<iq id="&lt;"><a>x</a></iq>',
    '<iq xmlns="http://www.w3.org/2000/xmlns/"><a>x</a></iq>',
    '<x:iq><a>x</a></x:iq>',
    '<iq><a>x</b></iq>',
    '<iq><a>x</a></ib>',
    '<iq><a>ø</a></iq>',
    '<iq><a>x</a></iq> ',
    '<iq><a>x</a></iq><iq><a>x</a></iq>',
  ])('leaves %s to the parser', (text) => {
    expect(parsePlainElement(text)).toBeUndefined();
  });

  it('agrees with the parser on all that it reads', () => {
    const piece = fc.constantFrom(
      ...'<>/=" \'&;]!-?:.aiq',
      '<iq',
      '<a',
      '</a>',
      '</iq>',
      ' id="1"',
      ' xmlns="u"',
      'text',
      '&amp;',
      'ø',
      '\n',
    );
    let read = 0;
    const garbled = fc
      .tuple(fc.nat(60), fc.nat(3), fc.array(piece, { maxLength: 3 }))
      .map(([at, length, pieces]) => {
        const text = '<iq id="1" xmlns="u"><a n="2">text</a></iq>';
        return text.slice(0, at) + pieces.join('') + text.slice(at + length);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          garbled,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const plain = parsePlainElement(text);
          if (!plain) return;
          read++;
          const parsed = parseElement(text);
          expect(plain.toString()).toBe(parsed.toString());
          expect(plain.attrs).toEqual(parsed.attrs);
        },
      ),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});
