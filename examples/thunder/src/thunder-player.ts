import {
  type MediaToLoad,
  type Player,
  type PlayerCapabilities,
  PlayerError,
  type PlayerState,
} from '@fjern/tv';
import { aampState, conditionOf, type Failure, failureTexts, type Progress } from './aamp.ts';
import { AudioPort } from './audio-port.ts';
import { Stream } from './stream.ts';
import { isRecord, Thunder, ThunderError } from './thunder.ts';

const callsign = 'org.rdk.FireboltMediaPlayer';
/** Seconds after which a player that waits for data is said to have done what it was asked to. */
const patience = 2;

export interface ThunderPlayerOptions {
  /** Thunder's WebSocket; default `ws://127.0.0.1:9998/jsonrpc`. */
  url?: string;
  /** What relative addresses are relative to: the TV's own HTTP endpoint, as the middleware reaches it. */
  baseUrl: string;
}

/** A player on RDK's middleware: AAMP plays, DisplaySettings has the volume. */
export function thunderPlayer(options: ThunderPlayerOptions): Player {
  return new ThunderPlayer(options);
}

class ThunderPlayer implements Player {
  readonly capabilities: PlayerCapabilities = {
    mediaTypes: ['application/dash+xml', 'application/vnd.apple.mpegurl', 'video/mp4'],
    // AAMP has trick modes for fast forward, but no slower or faster speech.
    playbackRate: { min: 1, max: 1 },
  };
  private readonly thunder: Thunder;
  private readonly audio: AudioPort;
  private readonly baseUrl: string;
  private readonly listeners = new Set<() => void>();
  /** Looked at again after every event. */
  private readonly conditions = new Set<() => void>();
  private stream: Stream | undefined;
  /** Calls to the plugin, one after the other: Thunder works them off in several threads. */
  private calls: Promise<unknown> = Promise.resolve();
  private count = 0;
  private isClosed = false;

  constructor({ url = 'ws://127.0.0.1:9998/jsonrpc', baseUrl }: ThunderPlayerOptions) {
    this.baseUrl = baseUrl;
    this.thunder = new Thunder(url);
    this.audio = new AudioPort(this.thunder, this.changed);
    // #region events
    this.listen('playbackStateChanged', (stream, { state }) => stream.onState(Number(state)));
    this.listen('playbackProgressUpdate', (stream, event) =>
      stream.onProgress(event as unknown as Progress),
    );
    this.listen('bufferingChanged', (stream, { buffering }) => stream.onBuffering(!!buffering));
    this.listen('playbackFailed', (stream, event) => {
      stream.failure = event as unknown as Failure;
      if (stream.isLoading) this.checkConditions();
      else this.failed(stream, stream.failure);
    });
    // #endregion events
    // #region gone
    this.thunder.subscribe('Controller', 'statechange', (event) => {
      const isOurs = isRecord(event) && event.callsign === callsign;
      if (isOurs && event.state === 'deactivated') this.gone('The player of the TV has crashed.');
    });
    this.thunder.onconnection((isUp) => {
      if (!isUp) this.gone('The TV has lost its player.');
    });
    // #endregion gone
  }

  // #region state
  get state(): PlayerState {
    const { stream } = this;
    const { level, muted } = this.audio;
    const sound = { playbackRate: 1, level, muted };
    if (!stream) return { state: 'idle', currentTime: 0, ...sound };
    const { playbackState, currentTime, media, duration, error, isLoading } = stream;
    return {
      state: playbackState,
      currentTime,
      source: media.source,
      metadata: media.metadata,
      ...(duration === undefined || isLoading ? {} : { duration }),
      ...(duration === undefined && stream.isKnown && !isLoading ? { live: true } : {}),
      ...(error ? { error } : {}),
      ...sound,
    };
  }
  // #endregion state

