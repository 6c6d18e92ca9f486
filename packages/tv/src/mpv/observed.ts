import type { Clock } from '../clock.ts';

/** What mpv is asked to report changes of. */
export const observedProperties = [
  'pause',
  'core-idle',
  'eof-reached',
  'time-pos',
  'duration',
  'seekable',
  'partially-seekable',
  'demuxer-via-network',
  'metadata',
  'speed',
  'volume',
  'mute',
] as const;

/** Seconds by which mpv's position may jump before it is news: pictures come in steps. */
const jump = 0.15;

/** What mpv last said of itself. */
export class Observed {
  paused = false;
  /** Time stands still, for whatever reason. */
  idle = true;
  ended = false;
  duration: number | undefined;
  seekable = true;
  partiallySeekable = false;
  viaNetwork = false;
  metadata: Readonly<Record<string, unknown>> = {};
  speed = 1;
  /** 0..100; mpv makes it a loudness with a cubic curve. */
  volume = 100;
  muted = false;
  private readonly clock: Clock;
  private anchor = 0;
  /** When `anchor` was the position. */
  private since = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get position(): number {
    if (this.idle) return this.anchor;
    return this.anchor + ((this.clock.now() - this.since) / 1000) * this.speed;
  }

  moveTo(position: number): void {
    this.anchor = position;
    this.since = this.clock.now();
  }

  /** Takes a property and says whether it changes what cannot be extrapolated. */
  apply(name: unknown, value: unknown): boolean {
    switch (name) {
      case 'time-pos':
        return this.applyPosition(value);
      case 'pause':
        this.paused = value === true;
        return true;
      case 'core-idle':
        this.moveTo(this.position);
        this.idle = value !== false;
        return true;
      case 'eof-reached':
        this.ended = value === true;
        return true;
      case 'duration':
        this.duration = typeof value === 'number' && value > 0 ? value : undefined;
        return true;
      case 'seekable':
        this.seekable = value !== false;
        return true;
      case 'partially-seekable':
        this.partiallySeekable = value === true;
        return true;
      case 'demuxer-via-network':
        this.viaNetwork = value === true;
        return true;
      case 'metadata':
        this.metadata = typeof value === 'object' && value !== null ? { ...value } : {};
        return true;
      case 'speed':
        this.moveTo(this.position);
        if (typeof value === 'number') this.speed = value;
        return true;
      case 'volume':
        if (typeof value === 'number') this.volume = value;
        return true;
      case 'mute':
        this.muted = value === true;
        return true;
      default:
        return false;
    }
  }

  private applyPosition(value: unknown): boolean {
    if (typeof value !== 'number') return false;
    const moved = Math.abs(value - this.position);
    this.moveTo(value);
    return moved > (this.idle ? 0.001 : jump);
  }
}
