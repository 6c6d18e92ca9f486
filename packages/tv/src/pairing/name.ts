import { type RemoteKind, toXmlText } from '@fjern/protocol';

const longest = 32;

const fallback: { [K in RemoteKind]: string } = {
  phone: 'Phone',
  tablet: 'Tablet',
  computer: 'Computer',
  other: 'Remote',
};

// Controls, line and paragraph separators, and what turns the direction of the text around it; zero-width
// joiners stay, since emoji and many scripts need them.
const unwanted =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;

/** A name that a stranger chose, as it may stand on the TV's screen: one line, no tricks, not too long. */
export function cleanName(name: string, kind: RemoteKind): string {
  const line = toXmlText(name).replace(unwanted, ' ').replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, longest).join('').trim() || fallback[kind];
}
