import type { Clock } from '../clock.ts';

/** Seconds between looks at what has been received. */
const interval = 4;

/**
 * What can be sought in media that cannot be sought as a whole, such as live streams or a server without ranges:
 * what mpv holds in its cache. mpv would report that many times a second, so it is asked.
 */
export class SeekableRange {
  private readonly clock: Clock;
  private readonly look: () => Promise<void>;
  private timer: unknown;
  private watching = false;

  constructor(clock: Clock, look: () => Promise<void>) {
    this.clock = clock;
    this.look = look;
  }

  watch(isPartial: boolean): void {
    if (isPartial === this.watching) return;
    this.watching = isPartial;
    this.clock.clearTimeout(this.timer);
    if (isPartial) this.next();
  }

  private next(): void {
    void this.look().then(() => {
      if (this.watching) this.timer = this.clock.setTimeout(() => this.next(), interval * 1000);
    });
  }
}

/** Of `demuxer-cache-state`: the range that playback is in. */
export function rangeAround(
  cacheState: unknown,
  position: number,
): { start: number; end: number } | undefined {
  const ranges = Object(cacheState)['seekable-ranges'];
  if (!Array.isArray(ranges)) return undefined;
  for (const range of ranges) {
    const { start, end } = Object(range);
    // Positions and packets are not of one piece.
    if (typeof start !== 'number' || typeof end !== 'number') continue;
    if (position >= start - 1 && position <= end + 1) return { start: Math.max(0, start), end };
  }
  return undefined;
}
