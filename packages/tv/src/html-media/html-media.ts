import type { MediaError as MediaFailure, MediaSource, PlaybackState } from '@fjern/protocol';
import { type Clock, monotonicClock } from '../clock.ts';
import { Conditions } from '../conditions.ts';
import {
  type MediaToLoad,
  type Player,
  type PlayerCapabilities,
  PlayerError,
  type PlayerState,
} from '../player.ts';
import { explainFailure, failureTexts, type Probe, probeByFetch } from './failure.ts';
import { playableTypes } from './media-types.ts';
import { addTextTracks, removeTextTracks, type TextTrackSource } from './text-tracks.ts';

export interface HtmlMediaOptions {
  /** What relative addresses are relative to; default the root of the page's origin. */
  baseUrl?: string;
  /** Limits of `setRate`; default 0.25 to 4. */
  playbackRate?: { min: number; max: number };
  /** Subtitles for a source, if there are any. */
  textTracks?(source: MediaSource): readonly TextTrackSource[];
  /** How to find out why a source failed; default with `fetch`. */
  probe?: Probe;
  clock?: Clock;
}

/** Milliseconds without data before playback counts as buffering: `waiting` comes with every seek. */
const bufferingAfter = 300;
/** Seconds after which a player that waits for data is said to have done what it was asked to. */
const patience = 2;

/** HTMLMediaElement.readyState */
const haveMetadata = 1;
const haveFutureData = 3;

/** Whatever may change the state; the agent finds out whether it did. */
const events = [
  'canplay',
  'durationchange',
  'emptied',
  'ended',
  'error',
  'loadedmetadata',
  'pause',
  'play',
  'playing',
  'ratechange',
  'seeked',
  'seeking',
  'stalled',
  'timeupdate',
  'volumechange',
  'waiting',
] as const;

/**
 * A `<video>` or `<audio>` element as a player. What a viewer does at the element itself counts; only its
 * source is the player's alone.
 */
export function htmlMediaPlayer(element: HTMLMediaElement, options: HtmlMediaOptions = {}): Player {
  return new HtmlMediaPlayer(element, options);
}

class HtmlMediaPlayer implements Player {
  readonly capabilities: PlayerCapabilities;
  private readonly element: HTMLMediaElement;
  private readonly baseUrl: string;
  private readonly clock: Clock;
  private readonly probe: Probe;
  private readonly textTracks: (source: MediaSource) => readonly TextTrackSource[];
  private readonly listeners = new Set<() => void>();
  private readonly conditions: Conditions;
  private media: MediaToLoad | undefined;
  /** Of `media`: before its metadata, or before it plays, it is loading. */
  private phase: 'loading' | 'loaded' | 'error' = 'loading';
  private failure: MediaFailure | undefined;
  private wantsToPlay = false;
  private isBuffering = false;
  private bufferingTimer: unknown;

  constructor(element: HTMLMediaElement, options: HtmlMediaOptions) {
    this.element = element;
    this.baseUrl = options.baseUrl ?? new URL('/', element.baseURI).href;
    this.clock = options.clock ?? monotonicClock;
    this.conditions = new Conditions(this.clock);
    this.probe = options.probe ?? probeByFetch;
    this.textTracks = options.textTracks ?? (() => []);
    this.capabilities = {
      mediaTypes: playableTypes(element),
      playbackRate: options.playbackRate ?? { min: 0.25, max: 4 },
    };
    for (const event of events) element.addEventListener(event, this.onEvent);
  }

  get state(): PlayerState {
    const { element, media } = this;
    const state: PlayerState = {
      state: this.playbackState,
      currentTime: 0,
      playbackRate: element.playbackRate,
      level: element.volume,
      muted: element.muted,
    };
    if (!media) return state;
    state.source = media.source;
    state.metadata = media.metadata;
    if (this.failure) state.error = this.failure;
    if (this.phase === 'loading') state.currentTime = media.currentTime;
    else {
      state.currentTime = element.currentTime;
      const { duration } = element;
      if (duration === Infinity) state.live = true;
      else if (duration >= 0) state.duration = duration;
      const seekable = this.seekable();
      if (seekable) state.seekable = seekable;
    }
    return state;
  }

