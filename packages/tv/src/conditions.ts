import type { Clock } from './clock.ts';

/** Waiting for what events bring about: each condition is looked at again whenever something has changed. */
export class Conditions {
  private readonly clock: Clock;
  private readonly waiting = new Set<() => void>();
  private closed = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves when `condition` holds after a change or an abort, or after so many seconds in any case. */
  until(condition: () => boolean, signal?: AbortSignal, seconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(check);
        signal?.removeEventListener('abort', check);
        this.clock.clearTimeout(timer);
        resolve();
      };
      const check = () => {
        if (this.closed || condition()) done();
      };
      const timer = seconds === undefined ? undefined : this.clock.setTimeout(done, seconds * 1000);
      this.waiting.add(check);
      signal?.addEventListener('abort', check);
      check();
    });
  }

  changed(): void {
    for (const check of [...this.waiting]) check();
  }

  /** Whatever is waited for is over. */
  close(): void {
    this.closed = true;
    this.changed();
  }
}
