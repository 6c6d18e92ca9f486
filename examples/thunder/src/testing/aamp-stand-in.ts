import { aampState } from '../aamp.ts';

/** What there is at an address. */
export interface StandInMedia {
  /** Seconds; absent for live media. */
  duration?: number;
  /** It does not play: AAMP's code. */
  failure?: number;
  /** Nothing ever comes. */
  stalls?: boolean;
}

type Emit = (event: string, params: object) => void;

/** Milliseconds that AAMP takes for what it does. */
const work = 20;

/** A player of AAMP in real time, without a picture. */
export class AampStandIn {
  private readonly emit: Emit;
  private readonly find: (url: string) => StandInMedia | undefined;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private media: StandInMedia | undefined;
  private isPlaying = false;
  private position = 0;
  private since = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private ending: ReturnType<typeof setTimeout> | undefined;

  constructor(find: (url: string) => StandInMedia | undefined, emit: Emit) {
    this.find = find;
    this.emit = emit;
  }

  load(url: string, autoplay: boolean): boolean {
    this.stop();
    const media = this.find(url) ?? { failure: 20 };
    this.tell(1);
    this.after(() => {
      this.tell(3);
      if (media.stalls) return;
      this.after(() => {
        if (media.failure !== undefined) return this.fail(media.failure);
        this.media = media;
        this.tell(aampState.prepared);
        this.progress();
        if (autoplay) this.play();
      });
    });
    return true;
  }

  play(): boolean {
    if (!this.media) return false;
    if (this.isPlaying) return true;
    this.after(() => {
      this.moveTo(this.position);
      this.isPlaying = true;
      this.tell(aampState.playing);
      this.run();
    });
    return true;
  }

  pause(): boolean {
    if (!this.media) return false;
    this.after(() => {
      this.moveTo(this.now());
      this.isPlaying = false;
      this.halt();
      this.tell(aampState.paused);
      this.progress();
    });
    return true;
  }

  seekTo(position: number): boolean {
    if (!this.media || position > (this.media.duration ?? Infinity)) return false;
    this.tell(aampState.seeking);
    this.emit('bufferingChanged', { buffering: true });
    this.after(() => {
      this.moveTo(position);
      this.emit('bufferingChanged', { buffering: false });
      this.tell(this.isPlaying ? aampState.playing : aampState.paused);
      this.progress();
      if (this.isPlaying) this.run();
    });
    return true;
  }

  stop(): boolean {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.halt();
    this.media = undefined;
    this.isPlaying = false;
    this.moveTo(0);
    return true;
  }

  /** Damaged data, say. */
  fail(code: number): void {
    this.stop();
    this.emit('playbackFailed', { shouldRetry: false, code, description: `AAMP: failure ${code}` });
    this.tell(aampState.error);
  }

  private run(): void {
    this.halt();
    this.ticking = setInterval(() => this.progress(), 1000);
    const { duration } = this.media ?? {};
    if (duration === undefined) return;
    const left = (duration - this.now()) * 1000;
    this.ending = setTimeout(() => {
      // It lets go of the stream.
      this.stop();
      this.tell(aampState.complete);
    }, left);
  }

  private halt(): void {
    clearInterval(this.ticking);
    clearTimeout(this.ending);
  }

  private now(): number {
    const moved = this.isPlaying ? (performance.now() - this.since) / 1000 : 0;
    return this.position + moved;
  }

  private moveTo(position: number): void {
    this.position = position;
    this.since = performance.now();
  }

  private tell(state: number): void {
    this.emit('playbackStateChanged', { state });
  }

  private progress(): void {
    const { duration } = this.media ?? {};
    this.emit('playbackProgressUpdate', {
      durationMiliseconds: duration === undefined ? -1 : Math.round(duration * 1000),
      positionMiliseconds: Math.round(this.now() * 1000),
      playbackSpeed: this.isPlaying ? 1 : 0,
      startMiliseconds: 0,
      endMiliseconds: duration === undefined ? -1 : Math.round(duration * 1000),
    });
  }

  private after(action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, work);
    this.timers.add(timer);
  }
}
