import { Element, isXmlText, SessionError, xml } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAddresses, defaultLimits, parseFrame, serialize } from './guard.ts';
import { hostileFrames } from './hostile-frames.testing.ts';

function take(frame: string): Element {
  const element = parseFrame(frame, defaultLimits);
  checkAddresses(element);
  return element;
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a frame from the server', () => {
  it.each(hostileFrames)('that is %s is refused', (_, frame, condition) => {
    const error = thrown(() => take(frame));
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({ code: 'protocol', condition });
  });

  it('that is too large is refused', () => {
    const limits = { ...defaultLimits, maxFrame: 100 };
    expect(() => parseFrame(`<a>${'x'.repeat(93)}</a>`, limits)).not.toThrow();
    expect(() => parseFrame(`<a>${'x'.repeat(94)}</a>`, limits)).toThrow(SessionError);
  });

  it.each([
    `<message xmlns='jabber:client' from='a@b/c'><body>&lt;&#x1F600;</body></message>`,
    ` <a/>\n`,
    `<a><![CDATA[<b>]]></a>`,
    `<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>`,
    `<presence from='house.local' to='a@b/an @ and / in it'/>`,
  ])('that is XML is taken: %s', (frame) => {
    expect(take(frame)).toBeInstanceOf(Element);
  });

  it('is an element, or a SessionError, whatever it is', () => {
    const piece = fc.constantFrom(
      ...['<a', '>', '</a>', '/>', ' x="', '"', "'", '&amp;', '&', ';', '<!--', '-->', '<![CDATA['],
      ...[']]>', '<?', '?>', 'text', ' ', '<a>', '<a/>', '=', ':', '\u0000', '\ud800', '<end/>'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const error = thrown(() => take(pieces.join('')));
        return error === undefined || error instanceof SessionError;
      }),
      { numRuns: 3000 },
    );
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => isXmlText(value) && !/[\r<]/.test(value));
const tree = fc.letrec<{ element: Element }>((tie) => ({
  element: fc
    .tuple(
      name,
      fc.dictionary(name, text, { maxKeys: 4 }),
      fc.array(fc.oneof({ depthSize: 'small' }, text.filter(Boolean), tie('element')), {
        maxLength: 4,
      }),
    )
    .map(([tag, attrs, children]) => xml(tag, attrs, ...children)),
})).element;

describe('a stanza that we send', () => {
  it('arrives as it was', () => {
    fc.assert(
      fc.property(tree, (element) => {
        const sent = serialize(element, 1 << 20);
        expect(parseFrame(sent, defaultLimits).toString()).toBe(sent);
      }),
    );
  });

  it.each(['\u0000', '\u000b', '\ud800', '\uffff'])('may not carry %j', (character) => {
    const stanza = xml('message', {}, xml('body', {}, `a${character}b`));
    expect(thrown(() => serialize(stanza, 1000))).toMatchObject({
      code: 'protocol',
      condition: 'not-well-formed',
    });
    expect(() => serialize(xml('message', { id: character }), 1000)).toThrow(SessionError);
  });

  it('may be as large as the server says, in bytes', () => {
    const stanza = xml('message', {}, 'ø'.repeat(10));
    const bytes = Buffer.byteLength(stanza.toString());
    expect(() => serialize(stanza, bytes)).not.toThrow();
    expect(thrown(() => serialize(stanza, bytes - 1))).toMatchObject({
      condition: 'policy-violation',
    });
  });
});