  // #region load
  async load(media: MediaToLoad, signal: AbortSignal): Promise<void> {
    const previous = this.stream;
    const stream = new Stream(`fjern-${++this.count}`, media, this.changed);
    this.show(stream);
    const settled = () =>
      signal.aborted || this.stream !== stream || Boolean(stream.failure ?? stream.error);
    try {
      await this.open(stream, previous, settled);
      await this.until(() => settled() || isPrepared(stream), signal);
      if (!settled()) await this.begin(stream, settled, signal);
      if (this.stream !== stream) throw superseded();
      if (signal.aborted) throw signal.reason;
      if (stream.failure) throw this.failed(stream, stream.failure);
      if (stream.error) throw new PlayerError('player-failed', stream.error.text ?? '');
    } catch (error) {
      const isTooLate = signal.aborted && !isSuperseded(signal.reason);
      if (isTooLate && this.stream === stream) await this.unload().catch(() => {});
      throw error;
    } finally {
      stream.isLoading = false;
      if (this.stream === stream) this.changed();
    }
  }
  // #endregion load

  async play(): Promise<void> {
    const stream = this.requireStream();
    if (stream.isLoading) stream.media.autoplay = true;
    else if (stream.isEnded) await this.reopen(stream, 0, true);
    else await this.start(stream, () => this.stream !== stream);
  }

  async pause(): Promise<void> {
    const stream = this.requireStream();
    if (stream.isLoading) stream.media.autoplay = false;
    else if (!stream.isEnded)
      await this.ask('pause', stream, () => {
        return this.stream !== stream || stream.isEnded || stream.state === aampState.paused;
      });
  }

  async stop(): Promise<void> {
    await this.unload();
  }

  // #region seek
  async seek(currentTime: number): Promise<void> {
    const stream = this.requireStream();
    if (stream.isLoading) {
      stream.media.currentTime = currentTime;
      this.changed();
    } else if (currentTime >= (stream.duration ?? Infinity) - 0.5) {
      // AAMP would stall on the last fragment. It is let go, as at every end.
      stream.end();
      await this.command('stop', stream);
    } else if (stream.isEnded) await this.reopen(stream, currentTime, false);
    else await this.seekTo(stream, currentTime, () => this.stream !== stream);
  }
  // #endregion seek

  async setRate(playbackRate: number): Promise<void> {
    if (playbackRate !== 1)
      throw new PlayerError('out-of-range', 'This TV plays at normal speed only.');
  }

  async setVolume(level: number): Promise<void> {
    await this.inOrder(() => this.audio.setLevel(level));
  }

  async setMuted(muted: boolean): Promise<void> {
    await this.inOrder(() => this.audio.setMuted(muted));
  }

