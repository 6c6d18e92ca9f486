import { type ClockReading, clockOffset } from '@fjern/protocol';

/** Seconds from an arbitrary start, never going back. */
export type LocalClock = () => number;

/** Ahead by this many milliseconds, the wall clock has counted a sleep that the monotonic one has not. */
const sleepThreshold = 2000;

/**
 * A monotonic clock that goes on while the device sleeps: `performance.now()` stands still then in
 * several browsers, and a command held over a night must not run in the morning.
 */
export function createLocalClock(
  monotonic: () => number = () => performance.now(),
  wall: () => number = () => Date.now(),
): LocalClock {
  let slept = 0;
  let lastMonotonic = monotonic();
  let lastWall = wall();
  return () => {
    const nowMonotonic = monotonic();
    const nowWall = wall();
    const ahead = nowWall - lastWall - (nowMonotonic - lastMonotonic);
    if (ahead > sleepThreshold) slept += ahead;
    lastMonotonic = nowMonotonic;
    lastWall = nowWall;
    return (nowMonotonic + slept) / 1000;
  };
}

interface Sample {
  offset: number;
  roundTrip: number;
  /** Local clock. */
  at: number;
}

/** How fast two clocks of cheap crystals part, at worst. */
const drift = 1e-4;
const keptSamples = 8;

/** The offset to the TV's clock, from the sample that bounds it best (RFC 5905 §10 in spirit). */
export class TvClock {
  private epoch: string | undefined;
  private samples: Sample[] = [];

  /** @param sent, received local clock */
  add(reading: ClockReading, sent: number, received: number): void {
    if (reading.epoch !== this.epoch) this.samples = [];
    this.epoch = reading.epoch;
    this.samples.push({ ...clockOffset(reading, sent, received), at: received });
    if (this.samples.length > keptSamples) this.samples.shift();
  }

  /** After an interruption the samples are kept only until there is a new one. */
  distrust(): void {
    for (const sample of this.samples) sample.roundTrip = Infinity;
  }

  /** TV clock minus local clock, seconds; nothing before the first sample. */
  offset(now: number): number | undefined {
    let best: Sample | undefined;
    for (const sample of this.samples)
      if (!best || error(sample, now) <= error(best, now)) best = sample;
    return best?.offset;
  }
}

function error(sample: Sample, now: number): number {
  return sample.roundTrip / 2 + (now - sample.at) * drift;
}
