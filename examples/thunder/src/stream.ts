import type { MediaToLoad, PlayerState } from '@fjern/tv';
import { aampState, type Failure, type Progress } from './aamp.ts';

/** Seconds by which a position may be corrected without being a jump. */
const tolerance = 0.25;
/** Seconds without data before it counts as buffering: every seek has some. */
const bufferingAfter = 0.3;

/**
 * One thing that was loaded, as its events tell: where it is, and what it does. It has a player of the
 * middleware to itself, so that whatever comes late of an earlier one finds nobody.
 */
export class Stream {
  /** Of the middleware's player. */
  readonly id: string;
  /** Its `currentTime` and `autoplay` change while it loads. */
  readonly media: MediaToLoad;
  /** Whether the middleware has a player for it. */
  isOpen = false;
  /** Until `load` is done with it. */
  isLoading = true;
  error: NonNullable<PlayerState['error']> | undefined;
  failure: Failure | undefined;
  state: number = 0;
  isEnded = false;
  /** Absent for endless media, and before the first word of it. */
  duration: number | undefined;
  /** Whether its progress was told. */
  isKnown = false;
  /** Where a seek goes that has not arrived. */
  target: number | undefined;
  private isBuffering = false;
  private bufferingTimer: ReturnType<typeof setTimeout> | undefined;
  private isPlaying = false;
  /** Where it was at `since`. */
  private position: number;
  private since = performance.now();
  private readonly changed: () => void;

  constructor(id: string, media: MediaToLoad, changed: () => void) {
    this.id = id;
    this.media = { ...media };
    this.position = media.currentTime;
    this.changed = changed;
  }

  get playbackState(): PlayerState['state'] {
    if (this.error) return 'error';
    if (this.isLoading) return 'loading';
    if (this.isEnded) return 'ended';
    if (!this.isPlaying) return 'paused';
    return this.isBuffering ? 'buffering' : 'playing';
  }

  // #region position
  /** Seconds. Between two progress events the clock goes on, so that nobody has to be told. */
  get currentTime(): number {
    if (this.isLoading) return this.media.currentTime;
    if (this.target !== undefined) return this.target;
    const moves = this.playbackState === 'playing';
    const moved = moves ? (performance.now() - this.since) / 1000 : 0;
    return Math.min(this.position + moved, this.duration ?? Infinity);
  }
  // #endregion position

  onState(state: number): void {
    this.state = state;
    if (state === aampState.complete) this.end();
    else if (state === aampState.playing || state === aampState.paused) {
      this.moveTo(this.currentTime);
      this.isPlaying = state === aampState.playing;
      this.setBuffering(false);
    }
    this.changed();
  }

  onProgress({ positionMiliseconds, durationMiliseconds }: Progress): void {
    const position = positionMiliseconds / 1000;
    if (!(position >= 0) || this.isEnded) return;
    this.isKnown = true;
    this.duration = durationMiliseconds > 0 ? durationMiliseconds / 1000 : undefined;
    if (this.target !== undefined) {
      // Progress that was under way before the seek says where it was.
      if (Math.abs(position - this.target) > 1) return;
      this.target = undefined;
      this.moveTo(position);
    } else if (this.isPlaying || Math.abs(position - this.currentTime) > tolerance) {
      this.moveTo(position);
    }
    this.changed();
  }

  onBuffering(buffering: boolean): void {
    if (!buffering) this.setBuffering(false);
    else
      this.bufferingTimer ??= setTimeout(() => {
        this.moveTo(this.currentTime);
        this.isBuffering = true;
        this.changed();
      }, bufferingAfter * 1000);
    this.changed();
  }

  seeks(target: number): void {
    this.target = target;
    this.changed();
  }

  /** It is at its end, and stays there. */
  end(): void {
    this.isEnded = true;
    this.isPlaying = false;
    this.target = undefined;
    this.moveTo(this.duration ?? this.currentTime);
    this.changed();
  }

  fail(error: NonNullable<PlayerState['error']>): void {
    this.moveTo(this.currentTime);
    this.error = error;
    this.changed();
  }

  /** Nothing comes of it any more. */
  close(): void {
    clearTimeout(this.bufferingTimer);
  }

  private moveTo(position: number): void {
    this.position = position;
    this.since = performance.now();
  }

  private setBuffering(buffering: false): void {
    clearTimeout(this.bufferingTimer);
    this.bufferingTimer = undefined;
    if (this.isBuffering) this.moveTo(this.position);
    this.isBuffering = buffering;
  }
}
