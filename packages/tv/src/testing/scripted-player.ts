import type { MediaErrorCondition } from '@fjern/protocol';
import { type Clock, monotonicClock } from '../clock.ts';
import {
  type MediaToLoad,
  type Player,
  type PlayerCapabilities,
  PlayerError,
  type PlayerState,
} from '../player.ts';

/** What the player finds at an address. */
export interface ScriptedMedia {
  /** Seconds; absent for a live stream. */
  duration?: number;
  /** Seconds that it takes to load; by default none, not even a timer. */
  loading?: number;
  /** It does not load. */
  error?: MediaErrorCondition;
}

type Call = 'load' | 'play' | 'pause' | 'stop' | 'seek' | 'setRate' | 'setVolume' | 'setMuted';

export interface ScriptedPlayerOptions {
  clock?: Clock;
  /** By URI. What is not here is unreachable. */
  media?: Record<string, ScriptedMedia>;
  capabilities?: Partial<PlayerCapabilities>;
}

const idle: PlayerState = {
  state: 'idle',
  currentTime: 0,
  playbackRate: 1,
  level: 1,
  muted: false,
};

/** A full player without a screen: time moves, media end, and it fails as it is told to. */
export class ScriptedPlayer implements Player {
  readonly capabilities: PlayerCapabilities;
  /** What it was asked for, in order, without what `load` was given. */
  readonly calls: Call[] = [];
  private readonly clock: Clock;
  private readonly media: Record<string, ScriptedMedia>;
  private readonly listeners = new Set<() => void>();
  private readonly script = new Map<Call, Error | 'hang'>();
  private current = idle;
  /** When `current.currentTime` was true. */
  private since = 0;
  private timer: unknown;
  /** What is being loaded. */
  private loading: MediaToLoad | undefined;
  /** Ends the wait of a load. */
  private interrupt: (() => void) | undefined;

  constructor({ clock = monotonicClock, media = {}, capabilities }: ScriptedPlayerOptions = {}) {
    this.clock = clock;
    this.media = media;
    this.capabilities = {
      mediaTypes: ['video/mp4'],
      playbackRate: { min: 0.25, max: 4 },
      ...capabilities,
    };
  }

  get state(): PlayerState {
    return { ...this.current, currentTime: this.position() };
  }

  /** The next call of this name fails, or never settles. */
  next(call: Call, outcome: Error | 'hang'): void {
    this.script.set(call, outcome);
  }

  /** The network has no more data, or has again. */
  setBuffering(buffering: boolean): void {
    const { state } = this.current;
    if (buffering && state === 'playing') this.become({ state: 'buffering' });
    else if (!buffering && state === 'buffering') this.become({ state: 'playing' });
  }

  /** What plays breaks. */
  fail(condition: MediaErrorCondition, text?: string): void {
    this.become({ state: 'error', error: { condition, ...(text ? { text } : {}) } });
  }

  load(media: MediaToLoad, signal: AbortSignal) {
    // A copy: `pause` and `seek` change it while it loads. It also identifies this call.
    const loading = { ...media };
    this.supersede();
    this.loading = loading;
    const { playbackRate, level, muted } = this.current;
    const { source, metadata, currentTime } = media;
    this.current = { ...idle, playbackRate, level, muted, source, metadata };
    this.become({ state: 'loading', currentTime });
    return this.call('load', () => this.finishLoading(loading, signal));
  }

  play() {
    return this.call('play', () => {
      const { state } = this.requireMedia();
      if (this.loading) this.loading.autoplay = true;
      else if (state === 'ended') this.become({ state: 'playing', currentTime: 0 });
      else if (state === 'paused') this.become({ state: 'playing' });
    });
  }

  pause() {
    return this.call('pause', () => {
      const { state } = this.requireMedia();
      if (this.loading) this.loading.autoplay = false;
      else if (state !== 'ended') this.become({ state: 'paused' });
    });
  }

