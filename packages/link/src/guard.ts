import { Element, isXmlText, SessionError } from '@fjern/protocol';
import { EventEmitter } from '@xmpp/events';
import SaxLtx from 'ltx/src/parsers/ltx.js';

export interface FrameLimits {
  /** Characters of one frame, in either direction. */
  maxFrame: number;
  maxDepth: number;
  maxElements: number;
}

export const defaultLimits: FrameLimits = { maxFrame: 1 << 20, maxDepth: 64, maxElements: 20_000 };

// Comments, DTDs and processing instructions (RFC 6120 §11.1). CDATA sections are XML that XMPP allows.
const restricted = /<(?:!(?!\[CDATA\[)|\?)/;
const blank = /^[ \t\r\n]*$/;
/** Written after the frame: if the parser sees it as a new root, the frame was one complete element. */
const sentinel = 'end';

/**
 * Parses one WebSocket message, which must be exactly one complete element (RFC 7395 §3.3.2).
 * @throws SessionError `protocol`
 */
export function parseFrame(frame: string, limits: FrameLimits): Element {
  if (frame.length > limits.maxFrame) throw violation('policy-violation', 'a frame is too large');
  if (!isXmlText(frame)) throw violation('not-well-formed', 'a character that is not XML');
  if (restricted.test(frame)) throw violation('restricted-xml', 'a comment, DTD or PI');
  let root: Element | undefined;
  let cursor: Element | undefined;
  let depth = 0;
  let elements = 0;
  let written = false;
  let complete = false;
  const parser = new SaxLtx();
  parser.on('startElement', (name, attrs) => {
    if (root && !cursor) {
      if (!written || name !== sentinel)
        throw violation('not-well-formed', 'a frame with two roots');
      complete = true;
      return;
    }
    if (++depth > limits.maxDepth || ++elements > limits.maxElements)
      throw violation('policy-violation', 'elements nested too deeply, or too many');
    const element = new Element(name, attrs);
    if (cursor) cursor.cnode(element);
    else root = element;
    cursor = element;
  });
  parser.on('endElement', (name) => {
    if (complete) return;
    if (cursor?.name !== name) throw violation('not-well-formed', `</${name}> closes nothing`);
    depth--;
    cursor = cursor.parent ?? undefined;
  });
  parser.on('text', (text) => {
    if (cursor) cursor.t(text);
    else if (!blank.test(text)) throw violation('not-well-formed', 'text outside of the root');
  });
  try {
    parser.write(frame);
    written = true;
    parser.write(`<${sentinel}/>`);
  } catch (error) {
    if (error instanceof SessionError) throw error;
    throw violation('not-well-formed', error instanceof Error ? error.message : 'no XML');
  }
  if (!root || !complete) throw violation('not-well-formed', 'an incomplete frame');
  return root;
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
  const text = stanza.toString();
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
