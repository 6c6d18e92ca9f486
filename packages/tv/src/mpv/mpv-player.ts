import type {
  MediaError as MediaFailure,
  MediaMetadata,
  MediaSource,
  PlaybackState,
} from '@fjern/protocol';
import { type Clock, monotonicClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import {
  type MediaToLoad,
  type Player,
  type PlayerCapabilities,
  PlayerError,
  type PlayerState,
} from '../player.ts';
import { explainFailure, FailureLog, playerGone } from './failure.ts';
import { type MpvCommand, type MpvConnection, MpvError, type MpvEvent } from './ipc.ts';
import { addressOf, defaultSchemes, fileOptions, recall, supportedOptions } from './load.ts';
import { Observed, observedProperties } from './observed.ts';
import { defaultTiming, type MpvOptions, type MpvStatus } from './options.ts';
import { Supervisor } from './supervisor.ts';

interface MpvEvents {
  status: (status: MpvStatus) => void;
  message: (args: readonly string[]) => void;
  error: (error: unknown) => void;
}

/** A {@link Player} on mpv, and the way to everything else that mpv can do. */
export interface MpvPlayer extends Player {
  readonly status: MpvStatus;
  /**
   * Any IPC command, for what is not playing: overlays, keys, properties. Resolves with mpv's `data`.
   * @throws MpvError `not-ready`, `refused`, `timeout`, `aborted`
   */
  command(command: MpvCommand, options?: { signal?: AbortSignal }): Promise<unknown>;
  on(event: 'status', listener: (status: MpvStatus) => void): () => void;
  /** mpv's `client-message`: what a key binding with `script-message` sends. */
  on(event: 'message', listener: (args: readonly string[]) => void): () => void;
  /** What a listener threw: a defect of the caller's. */
  on(event: 'error', listener: (error: unknown) => void): () => void;
  /**
   * Ends an mpv that was started, or adopted, here; one that is somebody else's only stops what was loaded here.
   * With `keep` it plays on, and whoever makes a player with the same `socket` next adopts it. Never rejects.
   */
  close(options?: { keep?: boolean }): Promise<void>;
}

/** Starts at once and never throws: how it is, `status` says. */
export function mpvPlayer(options: MpvOptions): MpvPlayer {
  return new MpvMediaPlayer(options);
}

/** Seconds without data before playback counts as buffering: every seek has some. */
const bufferingAfter = 0.3;
/** Seconds after which a player that waits for data is said to have done what it was asked to. */
const patience = 2;
/** Seconds before its end where media count as at their end: where the last picture begins. */
const lastPicture = 0.05;

/** What is loaded: by `load`, by whoever had this mpv before, or by somebody at mpv itself. */
interface Loaded {
  /** Absent when somebody loaded what is no business of a remote's, such as a file. */
  source?: MediaSource;
  metadata: MediaMetadata;
  /** Where it should start. */
  currentTime: number;
  /** Where mpv was told to start it. */
  start: number;
  wantsToPlay: boolean;
  /** `opening` until its metadata is known, then `starting` until it plays, or is paused where it should be. */
  phase: 'opening' | 'starting' | 'loaded' | 'finished' | 'error';
  /** mpv's ids of it, several for a playlist; none until it has been handed over. */
  entries: Set<number>;
  isForeign: boolean;
  failure?: MediaFailure;
}

class MpvMediaPlayer implements MpvPlayer {
  readonly capabilities: PlayerCapabilities = {
    mediaTypes: [
      'video/mp4',
      'video/webm',
      'video/x-matroska',
      'video/mp2t',
      'video/ogg',
      'video/quicktime',
      'application/vnd.apple.mpegurl',
      'application/x-mpegurl',
      'audio/mpeg',
      'audio/mp4',
      'audio/aac',
      'audio/ogg',
      'audio/webm',
      'audio/flac',
      'audio/wav',
    ],
    playbackRate: { min: 0.25, max: 4 },
  };
  private readonly options: MpvOptions;
  private readonly clock: Clock;
  private readonly schemes: readonly string[];
  private readonly observed: Observed;
  private readonly emitter: Emitter<MpvEvents>;
  private readonly listeners = new Set<() => void>();
  /** Looked at again after every event. */
  private readonly conditions = new Set<() => void>();
  private readonly log = new FailureLog();
  private readonly supervisor: Supervisor;
  private isSupported: (option: string) => boolean = () => true;
  private media: Loaded | undefined;
  /** mpv's id of what it opened last. */
  private entry: number | undefined;
  /** Where a seek is under way to. */
  private seekTarget: number | undefined;
  /** It was sought to its end while paused, which mpv does not count as having ended. */
  private soughtEnd = false;
  private isBuffering = false;
  private bufferingTimer: unknown;
  /** Set once it has been read or set: what an mpv that is started anew is to be like. */
  private wanted: { speed?: number; volume?: number; mute?: boolean } = {};
  private closed = false;

  constructor(options: MpvOptions) {
    this.options = options;
    this.clock = options.clock ?? monotonicClock;
    this.schemes = options.schemes ?? defaultSchemes;
    this.observed = new Observed(this.clock);
    this.emitter = new Emitter((error) => this.emitter.emit('error', error));
    this.supervisor = new Supervisor({
      socket: options.socket,
      spawn: options.spawn,
      timing: { ...defaultTiming, ...options.timing },
      clock: this.clock,
      prepare: (connection) => this.prepare(connection),
      onStatus: (status) => this.onStatus(status),
    });
  }

  get status(): MpvStatus {
    return this.supervisor.status;
  }

  get state(): PlayerState {
    const { observed, media } = this;
    const state: PlayerState = {
      state: this.playbackState,
      currentTime: 0,
      playbackRate: observed.speed,
      level: Math.min(observed.volume / 100, 1),
      muted: observed.muted,
    };
    if (!media) return state;
    if (media.source) state.source = media.source;
    state.metadata = this.metadataOf(media);
    if (media.failure) state.error = media.failure;
    if (media.phase === 'opening') {
      state.currentTime = media.currentTime;
      return state;
    }
    state.currentTime = Math.max(0, this.position);
    const { duration } = observed;
    if (duration !== undefined) state.duration = duration;
    else if (observed.viaNetwork && media.phase === 'loaded') state.live = true;
    if (!observed.seekable) state.seekable = { start: 0, end: 0 };
    return state;
  }

  on<E extends keyof MpvEvents>(event: E, listener: MpvEvents[E]): () => void {
    return this.emitter.on(event, listener);
  }

  async command(command: MpvCommand, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    const { connection, status } = this.supervisor;
    if (connection) return connection.request(command, options);
    throw new MpvError(
      'not-ready',
      status.status === 'away' ? status.reason : 'mpv is not ready yet.',
    );
  }

  async load(toLoad: MediaToLoad, signal: AbortSignal): Promise<void> {
    const { source, metadata, currentTime, autoplay } = toLoad;
    const media: Loaded = {
      source,
      metadata,
      currentTime,
      start: currentTime,
      wantsToPlay: autoplay,
      phase: 'opening',
      entries: new Set(),
      isForeign: false,
    };
    this.become(media);
    try {
      await this.open(media, signal);
      if (this.media !== media) throw superseded();
      if (signal.aborted) throw signal.reason;
      if (media.failure) throw new PlayerError(media.failure.condition, textOf(media.failure));
    } catch (error) {
      const tooLate = signal.aborted && !isSuperseded(signal.reason);
      if (tooLate && this.media === media) await this.unload().catch(() => {});
      throw error;
    }
  }

  async play(): Promise<void> {
    const media = this.requireMedia();
    media.wantsToPlay = true;
    if (media.phase === 'opening') return;
    if (media.phase === 'finished') return this.playAgain(media);
    if (this.playbackState === 'ended') await this.sendSeek(0);
    await this.setPaused(false);
    await this.until(() => !this.observed.idle || this.media !== media, undefined, patience);
  }

  async pause(): Promise<void> {
    const media = this.requireMedia();
    media.wantsToPlay = false;
    if (media.phase === 'opening' || media.phase === 'finished') return;
    await this.setPaused(true);
    await this.readPosition();
  }

  async stop(): Promise<void> {
    await this.unload();
  }

  async seek(currentTime: number): Promise<void> {
    const media = this.requireMedia();
    if (media.phase === 'opening') {
      media.currentTime = currentTime;
      this.changed();
      return;
    }
    await this.sendSeek(currentTime);
  }

  async setRate(playbackRate: number): Promise<void> {
    await this.request(['set_property', 'speed', playbackRate]);
    this.applied('speed', playbackRate);
  }

  async setVolume(level: number): Promise<void> {
    await this.request(['set_property', 'volume', level * 100]);
    this.applied('volume', level * 100);
  }

  async setMuted(muted: boolean): Promise<void> {
    await this.request(['set_property', 'mute', muted]);
    this.applied('mute', muted);
  }

  onchange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  async close({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      const { media } = this;
      const isOurs = media && !media.isForeign && media.entries.size > 0;
      if (!this.options.spawn && isOurs && !keep) await this.unload().catch(() => {});
      else if (!keep) this.become(undefined);
    }
    this.listeners.clear();
    this.clearBuffering();
    await this.supervisor.close(keep);
    this.checkConditions();
    this.emitter.clear();
  }

  private get position(): number {
    const { observed } = this;
    if (this.seekTarget !== undefined) return this.seekTarget;
    return this.playbackState === 'ended'
      ? (observed.duration ?? observed.position)
      : observed.position;
  }

  private get playbackState(): PlaybackState {
    const { media, observed } = this;
    if (!media) return 'idle';
    if (media.phase === 'error') return 'error';
    if (media.phase === 'opening' || media.phase === 'starting') return 'loading';
    if (media.phase === 'finished' || observed.ended || this.soughtEnd) return 'ended';
    if (observed.paused) return 'paused';
    return this.isBuffering ? 'buffering' : 'playing';
  }

  private metadataOf(media: Loaded): MediaMetadata {
    if (Object.keys(media.metadata).length > 0) return media.metadata;
    const found: MediaMetadata = {};
    for (const [key, value] of Object.entries(this.observed.metadata)) {
      if (typeof value !== 'string' || value === '') continue;
      const name = key.toLowerCase();
      if (name === 'title' || name === 'artist' || name === 'album') found[name] = value;
      else if (name === 'icy-title') found.title ??= value;
    }
    return found;
  }

  /** From an address to playing, or to paused where it should start. */
  private async open(media: Loaded, signal: AbortSignal): Promise<void> {
    const settled = () => signal.aborted || this.media !== media || media.failure !== undefined;
    let url: string;
    try {
      url = addressOf(media.source?.uri ?? '', this.options.baseUrl?.(), this.schemes);
    } catch (error) {
      this.fail(media, {
        condition: 'media-unsupported',
        text: error instanceof Error ? error.message : 'This is not an address.',
      });
      return;
    }
    await this.until(() => settled() || this.supervisor.connection !== undefined, signal);
    if (settled()) return;
    media.start = media.currentTime;
    const options = fileOptions(
      { ...media, source: media.source ?? { uri: '' } },
      this.schemes,
      this.isSupported,
    );
    // What plays stands still from now on; and the new one waits until it is known how long it is.
    const paused = this.request(['set_property', 'pause', true]);
    const handed = this.request({ name: 'loadfile', url, flags: 'replace', options });
    await paused;
    const entry = Reflect.get(Object(await handed), 'playlist_entry_id');
    if (typeof entry === 'number') media.entries.add(entry);
    await this.until(() => settled() || media.phase !== 'opening', signal);
    if (!settled()) await this.begin(media, settled, signal);
  }

  private async begin(media: Loaded, settled: () => boolean, signal: AbortSignal): Promise<void> {
    const duration = await this.read('duration');
    if (settled()) return;
    this.observed.apply('duration', duration);
    if (typeof duration === 'number' && media.currentTime > duration) {
      await this.unload();
      throw new PlayerError('out-of-range', `The media is only ${duration} s long.`);
    }
    if (media.currentTime !== media.start) await this.sendSeek(media.currentTime);
    if (settled()) return;
    if (media.wantsToPlay) await this.setPaused(false);
    const isThere = () =>
      media.phase === 'loaded' || (media.wantsToPlay && !this.observed.idle) || this.observed.ended;
    await this.until(() => settled() || isThere(), signal, patience);
    if (settled()) return;
    await this.readPosition();
    if (settled()) return;
    media.phase = 'loaded';
    this.watchBuffering();
    this.changed();
  }

  private async playAgain(media: Loaded): Promise<void> {
    media.phase = 'opening';
    media.currentTime = 0;
    media.entries.clear();
    this.changed();
    await this.open(media, new AbortController().signal);
    if (media.failure) throw new PlayerError(media.failure.condition, textOf(media.failure));
  }

  private async setPaused(paused: boolean): Promise<void> {
    await this.request(['set_property', 'pause', paused]);
    this.observed.apply('pause', paused);
    this.watchBuffering();
    this.changed();
  }

  private async sendSeek(target: number): Promise<void> {
    const { media } = this;
    this.seekTarget = target;
    this.soughtEnd = false;
    this.observed.ended = false;
    this.changed();
    try {
      await this.request(['seek', target, 'absolute+exact']);
      const done = () => this.seekTarget !== target || this.media !== media;
      await this.until(done, undefined, patience);
    } finally {
      if (this.seekTarget === target) this.endSeek();
    }
  }

  private endSeek(): void {
    const target = this.seekTarget;
    this.seekTarget = undefined;
    const { duration } = this.observed;
    if (target !== undefined && duration !== undefined && target >= duration - lastPicture)
      this.soughtEnd = this.observed.paused;
    this.watchBuffering();
    this.changed();
  }

  private async unload(): Promise<void> {
    const { media } = this;
    this.become(undefined);
    // What has never been handed over, or was lost, is not there.
    if (!media || (!this.supervisor.connection && this.status.status !== 'ready')) return;
    await this.request(['stop']);
  }

  private async readPosition(): Promise<void> {
    this.observed.apply('time-pos', await this.read('time-pos'));
    this.changed();
  }

  /** A property, or nothing if it has none now. */
  private read(property: string): Promise<unknown> {
    return this.request(['get_property', property]).catch(() => undefined);
  }

  /** As a player answers. @throws PlayerError `player-failed` */
  private async request(command: MpvCommand): Promise<unknown> {
    try {
      return await this.command(command);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : '';
      throw new PlayerError('player-failed', `The player of the TV failed: ${why}`, { cause });
    }
  }

  private applied(property: 'speed' | 'volume' | 'mute', value: number | boolean): void {
    this.observed.apply(property, value);
    this.remember();
    this.changed();
  }

  private remember(): void {
    const { speed, volume, muted } = this.observed;
    this.wanted = { speed, volume, mute: muted };
  }

  private requireMedia(): Loaded {
    const { media } = this;
    if (this.status.status !== 'ready' && media?.phase !== 'opening')
      throw new PlayerError('player-failed', 'The player of the TV is being restarted.');
    if (!media || media.phase === 'error') throw new PlayerError('no-media', 'Nothing is loaded.');
    return media;
  }

  private become(media: Loaded | undefined): void {
    this.media = media;
    this.seekTarget = undefined;
    this.soughtEnd = false;
    this.log.clear();
    this.clearBuffering();
    this.changed();
  }

  private fail(media: Loaded, failure: MediaFailure): void {
    if (this.media !== media || media.phase === 'error') return;
    if (media.phase !== 'opening') this.observed.moveTo(this.position);
    media.phase = 'error';
    media.failure = failure;
    this.clearBuffering();
    this.changed();
  }

  private async prepare(connection: MpvConnection): Promise<void> {
    connection.onEvent = (event) => this.onEvent(event);
    this.isSupported = await supportedOptions(connection);
    await connection.request(['request_log_messages', 'error']);
    for (const [name, value] of Object.entries(this.wanted))
      await connection.request(['set_property', name, value]);
    await Promise.all(
      observedProperties.map((name, id) => connection.request(['observe_property', id + 1, name])),
    );
    // Initial values come as events; an answer to what was asked after them comes later than they do.
    await this.adopt(connection);
  }

  /** Takes over what mpv plays already. */
  private async adopt(connection: MpvConnection): Promise<void> {
    const read = (name: string) =>
      connection.request(['get_property', name]).catch(() => undefined);
    const [path, playlist, scriptOptions, position] = await Promise.all(
      ['path', 'playlist', 'script-opts', 'time-pos'].map(read),
    );
    const id = currentEntry(playlist);
    const { media } = this;
    if (media && id !== undefined && media.entries.has(id)) return;
    if (media && media.entries.size > 0) this.fail(media, playerGone);
    if (this.media && this.media.phase !== 'error') return;
    if (typeof path !== 'string' || id === undefined) return;
    const memory = recall(scriptOptions);
    const isHttp = /^https?:\/\//i.test(path);
    this.entry = id;
    this.observed.apply('time-pos', position);
    this.become({
      ...(memory ?? { metadata: {}, ...(isHttp ? { source: { uri: path } } : {}) }),
      currentTime: 0,
      start: 0,
      wantsToPlay: !this.observed.paused,
      phase: position === undefined ? 'opening' : 'loaded',
      entries: new Set([id]),
      isForeign: memory === undefined,
    });
  }

  private onStatus(status: MpvStatus): void {
    if (status.status === 'away') {
      this.observed.apply('core-idle', true);
      if (this.media && this.media.entries.size > 0) this.fail(this.media, playerGone);
    } else {
      this.remember();
    }
    this.changed();
    this.emitter.emit('status', status);
  }

  private onEvent(event: MpvEvent): void {
    switch (event.event) {
      case 'property-change':
        if (!this.observed.apply(event.name, event.data)) return;
        if (['speed', 'volume', 'mute'].includes(String(event.name))) this.remember();
        this.watchBuffering();
        break;
      case 'start-file':
        this.onStart(event.playlist_entry_id);
        break;
      case 'file-loaded':
        this.onLoaded();
        break;
      case 'playback-restart':
        this.onRestart();
        break;
      case 'end-file':
        this.onEndOfFile(event);
        break;
      case 'log-message':
        this.log.add(event.text);
        return;
      case 'client-message': {
        const { args } = event;
        if (Array.isArray(args)) this.emitter.emit('message', args.map(String));
        return;
      }
      default:
        return;
    }
    this.changed();
  }

  private onStart(id: unknown): void {
    this.entry = typeof id === 'number' ? id : undefined;
    this.seekTarget = undefined;
    this.soughtEnd = false;
    const { connection } = this.supervisor;
    // Somebody at mpv itself.
    if (connection && this.entry !== undefined && !this.media?.entries.has(this.entry)) {
      if (!this.media || this.media.entries.size > 0) void this.adopt(connection).catch(() => {});
    }
  }

  private onLoaded(): void {
    const { media, entry } = this;
    if (!media || entry === undefined || !media.entries.has(entry)) return;
    if (media.phase !== 'opening') return;
    media.phase = media.isForeign ? 'loaded' : 'starting';
  }

  private onRestart(): void {
    const { media } = this;
    if (media?.phase === 'starting' && !media.wantsToPlay) media.phase = 'loaded';
    if (this.seekTarget === undefined) return;
    const target = this.seekTarget;
    void this.read('time-pos').then((position) => {
      this.observed.apply('time-pos', position);
      if (this.seekTarget === target) this.endSeek();
    });
  }

  private onEndOfFile(event: MpvEvent): void {
    const { media } = this;
    const id = event.playlist_entry_id;
    if (!media || typeof id !== 'number' || !media.entries.has(id)) return;
    switch (event.reason) {
      case 'redirect':
        for (let i = 0; i < Number(event.playlist_insert_num_entries ?? 0); i++)
          media.entries.add(Number(event.playlist_insert_id) + i);
        media.entries.delete(id);
        return;
      case 'error':
        this.fail(media, explainFailure(event.file_error, this.log));
        return;
      case 'eof':
        media.phase = 'finished';
        return;
      default:
        this.become(undefined);
    }
  }

  /** Time stands still although it should not. Said only when it lasts. */
  private watchBuffering(): void {
    const { media, observed } = this;
    const starved =
      media?.phase === 'loaded' && observed.idle && !observed.paused && !observed.ended;
    if (!starved) {
      this.clearBuffering();
    } else if (this.bufferingTimer === undefined) {
      this.bufferingTimer = this.clock.setTimeout(() => {
        this.isBuffering = true;
        this.changed();
      }, bufferingAfter * 1000);
    }
  }

  private clearBuffering(): void {
    this.clock.clearTimeout(this.bufferingTimer);
    this.bufferingTimer = undefined;
    this.isBuffering = false;
  }

  /** Resolves when `condition` holds after an event or an abort, or after so many seconds in any case. */
  private until(condition: () => boolean, signal?: AbortSignal, seconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.conditions.delete(check);
        signal?.removeEventListener('abort', check);
        this.clock.clearTimeout(timer);
        resolve();
      };
      const check = () => {
        if (this.closed || condition()) done();
      };
      const timer = seconds === undefined ? undefined : this.clock.setTimeout(done, seconds * 1000);
      this.conditions.add(check);
      signal?.addEventListener('abort', check);
      check();
    });
  }

  private checkConditions(): void {
    for (const check of [...this.conditions]) check();
  }

  private changed(): void {
    this.checkConditions();
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        this.emitter.emit('error', error);
      }
    }
  }
}

function currentEntry(playlist: unknown): number | undefined {
  if (!Array.isArray(playlist)) return undefined;
  for (const item of playlist as unknown[]) {
    const { current, id } = Object(item) as { current?: unknown; id?: unknown };
    if (current === true && typeof id === 'number') return id;
  }
  return undefined;
}

function textOf({ text, condition }: MediaFailure): string {
  return text ?? condition;
}

function superseded(): PlayerError {
  return new PlayerError('superseded', 'Something else took its place.');
}

function isSuperseded(reason: unknown): boolean {
  return reason instanceof PlayerError && reason.code === 'superseded';
}