  stop() {
    return this.call('stop', () => this.unload());
  }

  seek(currentTime: number) {
    return this.call('seek', () => {
      const { state, duration = Infinity } = this.requireMedia();
      if (this.loading) this.loading.currentTime = currentTime;
      if (currentTime >= duration) this.become({ state: 'ended', currentTime: duration });
      else this.become({ currentTime, state: state === 'ended' ? 'paused' : state });
    });
  }

  setRate(playbackRate: number) {
    return this.call('setRate', () => this.become({ playbackRate }));
  }

  setVolume(level: number) {
    return this.call('setVolume', () => this.become({ level }));
  }

  setMuted(muted: boolean) {
    return this.call('setMuted', () => this.become({ muted }));
  }

  onchange(listener: () => void) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  async close() {
    this.listeners.clear();
    this.unload();
  }

  private async call(name: Call, action: () => void | Promise<void>): Promise<void> {
    this.calls.push(name);
    const scripted = this.script.get(name);
    this.script.delete(name);
    if (scripted === 'hang') return new Promise(() => {});
    if (scripted) throw scripted;
    return action();
  }

  private async finishLoading(media: MediaToLoad, signal: AbortSignal): Promise<void> {
    const { uri } = media.source;
    const { loading: seconds, error, duration } = this.media[uri] ?? { error: 'media-unreachable' };
    try {
      if (seconds) await this.wait(seconds, signal);
    } catch (reason) {
      const tooLate = !(reason instanceof PlayerError) || reason.code !== 'superseded';
      if (tooLate && this.loading === media) this.unload();
      throw reason;
    }
    this.loading = undefined;
    if (error) {
      const text = `The media failed: ${error}.`;
      this.fail(error, text);
      throw new PlayerError(error, text);
    }
    const { autoplay, currentTime } = media;
    if (currentTime > (duration ?? Infinity)) {
      this.unload();
      throw new PlayerError('out-of-range', 'The media is shorter than that.');
    }
    this.become({
      state: autoplay ? 'playing' : 'paused',
      currentTime,
      ...(duration === undefined ? { live: true } : { duration }),
    });
  }

  private requireMedia(): PlayerState {
    if (this.current.source === undefined || this.current.state === 'error')
      throw new PlayerError('no-media', 'Nothing is loaded.');
    return this.current;
  }

  /** Ends a load that is under way. */
  private supersede(): void {
    this.loading = undefined;
    this.interrupt?.();
  }

  private unload(): void {
    this.supersede();
    const { playbackRate, level, muted } = this.current;
    this.current = idle;
    this.become({ playbackRate, level, muted });
  }

  private become(change: Partial<PlayerState>): void {
    this.current = { ...this.current, currentTime: this.position(), ...change };
    this.since = this.clock.now();
    this.clock.clearTimeout(this.timer);
    const { duration, playbackRate, state } = this.current;
    if (state === 'playing' && duration !== undefined && playbackRate > 0) {
      const left = ((duration - this.current.currentTime) / playbackRate) * 1000;
      this.timer = this.clock.setTimeout(
        () => this.become({ state: 'ended', currentTime: duration }),
        left,
      );
    }
    this.changed();
  }

  private position(): number {
    const { state, currentTime, playbackRate, duration = Infinity } = this.current;
    if (state !== 'playing') return currentTime;
    const moved = ((this.clock.now() - this.since) / 1000) * playbackRate;
    return Math.min(currentTime + moved, duration);
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private wait(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.clock.clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.interrupt = undefined;
        settle();
      };
      const onAbort = () => finish(() => reject(signal.reason));
      const timer = this.clock.setTimeout(() => finish(resolve), seconds * 1000);
      signal.addEventListener('abort', onAbort);
      this.interrupt = () =>
        finish(() => reject(new PlayerError('superseded', 'Something else took its place.')));
    });
  }
}
