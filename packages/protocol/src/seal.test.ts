import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError, StanzaError } from './errors.ts';
import { NS_ERRORS, NS_SCE, NS_SEAL } from './namespaces.ts';
import { XmlError } from './parse.ts';
import {
  decodeEnvelope,
  decodeHandshake,
  decodeSealed,
  decodeSealedError,
  encodeEarly,
  encodeEnvelope,
  encodeHandshake,
  encodeSealed,
  encodeSealedError,
  encodeSealedMessage,
  handshakePatterns,
  type Sealed,
  sealCondition,
  sealError,
  sealingRequired,
} from './seal.ts';
import { type Element, xml } from './xml.ts';

const wire = (element: Element) => parse(element.toString());
const errorOnTheWire = (error: StanzaError) =>
  StanzaError.fromStanza(parse(`<iq type='error'>${error.toElement()}</iq>`));
/** In UTF-8. */
const bytesOf = (text: string) => encodeURIComponent(text).replace(/%../g, '.').length;
const sealed: fc.Arbitrary<Sealed> = fc.record({
  sid: any.base64url(12),
  n: fc.nat(),
  text: any.base64,
});

describe('elements of a sealed session', () => {
  it('are decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        any.token,
        fc.constantFrom(...handshakePatterns),
        any.base64,
        any.base64url(12),
        fc.nat(),
        (id, pattern, message, sid, n) => {
          const handshake = wire(encodeHandshake('tv@home.example', { id, pattern, message }));
          expect(handshake.attrs).toEqual({ type: 'headline', to: 'tv@home.example' });
          expect(decodeHandshake(handshake.getChild('handshake', NS_SEAL) as Element)).toEqual({
            id,
            pattern,
            message,
          });
          const value = { sid, n, text: message };
          expect(decodeSealed(wire(encodeSealed(value)))).toEqual(value);
          const stanza = wire(encodeSealedMessage('kim@home.example/phone', value));
          expect(decodeSealed(stanza.getChild('sealed', NS_SEAL) as Element)).toEqual(value);
        },
      ),
    );
  });

  it.each([
    `<sealed xmlns='${NS_SEAL}' n='1'>AA==</sealed>`,
    `<sealed xmlns='${NS_SEAL}' sid='a b' n='1'>AA==</sealed>`,
    `<sealed xmlns='${NS_SEAL}' sid='a'>AA==</sealed>`,
    `<sealed xmlns='${NS_SEAL}' sid='a' n='-1'>AA==</sealed>`,
    `<sealed xmlns='${NS_SEAL}' sid='a' n='1.5'>AA==</sealed>`,
    `<sealed xmlns='${NS_SEAL}' sid='a' n='${2 ** 53}'>AA==</sealed>`,
    `<sealed xmlns='urn:x' sid='a' n='1'>AA==</sealed>`,
  ])('are refused: %s', (text) => {
    expect(() => decodeSealed(parse(text))).toThrow(ProtocolError);
  });

  it('are of known patterns only', () => {
    const text = `<handshake xmlns='${NS_SEAL}' id='a' pattern='NN'>AA==</handshake>`;
    expect(() => decodeHandshake(parse(text))).toThrow(
      expect.objectContaining({ code: 'invalid-value' }),
    );
  });
});

describe('an envelope', () => {
  const content = fc.array(
    fc.record({ name: fc.stringMatching(/^[a-z]{1,9}$/), value: any.text, body: any.text }),
    { maxLength: 4 },
  );
  const written = (elements: { name: string; value: string; body: string }[]) =>
    elements.map(({ name, value, body }) => xml(name, { xmlns: 'urn:x', value }, body));

  it('has a length in bytes that is a multiple of 64, whatever is in it', () => {
    fc.assert(
      fc.property(content, (elements) => {
        const text = encodeEnvelope(written(elements).join(''));
        expect(bytesOf(text) % 64).toBe(0);
      }),
    );
  });

  it('gives its content back', () => {
    fc.assert(
      fc.property(content, (elements) => {
        const expected = written(elements);
        const read = decodeEnvelope(encodeEnvelope(expected.join('')));
        expect(read.map(String)).toEqual(expected.map(String));
        expect(read.map((element) => element.getNS())).toEqual(expected.map(() => 'urn:x'));
      }),
    );
  });

  it('does not tell a title’s length, within bounds', () => {
    const lengths = ['A', 'Northern Lights', 'Bläue', '光'].map((title) =>
      bytesOf(encodeEnvelope(`<title>${title}</title>`)),
    );
    expect(new Set(lengths).size).toBe(1);
  });

  it.each([
    `<envelope><content/></envelope>`,
    `<envelope xmlns='urn:xmpp:sce:0'><content/></envelope>`,
    `<content xmlns='${NS_SCE}'/>`,
    `<message xmlns='jabber:client'><envelope xmlns='${NS_SCE}'><content/></envelope></message>`,
    `<envelope xmlns='${NS_SCE}'/>`,
    `<envelope xmlns='${NS_SCE}'><content xmlns='urn:x'/></envelope>`,
  ])('is not %s', (text) => {
    expect(() => decodeEnvelope(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it.each([
    ['', 'not-well-formed'],
    [encodeEnvelope('<a>'), 'not-well-formed'],
    [encodeEnvelope('') + encodeEnvelope(''), 'not-well-formed'],
    [encodeEnvelope('<!-- -->'), 'restricted-xml'],
    [encodeEnvelope('<a>'.repeat(100) + '</a>'.repeat(100)), 'policy-violation'],
  ])('that is no XML of XMPP is refused (%#)', (text, condition) => {
    expect(() => decodeEnvelope(text)).toThrow(expect.objectContaining({ condition }));
    expect(() => decodeEnvelope(text)).toThrow(XmlError);
  });

  it('carries early requests in the namespace of stanzas', () => {
    const early = encodeEarly('get', '0', xml('clock', { xmlns: 'urn:x' }));
    const [iq] = decodeEnvelope(encodeEnvelope(early.toString()));
    expect(iq?.is('iq', 'jabber:client')).toBe(true);
    expect(iq?.attrs).toMatchObject({ type: 'get', id: '0' });
  });
});

describe('errors around sealed sessions', () => {
  it('that are sealed show nothing else', () => {
    fc.assert(
      fc.property(sealed, (value) => {
        const read = errorOnTheWire(encodeSealedError(value));
        expect(read).toMatchObject({ condition: 'undefined-condition', type: 'cancel' });
        expect(decodeSealedError(read)).toEqual(value);
        expect(sealCondition(read)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['no-session', 'item-not-found'],
    ['unsealable', 'not-acceptable'],
  ] as const)('say that there is %s', (name, condition) => {
    const read = errorOnTheWire(sealError(name, 'Because.'));
    expect(sealCondition(read)).toBe(name);
    expect(read).toMatchObject({ condition, type: 'cancel', message: 'Because.' });
    expect(decodeSealedError(read)).toBeUndefined();
  });

  it('are not made up of what others say', () => {
    for (const application of [
      undefined,
      { name: 'no-session', xmlns: NS_ERRORS },
      { name: 'lost', xmlns: NS_SEAL },
    ]) {
      const error = errorOnTheWire(
        new StanzaError('item-not-found', application ? { application } : {}),
      );
      expect(sealCondition(error)).toBeUndefined();
      expect(decodeSealedError(error)).toBeUndefined();
    }
  });

  it('say when sealing is required', () => {
    expect(errorOnTheWire(sealingRequired())).toMatchObject({
      condition: 'policy-violation',
      type: 'cancel',
      application: { name: 'sealing-required', xmlns: NS_ERRORS },
    });
  });
});
