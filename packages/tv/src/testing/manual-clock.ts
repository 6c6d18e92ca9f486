import type { Clock } from '../clock.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/** Time that passes when told to: twenty seconds in a tunnel take a millisecond to test. */
export class ManualClock implements Clock {
  private time: number;
  private readonly timers = new Set<Timer>();

  constructor(start = 0) {
    this.time = start;
  }

  /** Timers that wait: none is left when everything is closed. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timer = { at: this.time + Math.max(0, ms), callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as Timer);
  }

  /** Lets time pass. Between timers, and at the end, whatever they set off in promises comes to rest. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await rest();
    for (let next = this.earliest(end); next; next = this.earliest(end)) {
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
      await rest();
    }
    this.time = end;
  }

  private earliest(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** One turn of the event loop: promises that depend on nothing but each other have settled after it. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
