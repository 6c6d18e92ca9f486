import { Element } from 'ltx';

export { Element };

export type XmlAttributes = Record<string, string | number | boolean | undefined>;
export type XmlChild = Element | string | undefined;

/**
 * Builds an element. `undefined` attributes and children are left out, so that
 * optional parts need no branches at the call site.
 */
export function xml(name: string, attrs?: XmlAttributes, ...children: XmlChild[]): Element {
  const element = new Element(name);
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) element.attrs[key] = String(value);
  }
  for (const child of children) {
    if (child === undefined) continue;
    if (typeof child === 'string') element.t(child);
    else element.cnode(child);
  }
  return element;
}

const special = /["&'<>]/;
const references: Record<string, string> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&apos;',
  '<': '&lt;',
  '>': '&gt;',
};

function escaped(text: string): string {
  // By far the most texts need none of it.
  return special.test(text)
    ? text.replace(/["&'<>]/g, (character) => references[character] ?? character)
    : text;
}

function escapedText(text: string): string {
  return special.test(text)
    ? text.replace(/[&<>]/g, (character) => references[character] ?? character)
    : text;
}

/** As `element.toString()`, in half the time: each stanza is written at least once. */
export function toText(element: Element): string {
  const { name, attrs, children } = element;
  let text = `<${name}`;
  for (const key in attrs) {
    const value: unknown = attrs[key];
    if (value !== undefined && value !== null) text += ` ${key}="${escaped(String(value))}"`;
  }
  if (children.length === 0) return `${text}/>`;
  text += '>';
  for (const child of children)
    text += typeof child === 'object' ? toText(child) : escapedText(String(child));
  return `${text}</${name}>`;
}

/** Child elements in document order, text nodes left out. */
export function childElements(parent: Element): Element[] {
  return parent.children.filter((child): child is Element => typeof child === 'object');
}

/** The first child element, whatever its name: an IQ's payload (RFC 6120 §8.2.3). */
export function firstElement(parent: Element): Element | undefined {
  return parent.children.find((child): child is Element => typeof child === 'object');
}

/** An attribute as a string, or `undefined`. Never trusts the declared type of `attrs`. */
export function attribute(element: Element, name: string): string | undefined {
  const value: unknown = Object.hasOwn(element.attrs, name) ? element.attrs[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

// XML 1.0 §2.2 Char, inverted: what may appear nowhere in a document, not even escaped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const illegal = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const illegalAll = new RegExp(illegal.source, 'gu');

/** Whether every character of `text` may appear in an XML 1.0 document (§2.2). */
export function isXmlText(text: string): boolean {
  return !illegal.test(text);
}

/** `text` without the characters that XML 1.0 cannot carry (control characters, lone surrogates). */
export function toXmlText(text: string): string {
  return illegal.test(text) ? text.replace(illegalAll, '') : text;
}
