/// <reference path="./ltx-types.d.ts" />
import SaxLtx from 'ltx/src/parsers/ltx.js';
import { ProtocolError } from './errors.ts';
import { Element, isXmlText } from './xml.ts';

export interface ParseLimits {
  maxDepth: number;
  maxElements: number;
}

const defaultLimits: ParseLimits = { maxDepth: 64, maxElements: 20_000 };

/** The stream error (RFC 6120 §4.9.3) that fits what is wrong with a text. */
export type XmlCondition = 'not-well-formed' | 'policy-violation' | 'restricted-xml';

/** A text that is not one element, or not one that XMPP allows. */
export class XmlError extends ProtocolError {
  override name = 'XmlError';
  readonly condition: XmlCondition;

  constructor(condition: XmlCondition, message: string) {
    super('malformed', 'xml', message);
    this.condition = condition;
  }
}

// Comments, DTDs and processing instructions (RFC 6120 §11.1). CDATA sections are XML that XMPP allows.
const restricted = /<(?:!(?!\[CDATA\[)|\?)/;
const blank = /^[ \t\r\n]*$/;
/** Written after the text: if the parser sees it as a new root, the text was one complete element. */
const sentinel = 'end';

/**
 * Parses exactly one complete element, and nothing of what RFC 6120 §11.1 forbids.
 * @throws XmlError
 */
export function parseElement(text: string, limits: ParseLimits = defaultLimits): Element {
  if (!isXmlText(text)) throw new XmlError('not-well-formed', 'a character that is not XML');
  if (restricted.test(text)) throw new XmlError('restricted-xml', 'a comment, DTD or PI');
  let root: Element | undefined;
  let cursor: Element | undefined;
  let depth = 0;
  let elements = 0;
  let written = false;
  let complete = false;
  const parser = new SaxLtx();
  parser.on('startElement', (name, attrs) => {
    if (root && !cursor) {
      if (!written || name !== sentinel) throw new XmlError('not-well-formed', 'two roots');
      complete = true;
      return;
    }
    if (++depth > limits.maxDepth || ++elements > limits.maxElements)
      throw new XmlError('policy-violation', 'elements nested too deeply, or too many');
    const element = new Element(name, attrs);
    if (cursor) cursor.cnode(element);
    else root = element;
    cursor = element;
  });
  parser.on('endElement', (name) => {
    if (complete) return;
    if (cursor?.name !== name) throw new XmlError('not-well-formed', `</${name}> closes nothing`);
    depth--;
    cursor = cursor.parent ?? undefined;
  });
  parser.on('text', (content) => {
    if (cursor) cursor.t(content);
    else if (!blank.test(content))
      throw new XmlError('not-well-formed', 'text outside of the root');
  });
  try {
    parser.write(text);
    written = true;
    parser.write(`<${sentinel}/>`);
  } catch (error) {
    if (error instanceof XmlError) throw error;
    throw new XmlError('not-well-formed', error instanceof Error ? error.message : 'no XML');
  }
  if (!root || !complete) throw new XmlError('not-well-formed', 'an incomplete element');
  return root;
}

// Without a reference there is nothing to unescape.
const plainText = /^[ -%'-~]*$/;

/**
 * Reads the plainest of elements, which most are (a sealed stanza, a command, its answer), several times faster than a
 * parser of all of XML: ASCII, no prefixes, nothing escaped, quotes as they are written here, and in it a text or one
 * element at most. Undefined if it is not one of those. What it returns is what the parser would.
 */
export function parsePlainElement(text: string): Element | undefined {
  if (!plainText.test(text)) return undefined;
  const reader = new PlainReader(text);
  const element = reader.element(true);
  return reader.at === text.length ? element : undefined;
}

class PlainReader {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  element(mayHaveChild: boolean): Element | undefined {
    if (!this.skip('<')) return undefined;
    const name = this.name();
    const element = new Element(name);
    if (name === '' || !this.attributes(element)) return undefined;
    if (this.skip('/>')) return element;
    if (!this.skip('>')) return undefined;
    const { text, at } = this;
    if (text[at] === '<' && text[at + 1] !== '/') {
      const child = mayHaveChild ? this.element(false) : undefined;
      if (!child) return undefined;
      element.cnode(child);
    } else {
      const content = this.until('<');
      if (content === undefined) return undefined;
      if (content !== '') element.t(content);
    }
    return this.skip(`</${name}>`) ? element : undefined;
  }

  /** Returns false for what needs a closer look: one that is given twice, or a namespace that XML reserves. */
  private attributes({ attrs }: Element): boolean {
    while (this.skip(' ')) {
      const name = this.name();
      if (name === '' || !this.skip('="') || Object.hasOwn(attrs, name)) return false;
      const value = this.until('"');
      if (value === undefined || value.includes('<')) return false;
      if (name === 'xmlns' && value.startsWith('http://www.w3.org/')) return false;
      attrs[name] = value;
      this.at += 1;
    }
    return true;
  }

  private skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private name(): string {
    const start = this.at;
    let code = this.text.charCodeAt(this.at);
    while (code >= 0x61 && code <= 0x7a) code = this.text.charCodeAt(++this.at);
    return this.text.slice(start, this.at);
  }

  /** What is there before the next `end`. With a `>` in it, which need not be escaped, it may be wrong. */
  private until(end: string): string | undefined {
    const next = this.text.indexOf(end, this.at);
    if (next < 0) return undefined;
    const passed = this.text.slice(this.at, next);
    this.at = next;
    return passed.includes('>') ? undefined : passed;
  }
}
