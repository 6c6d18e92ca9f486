export interface ClockText {
  /** `8:14`, or `20:14` where people count to 24. */
  time: string;
  /** `PM`, before or after the time; absent where people count to 24. */
  period?: { text: string; first: boolean };
}

/** Time of day as people of this locale write it. */
export function formatClock(milliseconds: number, locale?: string, timeZone?: string): ClockText {
  const format = new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(timeZone ? { timeZone } : {}),
  });
  const parts = format.formatToParts(new Date(milliseconds));
  const at = parts.findIndex(({ type }) => type === 'dayPeriod');
  const time = parts.filter((_, index) => index !== at).map(({ value }) => value);
  const period = parts[at];
  return {
    time: time.join('').trim(),
    ...(period ? { period: { text: period.value, first: at === 0 } } : {}),
  };
}

export function formatDay(milliseconds: number, locale?: string): string {
  return new Date(milliseconds).toLocaleDateString(locale, { day: 'numeric', month: 'long' });
}

/** Where timers come from, so that tests own the time. */
export interface Timers {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `milliseconds`; returns what cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds);
    return () => clearTimeout(timer);
  },
};
