import type { Clock } from './clock.ts';

interface Waiting {
  /** On the clock, milliseconds. */
  until: number;
  expire: () => void;
}

/** Limits the time of many short things with one timer: most of them are done long before it goes off. */
export class Deadlines {
  private readonly clock: Clock;
  private readonly waiting = new Set<Waiting>();
  private timer: unknown;
  /** When the timer goes off. */
  private due = Infinity;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Settles as `done` does; if that takes longer than so many seconds, rejects with what `late` makes. */
  within(seconds: number, done: Promise<void>, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        until: this.clock.now() + seconds * 1000,
        expire: () => reject(late()),
      };
      this.waiting.add(entry);
      if (entry.until < this.due) this.arm(entry.until);
      // Players are other people's code: perhaps it is no promise.
      Promise.resolve(done).then(
        () => {
          this.waiting.delete(entry);
          resolve();
        },
        (error: unknown) => {
          this.waiting.delete(entry);
          reject(error);
        },
      );
    });
  }

  /** What is being waited for goes on without a limit. */
  close(): void {
    this.clock.clearTimeout(this.timer);
    this.waiting.clear();
  }

  private arm(due: number): void {
    this.clock.clearTimeout(this.timer);
    this.due = due;
    this.timer =
      due === Infinity
        ? undefined
        : this.clock.setTimeout(() => this.expire(), due - this.clock.now());
  }

  private expire(): void {
    const now = this.clock.now();
    let next = Infinity;
    for (const entry of [...this.waiting]) {
      // Timers may go off a fraction of a millisecond early.
      if (entry.until <= now + 1) {
        this.waiting.delete(entry);
        entry.expire();
      } else next = Math.min(next, entry.until);
    }
    this.arm(next);
  }
}
