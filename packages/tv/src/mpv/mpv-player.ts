import type { MediaError } from '@fjern/protocol';
import { Conditions } from '../conditions.ts';
import { type MediaToLoad, PlayerError, type PlayerState } from '../player.ts';
import { Buffering } from './buffering.ts';
import { explainFailure, playerGone } from './failure.ts';
import type { MpvCommand, MpvConnection, MpvEvent } from './ipc.ts';
import { addressOf, currentEntry, fileOptions, recall } from './load.ts';
import { isAtEnd, type Loaded, newlyLoaded, playbackState, playerState } from './loaded.ts';
import { mediaTypes } from './media-types.ts';
import { Mpv } from './mpv.ts';
import type { Observed } from './observed.ts';
import type { MpvEvents, MpvOptions, MpvPlayer, MpvStatus } from './options.ts';
import { rangeAround, SeekableRange } from './seekable.ts';

/** Starts at once and never throws: how it is, `status` says. */
export function mpvPlayer(options: MpvOptions): MpvPlayer {
  return new MpvMediaPlayer(options);
}

/** Seconds after which a player that waits for data is said to have done what it was asked to. */
const patience = 2;
/** Seconds in which mpv's explanation of an error, on its own way, follows the error. */
const explanationDelay = 0.05;
/** Seconds by which the duration of a stream that is not live may turn out longer than it seemed. */
const durationSlack = 0.5;

class MpvMediaPlayer implements MpvPlayer {
  readonly capabilities = {
    mediaTypes: [...mediaTypes],
    playbackRate: { min: 0.25, max: 4 },
  };
  private readonly options: MpvOptions;
  private readonly mpv: Mpv;
  private readonly observed: Observed;
  private readonly listeners = new Set<() => void>();
  private readonly conditions: Conditions;
  private readonly buffering: Buffering;
  private readonly seekableRange: SeekableRange;
  private media: Loaded | undefined;
  /** mpv's id of what it opened last. */
  private entry: number | undefined;
  private closed = false;

  constructor(options: MpvOptions) {
    this.options = options;
    this.mpv = new Mpv(options, {
      onConnect: (connection) => this.adopt(connection),
      onEvent: (event, connection) => this.onEvent(event, connection),
      onStatus: (status) => this.onStatus(status),
    });
    const { clock, observed } = this.mpv;
    this.observed = observed;
    this.conditions = new Conditions(clock);
    this.buffering = new Buffering(clock, () => this.onStall());
    this.seekableRange = new SeekableRange(clock, () => this.readSeekable());
  }

  get status(): MpvStatus {
    return this.mpv.status;
  }

  get state(): PlayerState {
    return playerState(this.media, this.observed, this.buffering.lasts);
  }

  on<E extends keyof MpvEvents>(event: E, listener: MpvEvents[E]): () => void {
    return this.mpv.emitter.on(event, listener);
  }

  async command(command: MpvCommand, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    return this.mpv.command(command, options);
  }

  async load(toLoad: MediaToLoad, signal: AbortSignal): Promise<void> {
    const { autoplay, ...given } = toLoad;
    const media = newlyLoaded('here', { ...given, wantsToPlay: autoplay });
    this.become(media);
    try {
      await this.open(media, signal);
    } catch (error) {
      // What mpv did not take is not being loaded any more.
      if (error instanceof PlayerError && error.code === 'player-failed')
        this.fail(media, { condition: 'player-failed', text: error.message });
      throw error;
    } finally {
      const tooLate = signal.aborted && !isSuperseded(signal.reason);
      if (tooLate && this.media === media) await this.unload().catch(() => {});
    }
  }

  async play(): Promise<void> {
    const media = this.requireMedia();
    media.wantsToPlay = true;
    if (media.phase === 'opening') return;
    if (media.phase === 'over') {
      await this.loadAgain(media);
      return;
    }
    if (this.playbackState === 'ended') await this.goTo(0);
    await this.set('pause', false);
    const moves = () => this.media !== media || !this.observed.idle || media.error !== undefined;
    await this.conditions.until(moves, undefined, patience);
  }

  async pause(): Promise<void> {
    const media = this.requireMedia();
    media.wantsToPlay = false;
    if (media.phase === 'opening' || media.phase === 'over') return;
    await this.set('pause', true);
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
    const { duration } = this.state;
    if (currentTime < 0 || currentTime > (duration ?? Infinity) + durationSlack)
      throw new PlayerError('out-of-range', `The media is only ${duration} s long.`);
    // mpv pauses at the end, but a moment after it says so.
    if (this.playbackState === 'ended') await this.pause();
    await (media.phase === 'over' ? this.loadAgain(media, currentTime) : this.goTo(currentTime));
  }