  async load(media: MediaToLoad, signal: AbortSignal): Promise<void> {
    // A copy: `seek` may move the start while it loads. It also identifies this call.
    const loading = { ...media };
    this.reset(loading);
    this.wantsToPlay = media.autoplay;
    const { element } = this;
    addTextTracks(element, this.textTracks(media.source), this.baseUrl);
    element.preload = 'auto';
    element.src = new URL(media.source.uri, this.baseUrl).href;
    this.changed();
    try {
      const settled = () => signal.aborted || this.media !== loading || element.error !== null;
      await this.conditions.until(() => settled() || element.readyState >= haveMetadata, signal);
      if (!settled()) await this.begin(loading, settled, signal);
      if (this.media !== loading) throw superseded();
      if (signal.aborted) throw signal.reason;
      if (element.error) throw await this.fail(loading, element.error);
    } catch (error) {
      const tooLate = signal.aborted && !isSuperseded(signal.reason);
      if (tooLate && this.media === loading) this.unload();
      throw error;
    }
  }

  async play(): Promise<void> {
    this.wantsToPlay = true;
    if (this.requireMedia() === 'loading') return;
    await this.startPlaying(() => false);
  }

  async pause(): Promise<void> {
    this.wantsToPlay = false;
    if (this.requireMedia() !== 'loading' || !this.element.paused) this.element.pause();
  }

  async stop(): Promise<void> {
    this.unload();
  }

  async seek(currentTime: number): Promise<void> {
    const { element, media } = this;
    if (this.requireMedia() === 'loading' && media) {
      media.currentTime = currentTime;
      this.changed();
      return;
    }
    element.currentTime = currentTime;
    await this.conditions.until(
      () => !element.seeking || this.media !== media,
      undefined,
      patience,
    );
  }

  async setRate(playbackRate: number): Promise<void> {
    const { element } = this;
    try {
      // The default too, since loading something resets the rate to it.
      element.defaultPlaybackRate = playbackRate;
      element.playbackRate = playbackRate;
    } catch (cause) {
      throw new PlayerError('out-of-range', 'This TV does not play at that rate.', { cause });
    }
  }

  async setVolume(level: number): Promise<void> {
    this.element.volume = level;
    // Some platforms leave the volume to hardware and ignore it.
    if (Math.abs(this.element.volume - level) > 0.01)
      throw new PlayerError('player-failed', 'The volume of this TV cannot be set.');
  }

  async setMuted(muted: boolean): Promise<void> {
    this.element.muted = muted;
  }

