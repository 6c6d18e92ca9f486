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

/** Time of day in one piece, inside a sentence. */
export function formatTimeOfDay(milliseconds: number, locale?: string): string {
  const { time, period } = formatClock(milliseconds, locale);
  if (!period) return time;
  return period.first ? `${period.text} ${time}` : `${time} ${period.text}`;
}

/** Midnights from `from` to `to`, by the clock on the wall; negative backwards. */
export function daysBetween(from: number, to: number): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  // A day with a change of daylight saving time is an hour longer or shorter.
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
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

/** One task that waits, or not. */
export function timer(timers: Timers, task: () => void) {
  let cancel: (() => void) | undefined;
  return {
    /** Does nothing while it runs already. */
    startOnce(milliseconds: number) {
      cancel ??= timers.after(milliseconds, () => {
        cancel = undefined;
        task();
      });
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
