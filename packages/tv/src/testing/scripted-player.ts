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

  load({ source, metadata, currentTime, autoplay }: MediaToLoad, signal: AbortSignal) {
    const { playbackRate, level, muted } = this.current;
    this.current = { ...idle, playbackRate, level, muted, source, metadata, state: 'loading' };
    return this.call('load', async () => {
      const found = this.media[source.uri] ?? { error: 'media-unreachable' as const };
      this.changed();
      try {
        if (found.loading) await this.wait(found.loading, signal);
      } catch (error) {
        if (error instanceof PlayerError && error.code === 'player-failed') this.unload();
        throw error;
      }
      if (found.error) {
        this.fail(found.error);
        throw new PlayerError(found.error, `The media failed: ${found.error}.`);
      }
      if (currentTime > (found.duration ?? Infinity)) {
        this.unload();
        throw new PlayerError('out-of-range', 'The media is shorter than that.');
      }
      this.become({
        state: autoplay ? 'playing' : 'paused',
        currentTime,
        ...(found.duration === undefined ? { live: true } : { duration: found.duration }),
      });
    });
  }

  play() {
    return this.call('play', () => {
      const { state } = this.current;
      this.requireMedia();
      if (state === 'ended') this.become({ state: 'playing', currentTime: 0 });
      else if (state === 'paused') this.become({ state: 'playing' });
    });
  }

  pause() {
    return this.call('pause', () => {
      this.requireMedia();
      if (this.current.state !== 'ended') this.become({ state: 'paused' });
    });
  }

  stop() {
    return this.call('stop', () => this.unload());
  }

  seek(currentTime: number) {
    return this.call('seek', () => {
      this.requireMedia();
      const { state } = this.current;
      this.become({ currentTime, state: state === 'ended' ? 'paused' : state });
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
    this.clock.clearTimeout(this.timer);
    this.listeners.clear();
  }

  private async call(name: Call, action: () => void | Promise<void>): Promise<void> {
    this.calls.push(name);
    const scripted = this.script.get(name);
    this.script.delete(name);
    if (scripted === 'hang') return new Promise(() => {});
    if (scripted) throw scripted;
    return action();
  }

  private requireMedia(): void {
    if (this.current.source === undefined || this.current.state === 'error')
      throw new PlayerError('no-media', 'Nothing is loaded.');
  }

  private unload(): void {
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
      const onAbort = () => {
        this.clock.clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = this.clock.setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, seconds * 1000);
      signal.addEventListener('abort', onAbort);
    });
  }
}
