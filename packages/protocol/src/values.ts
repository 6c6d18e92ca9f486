import { ProtocolError } from './errors.ts';
import { attribute, type Element } from './xml.ts';

// Lexical forms of XML Schema's simple types, as they are read from attributes.

/** Where a value stands, for the error: `seek@currentTime`. */
function pathOf(element: Element, name: string): string {
  return `${element.getName()}@${name}`;
}

export function required(element: Element, name: string): string {
  const value = attribute(element, name);
  if (value === undefined || value === '')
    throw new ProtocolError('malformed', pathOf(element, name), 'is required');
  return value;
}

/** xs:decimal, with at most this many digits after the point: microseconds are finer than any player. */
const decimals = 1e6;

/** @throws ProtocolError `invalid-value` for what xs:decimal cannot carry (NaN, infinities, 1e21 and more) */
export function formatDecimal(value: number): string {
  const text = String(Math.round(value * decimals) / decimals);
  if (!decimalForm.test(text))
    throw new ProtocolError('invalid-value', 'decimal', `${value} is not a finite decimal number`);
  return text;
}

const decimalForm = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

export interface Range {
  min?: number;
  max?: number;
}

export function decimal(element: Element, name: string, range: Range = {}): number {
  const value = optionalDecimal(element, name, range);
  if (value === undefined)
    throw new ProtocolError('malformed', pathOf(element, name), 'is required');
  return value;
}

export function optionalDecimal(
  element: Element,
  name: string,
  { min = -Infinity, max = Infinity }: Range = {},
): number | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  const value = decimalForm.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value))
    throw new ProtocolError('invalid-value', pathOf(element, name), 'is not a decimal number');
  if (value < min || value > max)
    throw new ProtocolError('invalid-value', pathOf(element, name), rangeText(min, max));
  // -0 would not survive the way back
  return value + 0;
}

function rangeText(min: number, max: number): string {
  if (max === Infinity) return `must be at least ${min}`;
  return min === -Infinity ? `must be at most ${max}` : `must lie in ${min}..${max}`;
}

/** xs:unsignedInt and up, within what a number can hold exactly. */
export function integer(element: Element, name: string): number {
  const text = required(element, name);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new ProtocolError('invalid-value', pathOf(element, name), 'is not a whole number');
  return value;
}

/** xs:boolean: `true`, `false`, `1`, `0`. */
export function optionalBoolean(element: Element, name: string): boolean | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ProtocolError('invalid-value', pathOf(element, name), 'is not true or false');
}

export function boolean(element: Element, name: string): boolean {
  const value = optionalBoolean(element, name);
  if (value === undefined)
    throw new ProtocolError('malformed', pathOf(element, name), 'is required');
  return value;
}

/** An xs:NMTOKEN-like identifier of ours (epochs, command ids): short, printable, without spaces. */
export function token(element: Element, name: string): string {
  const text = required(element, name);
  if (!isToken(text))
    throw new ProtocolError(
      'invalid-value',
      pathOf(element, name),
      'must be 1 to 64 of A-Z a-z 0-9 . _ : -',
    );
  return text;
}

export function isToken(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,64}$/.test(text);
}

export function oneOf<T extends string>(element: Element, name: string, allowed: readonly T[]): T {
  const text = required(element, name);
  const found = allowed.find((value) => value === text);
  if (found === undefined)
    throw new ProtocolError(
      'invalid-value',
      pathOf(element, name),
      `must be one of ${allowed.join(', ')}`,
    );
  return found;
}

/** The text of the first child `name` in the parent's namespace; empty counts as absent. */
export function optionalText(parent: Element, name: string): string | undefined {
  const text = parent.getChild(name, parent.getNS())?.getText();
  return text ? text : undefined;
}

/** Refuses anything but the element that a decoder is for. */
export function expectElement(element: Element, name: string, xmlns: string): void {
  if (element.getName() !== name || element.getNS() !== xmlns)
    throw new ProtocolError('malformed', element.getName(), `expected <${name} xmlns='${xmlns}'/>`);
}

/** XEP-0082 DateTime. @param milliseconds since the Unix epoch */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Milliseconds since the Unix epoch. @throws ProtocolError */
export function optionalInstant(element: Element, name: string): number | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  const value = Date.parse(text);
  if (Number.isNaN(value))
    throw new ProtocolError('invalid-value', pathOf(element, name), 'is not a date and time');
  return value;
}

/** The same, where it has to be. */
export function instant(element: Element, name: string): number {
  required(element, name);
  return optionalInstant(element, name) ?? 0;
}

/** Text of the first child `name` in the parent's namespace. @throws ProtocolError when there is none */
export function requiredText(element: Element, name: string): string {
  const text = optionalText(element, name);
  if (text === undefined)
    throw new ProtocolError('malformed', `${element.getName()}/${name}`, 'is required');
  return text;
}
