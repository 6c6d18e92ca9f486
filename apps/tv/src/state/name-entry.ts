/** A name while it is being typed. */
export interface NameEntry {
  readonly text: string;
  /** Where the next character goes: index into `text`, never inside a character. */
  readonly caret: number;
  /** What the viewer chose for the next letter; otherwise words start with a capital. */
  readonly capital?: boolean;
}

/** Code points, as the box counts them: it cuts off what is longer. */
export const longestName = 32;

export const lengthOf = (text: string): number => Array.from(text).length;

/** A name to begin with, or as a field has it that takes whatever is typed. */
export function enter(text: string, caret = text.length): NameEntry {
  const short = Array.from(text).slice(0, longestName).join('');
  return { text: short, caret: Math.min(caret, short.length) };
}

/** The name, once nothing more is typed; empty when there is none. */
export const nameIn = ({ text }: NameEntry): string => text.replace(/\s+/g, ' ').trim();

/** Whether the next letter is a capital. */
export function isCapital({ text, caret, capital }: NameEntry): boolean {
  return capital ?? (caret === 0 || /\s/.test(text.charAt(caret - 1)));
}

/** The letter as the key for it stands now; one without a capital of its own (ß) stays. */
export function asKeyed(letter: string, isCapitalNow: boolean): string {
  const upper = letter.toUpperCase();
  return isCapitalNow && upper.length === letter.length ? upper : letter;
}

/** Writes at the caret; what would make the name too long is not taken. */
export function insert({ text, caret }: NameEntry, characters: string): NameEntry {
  if (lengthOf(text) + lengthOf(characters) > longestName) return { text, caret };
  return {
    text: text.slice(0, caret) + characters + text.slice(caret),
    caret: caret + characters.length,
  };
}

/** Takes away the character before the caret. */
export function erase({ text, caret }: NameEntry): NameEntry {
  const start = caret - before(text, caret);
  return { text: text.slice(0, start) + text.slice(caret), caret: start };
}

/** @param by -1: towards the beginning */
export function moveCaret({ text, caret }: NameEntry, by: -1 | 1): NameEntry {
  return { text, caret: by < 0 ? caret - before(text, caret) : caret + after(text, caret) };
}

export function toggleCapital(entry: NameEntry): NameEntry {
  return { ...entry, capital: !isCapital(entry) };
}

/** Length of the character that ends at `caret`. */
function before(text: string, caret: number): number {
  const last = Array.from(text.slice(0, caret)).pop();
  return last === undefined ? 0 : last.length;
}

/** Length of the character that starts at `caret`. */
function after(text: string, caret: number): number {
  const [first] = Array.from(text.slice(caret));
  return first === undefined ? 0 : first.length;
}
