import { ProtocolError, type StanzaCondition, StanzaError } from './errors.ts';
import { NS_ERRORS, NS_HINTS, NS_SCE, NS_SEAL } from './namespaces.ts';
import { parseElement, parsePlainElement } from './parse.ts';
import { expectElement, integer, oneOf, token } from './values.ts';
import { childElements, type Element, type XmlChild, xml } from './xml.ts';

// The messages of `urn:xmpp:second-screen:seal:0`, and what is inside of them (XEP-0420). Keys and
// ciphers are elsewhere: here are only the elements.

export const handshakePatterns = ['IK', 'NNpsk0'] as const;
/** Noise §7.5: `IK` between a remote and a TV that know each other, `NNpsk0` between a screen and its hub. */
export type HandshakePattern = (typeof handshakePatterns)[number];

/** A message of a Noise handshake. */
export interface Handshake {
  /** Chosen by the initiator; both messages have it. */
  id: string;
  pattern: HandshakePattern;
  /** Base64. */
  message: string;
}

/**
 * A message stanza of type headline: sent to a bare JID, it reaches whatever resource is there, on every
 * server (RFC 6121 §8.5.2.1.1).
 */
export function encodeHandshake(to: string, { id, pattern, message }: Handshake): Element {
  return xml(
    'message',
    { type: 'headline', to },
    xml('handshake', { xmlns: NS_SEAL, id, pattern }, message),
    xml('no-store', { xmlns: NS_HINTS }),
  );
}

/** @throws ProtocolError */
export function decodeHandshake(element: Element): Handshake {
  expectElement(element, 'handshake', NS_SEAL);
  return {
    id: token(element, 'id'),
    pattern: oneOf(element, 'pattern', handshakePatterns),
    message: element.getText(),
  };
}

/** A payload that only the other end of the session can read. */
export interface Sealed {
  /** Names the session. */
  sid: string;
  /** Counts the messages of one direction, from 0. */
  n: number;
  /** Base64. */
  text: string;
}

export function encodeSealed({ sid, n, text }: Sealed): Element {
  return xml('sealed', { xmlns: NS_SEAL, sid, n }, text);
}

/** @throws ProtocolError */
export function decodeSealed(element: Element): Sealed {
  expectElement(element, 'sealed', NS_SEAL);
  return { sid: token(element, 'sid'), n: integer(element, 'n'), text: element.getText() };
}

/** A notification stanza around a sealed payload. */
export function encodeSealedMessage(to: string, sealed: Sealed): Element {
  return xml(
    'message',
    { type: 'headline', to },
    encodeSealed(sealed),
    xml('no-store', { xmlns: NS_HINTS }),
  );
}

/** An envelope's bytes are a multiple of this: a title's length or a digit more of a position does not show. */
const block = 64;
const head = `<envelope xmlns='${NS_SCE}'><content>`;
const middle = '</content><rpad>';
const tail = '</rpad></envelope>';
const plainEnd = /^<\/content><rpad>\.*<\/rpad><\/envelope>$/;

/**
 * XEP-0420 §4, as text. Of the affix elements only `<rpad/>` is needed: addresses and order are part of
 * what the session authenticates.
 * @param content the written elements
 */
export function encodeEnvelope(content: string): string {
  const length = head.length + utf8Length(content) + middle.length + tail.length;
  return head + content + middle + '.'.repeat(-length & (block - 1)) + tail;
}

/** Bytes of a well-formed text in UTF-8. */
function utf8Length(text: string): number {
  let { length } = text;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two units of a surrogate pair are four bytes, any other one from U+0800 on is three.
    if (unit >= 0x80) length += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return length;
}

/** The elements of the content. @throws ProtocolError */
export function decodeEnvelope(text: string): Element[] {
  const end = text.lastIndexOf(middle);
  // As it is written here, with one element in it: by far the most, so the padding need not be parsed.
  if (text.startsWith(head) && plainEnd.test(text.slice(end))) {
    const content = text.slice(head.length, end);
    if (content === '') return [];
    const element = parseOnly(content);
    if (element) return [element];
  }
  const envelope = parseElement(text);
  expectElement(envelope, 'envelope', NS_SCE);
  const content = envelope.getChild('content', NS_SCE);
  if (!content) throw new ProtocolError('malformed', 'envelope/content', 'is required');
  return childElements(content);
}

/** Undefined when it is not one element, as when there are several. */
function parseOnly(text: string): Element | undefined {
  try {
    return parsePlainElement(text) ?? parseElement(text);
  } catch {
    return undefined;
  }
}

/**
 * What the first message of a handshake asks and the second answers, beside establishing the session. It may
 * have been replayed by somebody who cannot read the answer: only reading and what may be repeated is asked.
 */
export function encodeEarly(
  type: 'get' | 'set' | 'result' | 'error',
  id: string,
  ...children: XmlChild[]
): Element {
  return xml('iq', { xmlns: 'jabber:client', type, id }, ...children);
}

const sealErrors = {
  /** The TV has no such session (any more): make a new handshake. */
  'no-session': 'item-not-found',
  /** It does not open: forged, repeated, or out of order. */
  unsealable: 'not-acceptable',
} as const satisfies Record<string, StanzaCondition>;
export type SealCondition = keyof typeof sealErrors;

/** An error that is not sealed, since there is no session to seal it in. */
export function sealError(condition: SealCondition, text: string): StanzaError {
  return new StanzaError(sealErrors[condition], {
    type: 'cancel',
    text,
    application: { name: condition, xmlns: NS_SEAL },
  });
}

export function sealCondition(error: StanzaError): SealCondition | undefined {
  if (error.application?.xmlns !== NS_SEAL) return undefined;
  const { name } = error.application;
  return name === 'no-session' || name === 'unsealable' ? name : undefined;
}

/** The `<error/>` around a sealed one (RFC 6120 §8.3.4): outside it says nothing but that there is one. */
export function encodeSealedError(sealed: Sealed): StanzaError {
  return new StanzaError('undefined-condition', {
    type: 'cancel',
    application: { name: 'sealed', xmlns: NS_SEAL, element: encodeSealed(sealed) },
  });
}

/** @throws ProtocolError */
export function decodeSealedError({ application }: StanzaError): Sealed | undefined {
  if (application?.xmlns !== NS_SEAL || application.name !== 'sealed') return undefined;
  return application.element && decodeSealed(application.element);
}

/** In answer to what must not be asked in the clear. */
export function sealingRequired(): StanzaError {
  return new StanzaError('policy-violation', {
    type: 'cancel',
    text: 'This is said in a sealed session only.',
    application: { name: 'sealing-required', xmlns: NS_ERRORS },
  });
}