  async setRate(playbackRate: number): Promise<void> {
    await this.set('speed', playbackRate);
  }

  async setVolume(level: number): Promise<void> {
    await this.set('volume', level * 100);
  }

  async setMuted(muted: boolean): Promise<void> {
    await this.set('mute', muted);
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
      this.listeners.clear();
      const isGuest = this.options.spawn === undefined && this.media?.by === 'here';
      if (isGuest && !keep) await this.unload().catch(() => {});
      this.become(undefined);
    }
    await this.mpv.close(keep);
    this.buffering.watch(false);
    this.seekableRange.watch(false);
    this.conditions.close();
  }

  private get playbackState() {
    return playbackState(this.media, this.observed, this.buffering.lasts);
  }

  /** From an address to playing, or to paused where it should start. @throws PlayerError */
  private async open(media: Loaded, signal: AbortSignal): Promise<void> {
    const settled = () => signal.aborted || this.media !== media || media.error !== undefined;
    const check = () => {
      if (signal.aborted) throw signal.reason;
      if (this.media !== media)
        throw new PlayerError('superseded', 'Something else took its place.');
      if (media.error)
        throw new PlayerError(media.error.condition, media.error.text ?? media.error.condition);
    };
    const url = this.addressOf(media);
    const { mpv } = this;
    await this.conditions.until(() => settled() || mpv.isReady || mpv.isHopeless, signal);
    check();
    const start = media.currentTime;
    const options = fileOptions(media, this.mpv.isSupported, this.options.schemes);
    // What plays stands still from now on, and the new one waits until it is known how long it is.
    const onData = (handed: unknown) => {
      const entry = Object(handed).playlist_entry_id;
      if (typeof entry === 'number') media.entries.add(entry);
    };
    await Promise.all([
      this.mpv.request(['set_property', 'pause', true]),
      this.mpv.request({ name: 'loadfile', url, flags: 'replace', options }, { onData }),
    ]);
    await this.conditions.until(() => settled() || media.phase !== 'opening', signal);
    check();
    const duration = await this.mpv.read('duration');
    check();
    this.observed.apply('duration', duration);
    media.duration = this.observed.duration;
    media.live = media.duration === undefined && this.observed.viaNetwork;
    if (media.currentTime > (this.observed.duration ?? Infinity)) {
      await this.unload();
      throw new PlayerError('out-of-range', `The media is only ${duration} s long.`);
    }
    if (media.currentTime !== start) await this.goTo(media.currentTime);
    check();
    if (media.wantsToPlay) await this.set('pause', false);
    const isThere = () => media.phase === 'loaded' || this.observed.ended || !this.observed.idle;
    await this.conditions.until(() => settled() || isThere(), signal, patience);
    check();
    if (this.observed.idle) await this.findDamage(media);
    check();
    await this.readPosition();
    check();
    media.phase = 'loaded';
    this.update();
  }

  /** @throws PlayerError `media-unsupported` */
  private addressOf(media: Loaded): string {
    const { baseUrl, schemes } = this.options;
    try {
      return addressOf(media.source?.uri ?? '', baseUrl?.(), schemes);
    } catch (error) {
      if (error instanceof PlayerError)
        this.fail(media, { condition: 'media-unsupported', text: error.message });
      throw error;
    }
  }

  /** mpv has let go of it: only the last of a playlist can be kept. */
  private async loadAgain(media: Loaded, currentTime = 0): Promise<void> {
    const { source, metadata, wantsToPlay } = media;
    if (!source) throw new PlayerError('no-media', 'It has ended.');
    const toLoad = { source, metadata, currentTime, autoplay: wantsToPlay };
    await this.load(toLoad, new AbortController().signal);
  }

  private async goTo(position: number): Promise<void> {
    const { media, observed } = this;
    if (!media) return;
    media.seekTarget = position;
    media.soughtEnd = false;
    observed.ended = false;
    this.changed();
    try {
      await this.mpv.request(['seek', position, 'absolute+exact']);
      const done = () => media.seekTarget !== position || this.media !== media;
      await this.conditions.until(done, undefined, patience);
    } finally {
      if (media.seekTarget === position) this.arrive(media);
    }
  }

  /** A seek is over. */
  private arrive(media: Loaded): void {
    const { observed } = this;
    const { seekTarget = 0 } = media;
    media.seekTarget = undefined;
    media.soughtEnd = observed.paused && isAtEnd(seekTarget, observed);
    this.update();
  }

  private async set(property: 'pause' | 'speed' | 'volume' | 'mute', value: number | boolean) {
    await this.mpv.set(property, value);
    this.update();
  }

  private async unload(): Promise<void> {
    const isThere = this.media !== undefined && this.mpv.isReady;
    this.become(undefined);
    if (isThere) await this.mpv.request(['stop']);
  }

  private async readPosition(): Promise<void> {
    this.observed.apply('time-pos', await this.mpv.read('time-pos'));
    this.changed();
  }

  private async readSeekable(): Promise<void> {
    const { media } = this;
    if (!media) return;
    const cache = await this.mpv.read('demuxer-cache-state');
    media.seekable = rangeAround(cache, this.observed.position) ?? { start: 0, end: 0 };
    this.changed();
  }

  private requireMedia(): Loaded {
    const { media } = this;
    if (!this.mpv.isReady && media?.phase !== 'opening')
      throw new PlayerError('player-failed', playerGone.text ?? '');
    if (!media || media.phase === 'error') throw new PlayerError('no-media', 'Nothing is loaded.');
    return media;
  }

  private become(media: Loaded | undefined): void {
    this.media = media;
    this.mpv.log.clear();
    this.update();
  }

  private fail(media: Loaded, error: MediaError): void {
    if (this.media !== media || media.phase === 'error') return;
    const { currentTime, duration } = this.state;
    media.last = { currentTime, ...(duration === undefined ? {} : { duration }) };
    media.phase = 'error';
    media.error = error;
    this.update();
  }

  /** Takes over what mpv plays: loaded before this process was there, or by somebody at mpv. */
  private async adopt(connection: MpvConnection): Promise<void> {
    const names = ['path', 'playlist', 'script-opts', 'time-pos'];
    const read = (name: string) =>
      connection.request(['get_property', name]).catch(() => undefined);
    const [path, playlist, scriptOptions, position] = await Promise.all(names.map(read));
    const id = currentEntry(playlist);
    const { media } = this;
    if (media && id !== undefined && media.entries.has(id)) return;
    // It came to an end while nobody listened.
    if (media && media.entries.size > 0) this.fail(media, playerGone);
    if ((media && media.phase !== 'error') || typeof path !== 'string' || id === undefined) return;
    const memory = recall(scriptOptions);
    const source = memory?.source ?? (/^https?:/i.test(path) ? { uri: path } : undefined);
    const found = newlyLoaded(memory ? 'here' : 'elsewhere', {
      ...(source ? { source } : {}),
      metadata: memory?.metadata ?? {},
      currentTime: 0,
      wantsToPlay: !this.observed.paused,
    });
    found.phase = 'loaded';
    found.entries.add(id);
    found.duration = this.observed.duration;
    found.live = found.duration === undefined && this.observed.viaNetwork;
    this.entry = id;
    this.observed.apply('time-pos', position);
    this.become(found);
  }

  private onStatus(status: MpvStatus): void {
    if (status.status === 'away') {
      if (this.media && this.media.entries.size > 0) this.fail(this.media, playerGone);
    }
    this.update();
  }

  private onEvent(event: MpvEvent, connection: MpvConnection): void {
    switch (event.event) {
      case 'property-change':
        if (event.name === 'eof-reached' && this.observed.ended) this.onEnd();
        if (event.name === 'duration') this.onDuration();
        break;
      case 'start-file':
        this.onStart(event.playlist_entry_id, connection);
        break;
      case 'file-loaded':
        if (this.isCurrent(this.entry) && this.media?.phase === 'opening')
          this.media.phase = 'starting';
        break;
      case 'playback-restart':
        this.onRestart();
        break;
      case 'end-file':
        this.onEndOfFile(event);
        break;
      case 'idle':
        if (this.media?.phase === 'loaded' && this.media.by === 'elsewhere') this.become(undefined);
        break;
      default:
        return;
    }
    this.update();
  }

  private onStart(id: unknown, connection: MpvConnection): void {
    this.entry = typeof id === 'number' ? id : undefined;
    // While something is being handed over here, whatever else starts is not for long.
    const isHandingOver = this.media?.phase === 'opening' && this.media.entries.size === 0;
    if (!isHandingOver && !this.isCurrent(this.entry) && this.mpv.isReady)
      void this.adopt(connection).catch(() => {});
  }

  private isCurrent(entry: unknown): boolean {
    return typeof entry === 'number' && this.media?.entries.has(entry) === true;
  }

  private onRestart(): void {
    const { media } = this;
    if (!media) return;
    if (media.phase === 'starting' && !media.wantsToPlay) media.phase = 'loaded';
    const { seekTarget } = media;
    if (seekTarget === undefined) return;
    void this.mpv.read('time-pos').then((position) => {
      if (this.media !== media || media.seekTarget !== seekTarget) return;
      this.observed.apply('time-pos', position);
      // At its end it says so in a moment.
      if (this.observed.paused || !isAtEnd(seekTarget, this.observed)) this.arrive(media);
    });
  }

  /** The end is reached, and stays on screen. */
  private onEnd(): void {
    const { media, observed } = this;
    if (!media) return;
    if (media.seekTarget !== undefined) this.arrive(media);
    const isShort = !media.live && observed.position < (observed.duration ?? 0) - 1;
    const why = isShort ? this.mpv.log.explain() : undefined;
    if (!why || media.phase === 'error') return;
    this.fail(media, why);
    this.mpv.request(['stop']).catch(() => {});
  }

  private onStall(): void {
    const { media } = this;
    this.update();
    if (media) void this.findDamage(media);
  }

  /** Where it cannot decode anything at all, mpv waits for ever: at a start that does not come, or at a position. */
  private async findDamage(media: Loaded): Promise<void> {
    const why = this.mpv.log.explain();
    if (why?.condition !== 'media-failed') return;
    const look = () =>
      Promise.all(['time-pos', 'paused-for-cache'].map((name) => this.mpv.read(name)));
    const [position, waits] = await look();
    if (typeof position === 'number') {
      const isOver = () => this.media !== media || !this.buffering.lasts;
      await this.conditions.until(isOver, undefined, patience);
      const [now] = await look();
      if (isOver() || now !== position) return;
    }
    if (waits !== false) return;
    this.fail(media, why);
    this.mpv.request(['stop']).catch(() => {});
  }

  /** Of a live stream mpv says for its duration how much it has received, many times a second. */
  private onDuration(): void {
    const { media, observed } = this;
    if (media?.phase !== 'loaded' || observed.seekable || !observed.viaNetwork) return;
    const { duration } = observed;
    const known = media.duration ?? 0;
    if (duration !== undefined && duration > known + durationSlack) media.live = true;
  }

  private onEndOfFile(event: MpvEvent): void {
    const { media } = this;
    const { playlist_entry_id: id, reason } = event;
    if (!media || typeof id !== 'number' || !media.entries.delete(id)) return;
    const goesOn = media.entries.size > 0;
    switch (reason) {
      case 'redirect':
        for (let i = 0; i < Number(event.playlist_insert_num_entries ?? 0); i++)
          media.entries.add(Number(event.playlist_insert_id) + i);
        return;
      case 'eof':
        if (goesOn) return;
        if (media.by === 'here') media.phase = 'over';
        else this.become(undefined);
        return;
      case 'error':
        // A playlist of alternatives: the next one is tried.
        if (!goesOn) void this.explain(media, event.file_error);
        return;
      default:
        this.become(undefined);
    }
  }

  private async explain(media: Loaded, fileError: unknown): Promise<void> {
    if (!this.mpv.log.explain())
      await this.conditions.until(
        () => this.mpv.log.explain() !== undefined,
        undefined,
        explanationDelay,
      );
    this.fail(media, explainFailure(fileError, this.mpv.log));
  }

  /** After whatever has changed. */
  private update(): void {
    const { media, observed } = this;
    const isLoaded = media?.phase === 'loaded';
    const stands = observed.idle && !observed.paused && !observed.ended;
    this.buffering.watch(isLoaded && stands);
    const isPartial = media?.live === true || !observed.seekable || observed.partiallySeekable;
    this.seekableRange.watch(isLoaded && isPartial);
    this.changed();
  }

  private changed(): void {
    this.conditions.changed();
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        this.mpv.emitter.emit('error', error);
      }
    }
  }
}

function isSuperseded(reason: unknown): boolean {
  return reason instanceof PlayerError && reason.code === 'superseded';
}