  onchange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.listeners.clear();
    if (this.isClosed) return;
    this.isClosed = true;
    await this.unload().catch(() => {});
    this.thunder.close();
  }

  /** Makes a player of the middleware for it, in the place of the one before. */
  private async open(stream: Stream, previous: Stream | undefined, settled: () => boolean) {
    // What cannot be released is gone already.
    if (previous) await this.release(previous).catch(() => {});
    await this.inOrder(async () => {
      if (settled()) return;
      await this.thunder.call('Controller.1.activate', { callsign });
      await this.invoke('create', stream);
      stream.isOpen = true;
      const url = new URL(stream.media.source.uri, this.baseUrl).href;
      await this.invoke('load', stream, { url, autoplay: false });
    });
  }

  /** From prepared to where it should start, and to playing if it should. */
  private async begin(stream: Stream, settled: () => boolean, signal: AbortSignal): Promise<void> {
    const { media, duration } = stream;
    if (media.currentTime > (duration ?? Infinity)) {
      await this.unload();
      throw new PlayerError('out-of-range', `The media is only ${duration} s long.`);
    }
    // Both may be told to be otherwise until the last moment.
    while (media.currentTime > 0 && !settled()) {
      const target = media.currentTime;
      await this.seekTo(stream, target, settled, signal);
      if (media.currentTime === target) break;
    }
    if (media.autoplay && !settled()) await this.start(stream, settled, signal);
  }

  /** AAMP lets go of a stream at its end: to show it again is to load it again. */
  private async reopen(stream: Stream, currentTime: number, autoplay: boolean): Promise<void> {
    await this.load({ ...stream.media, currentTime, autoplay }, new AbortController().signal);
  }

  private async start(stream: Stream, settled: () => boolean, signal?: AbortSignal): Promise<void> {
    const plays = () =>
      settled() ||
      stream.isEnded ||
      stream.state === aampState.playing ||
      stream.state === aampState.buffering;
    await this.ask('play', stream, plays, {}, signal);
  }

  private async seekTo(stream: Stream, to: number, settled: () => boolean, signal?: AbortSignal) {
    const target = Math.round(to);
    stream.seeks(target);
    // Another seek may have taken its place.
    const arrived = () => settled() || stream.isEnded || stream.target !== target;
    await this.ask('seekTo', stream, arrived, { positionSec: target }, signal);
  }

  // #region ask
  /** One call to the plugin, and the event that says that it is done. */
  private async ask(
    method: string,
    stream: Stream,
    done: () => boolean,
    params: object = {},
    signal?: AbortSignal,
  ): Promise<void> {
    await this.inOrder(async () => {
      if (this.stream !== stream) throw superseded();
      await this.invoke(method, stream, params);
      await this.until(done, signal, patience);
    });
    if (stream.error) throw new PlayerError('player-failed', stream.error.text ?? '');
  }
  // #endregion ask

  private command(method: string, stream: Stream): Promise<void> {
    return this.inOrder(() => this.invoke(method, stream));
  }

  private async invoke(method: string, { id }: Stream, params: object = {}): Promise<void> {
    await this.thunder.call(`${callsign}.1.${method}`, { id, ...params });
  }

  private inOrder(action: () => Promise<void>): Promise<void> {
    const done = this.calls.then(action).catch((error: unknown) => {
      if (!(error instanceof ThunderError)) throw error;
      const text = 'The TV did not do it: its player does not answer as it should.';
      throw new PlayerError('player-failed', text, { cause: error });
    });
    this.calls = done.catch(() => {});
    return done;
  }

  private async unload(): Promise<void> {
    const { stream } = this;
    this.show(undefined);
    if (stream) await this.release(stream);
  }

  private release(stream: Stream): Promise<void> {
    return this.inOrder(async () => {
      if (!stream.isOpen) return;
      await this.invoke('stop', stream).catch(() => {});
      await this.invoke('release', stream);
    });
  }

  private show(stream: Stream | undefined): void {
    this.stream?.close();
    this.stream = stream;
    this.changed();
  }

  private failed(stream: Stream, failure: Failure): PlayerError {
    const condition = conditionOf(failure);
    const text = failureTexts[condition];
    stream.fail({ condition, text });
    return new PlayerError(condition, text, { cause: failure });
  }

  private gone(text: string): void {
    this.stream?.fail({ condition: 'player-failed', text });
  }

  // #region late
  /** Events come as `{ <id of the player>: { … } }`; those of players that are gone are nobody's. */
  private listen(
    event: string,
    listener: (stream: Stream, params: Record<string, unknown>) => void,
  ): void {
    this.thunder.subscribe(callsign, event, (params) => {
      const { stream } = this;
      if (!stream || stream.error || !isRecord(params)) return;
      const own = params[stream.id];
      if (isRecord(own)) listener(stream, own);
    });
  }
  // #endregion late

  private requireStream(): Stream {
    const { stream } = this;
    if (!stream || stream.error) throw new PlayerError('no-media', 'Nothing is loaded.');
    return stream;
  }

  /** Resolves when `condition` holds after an event or an abort, or after so many seconds in any case. */
  private until(condition: () => boolean, signal?: AbortSignal, seconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.conditions.delete(check);
        signal?.removeEventListener('abort', check);
        clearTimeout(timer);
        resolve();
      };
      const check = () => {
        if (condition()) done();
      };
      const timer = seconds === undefined ? undefined : setTimeout(done, seconds * 1000);
      this.conditions.add(check);
      signal?.addEventListener('abort', check);
      check();
    });
  }

  private checkConditions(): void {
    for (const check of [...this.conditions]) check();
  }

  private readonly changed = (): void => {
    this.checkConditions();
    for (const listener of [...this.listeners]) listener();
  };
}

/** The duration comes with the first progress. */
function isPrepared({ state, isKnown }: Stream): boolean {
  return isKnown && (state === aampState.prepared || state === aampState.paused);
}

function superseded(): PlayerError {
  return new PlayerError('superseded', 'Something else took its place.');
}

function isSuperseded(reason: unknown): boolean {
  return reason instanceof PlayerError && reason.code === 'superseded';
}
