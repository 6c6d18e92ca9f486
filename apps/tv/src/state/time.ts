/** Time of day as people of this locale write it. */
export function formatClock(milliseconds: number, locale?: string): string {
  return new Date(milliseconds).toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' });
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
