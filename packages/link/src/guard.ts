import {
  type Element,
  isXmlText,
  parseElement,
  parsePlainElement,
  SessionError,
  toText,
  XmlError,
} from '@fjern/protocol';
import { EventEmitter } from '@xmpp/events';

export interface FrameLimits {
  /** Characters of one frame, in either direction. */
  maxFrame: number;
  maxDepth: number;
  maxElements: number;
}

export const defaultLimits: FrameLimits = { maxFrame: 1 << 20, maxDepth: 64, maxElements: 20_000 };

/**
 * Parses one WebSocket message, which must be exactly one complete element (RFC 7395 §3.3.2).
 * @throws SessionError `protocol`
 */
export function parseFrame(frame: string, limits: FrameLimits): Element {
  if (frame.length > limits.maxFrame) throw violation('policy-violation', 'a frame is too large');
  try {
    return parsePlainElement(frame) ?? parseElement(frame, limits);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw violation(error.condition, `a frame that is not one element: ${error.message}`);
  }
}

// A domain, perhaps with a local part before it and a resource after it (RFC 7622 §3.1).
const address = /^(?:[^@/<>"&'\s]+@)?[^@/<>"&'\s]+(?:\/[\s\S]+)?$/;

/**
 * @throws SessionError `protocol` when the addresses, which the server vouches for, are no addresses
 */
export function checkAddresses(stanza: Element): void {
  const { from, to } = stanza.attrs as { from?: string; to?: string };
  if ((from !== undefined && !address.test(from)) || (to !== undefined && !address.test(to)))
    throw violation('improper-addressing', 'a stanza with a malformed address');
}

/**
 * The text of a stanza that may be sent.
 * @throws SessionError `protocol` when it has a character that XML cannot carry, or is larger than the server takes
 */
export function serialize(stanza: Element, maxBytes: number): string {
  const text = toText(stanza);
  if (!isXmlText(text))
    throw violation('not-well-formed', 'a stanza with a character that XML cannot carry', false);
  // The encoded length is at most three times the length.
  if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes)
    throw violation('policy-violation', `a stanza of more than ${maxBytes} bytes`, false);
  return text;
}

function violation(condition: string, what: string, theirs = true): SessionError {
  return new SessionError('protocol', `${theirs ? 'The server sent' : 'Refused to send'} ${what}`, {
    condition,
  });
}

/** The `Parser` of an `@xmpp/connection` for RFC 7395 frames. Throws where the stock one emits `error`. */
export function frameParser(limits: FrameLimits): new () => EventEmitter {
  return class FrameParser extends EventEmitter {
    write(frame: string): void {
      const element = parseFrame(frame, limits);
      const framing = element.attrs.xmlns === 'urn:ietf:params:xml:ns:xmpp-framing';
      if (framing && element.name === 'open') this.emit('start', element);
      else if (framing && element.name === 'close') this.emit('end', element);
      else this.emit('element', element);
    }
  };
}
