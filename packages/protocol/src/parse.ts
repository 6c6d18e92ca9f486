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

// What sealed stanzas look like: one element around one text, no prefixes, nothing escaped. Quotes and names as they
// are written here; anything else is the parser's.
const plainAttributes = '((?: [a-z]+="[ !#-%\'-;=?-~]*")*)';
const plainStanza = new RegExp(
  `^<([a-z]+)${plainAttributes}><([a-z]+)${plainAttributes}>([ -%'-;=?-~]*)</\\3></\\1>$`,
);
const plainAttribute = / ([a-z]+)="([^"]*)"/g;

/**
 * Reads the plainest of stanzas, which most are, several times faster than a parser of all of XML; undefined if it is
 * not one of those. What it returns is what the parser would.
 */
export function parsePlainStanza(text: string): Element | undefined {
  const [, name, attributes, childName, childAttributes, content] = plainStanza.exec(text) ?? [];
  if (name === undefined || childName === undefined) return undefined;
  const stanza = new Element(name);
  const child = new Element(childName);
  if (!readAttributes(stanza, attributes) || !readAttributes(child, childAttributes))
    return undefined;
  if (content) child.t(content);
  stanza.cnode(child);
  return stanza;
}

/** Returns false for what needs a closer look: one that is given twice, or a namespace that XML reserves. */
function readAttributes(element: Element, text = ''): boolean {
  const { attrs } = element;
  for (const [, name = '', value = ''] of text.matchAll(plainAttribute)) {
    if (Object.hasOwn(attrs, name)) return false;
    if (name === 'xmlns' && value.startsWith('http://www.w3.org/')) return false;
    attrs[name] = value;
  }
  return true;
}
