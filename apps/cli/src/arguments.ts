import type { CatalogueItem } from '@fjern/remote';
import { Failure } from './exit.ts';

// What people write, made into numbers and things. Each throws a Failure that says what was expected.

export function seconds(option: string, text: string, least: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= 86_400))
    throw new Failure('usage', `${option} must be a number of seconds, not "${text}".`);
  return value;
}

/**
 * `92.5`, `1:32.5`, `1:02:03`, `50%`, and, relative to now, `+10` and `-10`.
 * @returns seconds
 */
export function position(
  text: string,
  now: { currentTime: number; duration: number | undefined },
): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent) {
    if (now.duration === undefined)
      throw new Failure('refused', `${text} of what? How long it is, the TV does not say.`);
    return (Number(percent[1]) / 100) * now.duration;
  }
  const match = /^([+-])?(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  if (!match)
    throw new Failure('usage', `"${text}" is no position: 92.5, 1:32, 1:02:03, 50%, +10 or -10.`);
  const [, sign, h = '0', m = '0', s = '0'] = match;
  const value = Number(h) * 3600 + Number(m) * 60 + Number(s);
  if (sign === undefined) return value;
  const target = now.currentTime + (sign === '+' ? value : -value);
  return Math.min(Math.max(target, 0), now.duration ?? Number.POSITIVE_INFINITY);
}

/**
 * Percent, `40` or `40%`, and, relative to now, `+5` and `-5`.
 * @returns 0..1
 */
export function volumeLevel(text: string, now: number): number {
  const match = /^([+-])?(\d+(?:\.\d+)?)%?$/.exec(text);
  const value = Number(match?.[2]) / 100;
  const sign = match?.[1];
  if (match && sign !== undefined)
    return Math.min(Math.max(now + (sign === '+' ? value : -value), 0), 1);
  if (!(value <= 1)) throw new Failure('usage', `"${text}" is no volume: 0 to 100, +5 or -5.`);
  return value;
}

export function playbackRate(text: string): number {
  const rate = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (!(rate > 0)) throw new Failure('usage', `"${text}" is no speed: 1 is normal, 0.5 is half.`);
  return rate;
}

/** Whatever has a dot, a slash or a colon in it is meant as an address. */
const looksLikeAddress = /[./:]/;

/**
 * What of the catalogue is meant: by number, id or title, or by a part of a title that only one has.
 * @returns nothing for an address
 */
export function choose(wanted: string, items: readonly CatalogueItem[]): CatalogueItem | undefined {
  const lower = wanted.toLowerCase();
  const title = ({ metadata }: CatalogueItem) => metadata.title?.toLowerCase() ?? '';
  const exact = items.find((item) => item.id === wanted || title(item) === lower);
  if (exact || looksLikeAddress.test(wanted)) return exact;
  if (/^\d+$/.test(wanted)) {
    const item = items[Number(wanted) - 1];
    if (item) return item;
    throw new Failure('usage', `The catalogue has ${items.length} entries, so no ${wanted}.`);
  }
  const [first, second] = items.filter((item) => title(item).includes(lower));
  if (first && !second) return first;
  throw new Failure(
    'usage',
    `${second ? 'More than one title' : 'No title'} in the catalogue has "${wanted}" in it. See: fjern catalogue`,
  );
}