  onchange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    for (const event of events) this.element.removeEventListener(event, this.onEvent);
    this.unload();
    this.listeners.clear();
  }

  private get playbackState(): PlaybackState {
    const { element } = this;
    if (!this.media) return 'idle';
    if (this.phase !== 'loaded') return this.phase;
    // `pause` comes before `ended`, but then it is true already.
    if (element.ended) return 'ended';
    if (element.paused) return 'paused';
    return this.isBuffering ? 'buffering' : 'playing';
  }

  private readonly onEvent = (event: Event): void => {
    const { element, media } = this;
    if (event.type === 'error' && element.error && media && this.phase === 'loaded')
      void this.fail(media, element.error);
    this.watchBuffering();
    this.changed();
  };

  /** Time stands still although it should not. Said only when it lasts. */
  private watchBuffering(): void {
    const { element } = this;
    const starved =
      this.phase === 'loaded' &&
      !element.paused &&
      !element.ended &&
      element.readyState < haveFutureData;
    if (!starved) {
      this.clearBuffering();
    } else if (this.bufferingTimer === undefined) {
      this.bufferingTimer = this.clock.setTimeout(() => {
        this.isBuffering = true;
        this.changed();
      }, bufferingAfter);
    }
  }

  private clearBuffering(): void {
    this.clock.clearTimeout(this.bufferingTimer);
    this.bufferingTimer = undefined;
    this.isBuffering = false;
  }

  /** From metadata to playing, or to paused where it should start. */
  private async begin(
    media: MediaToLoad,
    settled: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { element } = this;
    if (media.currentTime > element.duration) {
      this.unload();
      throw new PlayerError('out-of-range', `The media is only ${element.duration} s long.`);
    }
    if (media.currentTime > 0) {
      element.currentTime = media.currentTime;
      await this.conditions.until(() => settled() || !element.seeking, signal, patience);
    }
    try {
      if (this.wantsToPlay && !settled()) await this.startPlaying(settled);
    } finally {
      if (this.media === media && !element.error) {
        this.phase = 'loaded';
        this.watchBuffering();
        this.changed();
      }
    }
  }

  /** @throws PlayerError `interaction-required`, `superseded`, `player-failed` */
  private async startPlaying(settled: () => boolean): Promise<void> {
    const { element } = this;
    let outcome: { error?: unknown } | undefined;
    const onOutcome = (result: { error?: unknown }) => {
      outcome = result;
      this.conditions.changed();
    };
    // Before 2017 it returned nothing.
    Promise.resolve(element.play()).then(
      () => onOutcome({}),
      (error: unknown) => onOutcome({ error }),
    );
    // It stays pending while there is no data.
    await this.conditions.until(() => outcome !== undefined || settled(), undefined, patience);
    const error = outcome?.error;
    if (error === undefined || settled()) return;
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError')
      throw new PlayerError('interaction-required', 'Press play on the TV once.', { cause: error });
    // Somebody paused it, or loaded something else, before it began.
    if (name === 'AbortError') throw superseded();
    throw new PlayerError('player-failed', 'The TV could not start playing.', { cause: error });
  }

  /** Shows the failure of `media` and returns it as an error. Never rejects. */
  private async fail(
    media: MediaToLoad,
    error: Pick<MediaError, 'code' | 'message'>,
  ): Promise<PlayerError> {
    const condition = await explainFailure(error, this.element.src, this.probe, this.clock);
    const text = failureTexts[condition];
    if (this.media === media) {
      this.phase = 'error';
      this.failure = { condition, text };
      this.clearBuffering();
      this.changed();
    }
    return new PlayerError(condition, text, { cause: error });
  }

  private requireMedia(): 'loading' | 'loaded' {
    if (!this.media || this.phase === 'error')
      throw new PlayerError('no-media', 'Nothing is loaded.');
    return this.phase;
  }

  private unload(): void {
    this.reset(undefined);
    this.element.pause();
    this.element.removeAttribute('src');
    this.element.load();
    this.changed();
  }

  private reset(media: MediaToLoad | undefined): void {
    this.media = media;
    this.phase = 'loading';
    this.failure = undefined;
    this.wantsToPlay = false;
    this.clearBuffering();
    removeTextTracks(this.element);
    this.conditions.changed();
  }

  private seekable(): { start: number; end: number } | undefined {
    const { duration, seekable } = this.element;
    if (seekable.length === 0) return undefined;
    const start = seekable.start(0);
    const end = seekable.end(seekable.length - 1);
    const isWhole = Math.abs(start) < 0.5 && Math.abs(end - duration) < 0.5;
    return isWhole ? undefined : { start, end };
  }

  private changed(): void {
    this.conditions.changed();
    for (const listener of [...this.listeners]) listener();
  }
}

function superseded(): PlayerError {
  return new PlayerError('superseded', 'Something else took its place.');
}

function isSuperseded(reason: unknown): boolean {
  return reason instanceof PlayerError && reason.code === 'superseded';
}
