import { language } from '../labels.ts';

// Instants in words; ms since the Unix epoch.

/** `24 November`. */
export function formatDay(instant: number): string {
  return new Date(instant).toLocaleDateString(language, { day: 'numeric', month: 'long' });
}

/** As people write it where this phone is from: `22:30`, `10:30 PM`. */
export function formatTimeOfDay(instant: number): string {
  return new Date(instant).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `5 minutes ago`, `yesterday`, and after a week `on 24 November`. */
export function formatPast(instant: number, now: number): string | undefined {
  const seconds = Math.max(0, (now - instant) / 1000);
  if (seconds >= 7 * 86_400) return undefined;
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['minute', 60];
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return words.format(-Math.floor(seconds / size), unit);
}
