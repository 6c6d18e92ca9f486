import type {
  Catalogue,
  CommandName,
  FacetName,
  Grant,
  MediaState,
  VolumeState,
} from '@fjern/protocol';
import type { RemotesControl } from '@fjern/remote';
import { batch, computed, effect, signal } from '@preact/signals';
import { labels } from '../labels.ts';
import { Drag } from './drag.ts';
import { lackOf, stayOf } from './grants.ts';
import type { Place } from './pairing.ts';
import type { LinkState, TvRemote } from './tv-remote.ts';
import { type PositionView, position, type Stage, type Status, stage, status } from './view.ts';

export type Action = 'play' | 'pause' | 'stop' | 'rate' | 'mute' | 'load';

/** A press that the TV has not answered. It is shown as such only when the answer takes a while. */
export type Pending = 'sent' | 'slow';

/** What was last known of a TV. */
export interface Snapshot extends Pick<TvRemote, 'name' | 'grant' | 'catalogue' | 'rates'> {
  media: MediaState | undefined;
  volume: VolumeState | undefined;
  currentTime: number;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

export interface Notice {
  text: string;
}

/** Milliseconds. */
const slowAnswer = 150;
const slowConnect = 6000;
const positionRefresh = 250;
const noticeTime = 6000;

const step = 10;

/** Commands end so by themselves when a newer one, or the page, made them pointless. */
const quiet = ['aborted', 'superseded', 'closed'];

/** One TV as the page shows it: the TV's word, and beside it what was asked and not yet answered. */
export class RemoteStore {
  readonly link = signal<LinkState>({ status: 'connecting' });
  readonly tv = signal<TvRemote['tv']['status']>('unknown');
  readonly media = signal<MediaState | undefined>(undefined);
  readonly volume = signal<VolumeState | undefined>(undefined);
  readonly catalogue = signal<Catalogue | undefined>(undefined);
  readonly name = signal('');
  /** What this phone may; nothing before the TV has said it. */
  readonly grant = signal<Grant | undefined>(undefined);
  readonly generation = signal<number | undefined>(undefined);
  /** The TV was set back to an earlier state, and nobody has read that yet. */
  readonly rolledBack = signal(false);
  readonly rates = signal({ min: 1, max: 1 });
  readonly currentTime = signal(0);
  /** Whether the phone itself has a network, as far as the browser knows. */
  readonly online = signal(true);
  /** Not live for so long that advice is due. */
  readonly slow = signal(false);
  readonly notice = signal<Notice | undefined>(undefined);
  readonly pending = signal<ReadonlyMap<Action, Pending>>(new Map());
  /** Another TV answers where this one was. */
  readonly replaced = signal<Place | undefined>(undefined);
  /** What the pending load is for. */
  readonly loading = signal<string | undefined>(undefined);

  readonly scrub: Drag;
  readonly level: Drag;

  readonly stage = computed<Stage>(() =>
    stage({
      link: this.link.value,
      tv: this.tv.value,
      media: this.media.value,
      hidden: this.hides('media'),
      replaced: this.replaced.value !== undefined,
    }),
  );
  readonly status = computed<Status>(() => status(this.link.value, this.tv.value));
  readonly blocked = computed<string | undefined>(() => {
    if (this.link.value.status === 'live' && this.tv.value === 'present') return undefined;
    if (!this.online.value) return labels.blocked.offline;
    const text =
      this.link.value.status === 'stale'
        ? labels.blocked.reconnecting(this.name.value)
        : labels.blocked.connecting(this.name.value);
    return this.age.value ? `${text} ${labels.blocked.age(this.age.value)}` : text;
  });
  /** When what is shown was true, while it is not known to be true now; ms since the Unix epoch. */
  readonly asOf = computed(() => {
    const { status, since } = this.link.value;
    if (status === 'stale') return since;
    return status === 'connecting' ? this.last?.at : undefined;
  });
  /** The same in words, once it is worth saying: `5 minutes ago`. */
  readonly age = signal<string | undefined>(undefined);
  /** How long a guest may stay; nothing once it is gone. */
  readonly stay = computed(() =>
    this.link.value.status === 'lost' ? undefined : stayOf(this.grant.value, Date.now()),
  );
  readonly position = computed<PositionView | undefined>(() => {
    const media = this.media.value;
    return media && position(media, this.scrub.target.value ?? this.currentTime.value);
  });

  private readonly remote: TvRemote;
  /** Stands in until the TV has said how things are. */
  private last: Snapshot | undefined;
  private readonly endings: (() => void)[] = [];
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Left, for good. */
  closed = false;

  constructor(remote: TvRemote, last?: Snapshot) {
    this.remote = remote;
    this.last = last;
    const failed = (error: unknown) => this.fail(error);
    this.scrub = new Drag((time) => remote.media.scrub(time), failed);
    this.level = new Drag((level) => remote.volume.drag(level), failed);
    this.read();
    this.endings.push(
      remote.watch(() => this.read()),
      remote.onRollback(() => {
        this.rolledBack.value = true;
      }),
      effect(() => this.keepTime()),
      effect(() => this.losePatience()),
      () => clearTimeout(this.noticeTimer),
    );
  }

  play = () => this.run('play', 'play', () => this.remote.media.play());
  pause = () => this.run('pause', 'pause', () => this.remote.media.pause());
  stop = () => this.run('stop', 'stop', () => this.remote.media.stop());
  mute = () => this.run('mute', 'setMuted', () => this.remote.volume.mute());
  unmute = () => this.run('mute', 'setMuted', () => this.remote.volume.unmute());
  setRate = (rate: number) => this.run('rate', 'setRate', () => this.remote.media.setRate(rate));

  /** Where the TV is, or is looked for. */
  get service(): string {
    return this.remote.service;
  }

  moveTo(service: string): void {
    this.remote.moveTo(service);
  }

  /** To be shown at the next visit until the TV is there; nothing before it was there. */
  snapshot(): Snapshot | undefined {
    const { status, since } = this.remote.link;
    if (status !== 'live' && status !== 'stale') return this.last;
    return { ...this.heard(), at: status === 'stale' && since ? since : Date.now() };
  }

  /** The paired remotes of this TV, and what may be done to them. */
  get remotes(): RemotesControl {
    return this.remote.remotes;
  }

  /** Whether this phone has not been given the right to do it. */
  lacks(command: CommandName): boolean {
    return lackOf(this.grant.value, command) !== undefined;
  }

  /** Whether the TV does not tell this phone of it. */
  hides(facet: FacetName): boolean {
    const grant = this.grant.value;
    return grant !== undefined && !grant.facets.includes(facet);
  }

  /** Says why this phone may not do it; false if it may. */
  explain(command: CommandName): boolean {
    const reason = lackOf(this.grant.peek(), command);
    if (reason !== undefined) this.notify(reason);
    return reason !== undefined;
  }

  acceptRollback = () => {
    this.rolledBack.value = false;
  };

  /** Resolves to whether the TV took it. */
  async load(uri: string): Promise<boolean> {
    if (this.explain('load')) return false;
    this.loading.value = uri;
    const done = await this.run('load', 'load', () => this.remote.media.load({ uri }));
    if (this.loading.peek() === uri) this.loading.value = undefined;
    return done;
  }

  /** Play or pause, whichever the state calls for. */
  toggle(): void {
    const media = this.media.peek();
    if (this.blocked.peek() || !media || media.state === 'idle') return;
    if (this.showsPause(media)) this.pause();
    else this.play();
  }

  /** Whether the main button pauses: it would stop time, now or as soon as there is data. */
  showsPause(media: MediaState): boolean {
    return media.state === 'playing' || media.state === 'buffering' || media.state === 'loading';
  }

  /** @param seconds from where it is, or is being moved to; stays within the media */
  skip(seconds: number): void {
    const { position } = this;
    const view = position.peek();
    if (this.blocked.peek() || !view?.seekable || this.explain('seek')) return;
    const target = view.value + seconds;
    this.scrub.jump(Math.min(Math.max(target, view.min), view.max));
  }

  skipBack = () => this.skip(-step);
  skipForward = () => this.skip(step);

  /** @param change of the level, -1..1 */
  changeLevel(change: number): void {
    const volume = this.volume.peek();
    if (this.blocked.peek() || !volume || this.explain('setVolume')) return;
    const from = this.level.target.peek() ?? volume.level;
    this.level.jump(Math.round(Math.min(Math.max(from + change, 0), 1) * 100) / 100);
  }

  toggleMuted = () => {
    const volume = this.volume.peek();
    if (this.blocked.peek() || !volume) return;
    if (volume.muted) this.unmute();
    else this.mute();
  };

  dismissNotice = () => {
    clearTimeout(this.noticeTimer);
    this.notice.value = undefined;
  };

  /** Leaves; what plays goes on. May be repeated. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.end();
    await this.remote.close();
  }

  /** Leaves for good: the TV is told, if it can be. */
  async unpair(): Promise<void> {
    if (this.closed) return;
    this.end();
    try {
      await this.remote.unpair();
    } catch {
      // It is off, or away. Its list of phones keeps one that never comes again.
      await this.remote.close();
    }
  }

  private end(): void {
    this.closed = true;
    for (const end of this.endings) end();
  }

  private read(): void {
    const { remote } = this;
    const { status } = remote.link;
    if (status === 'live' || status === 'lost') this.last = undefined;
    const known = this.last ?? this.heard();
    batch(() => {
      this.link.value = remote.link;
      this.tv.value = remote.tv.status;
      this.media.value = known.media;
      this.volume.value = known.volume;
      this.catalogue.value = known.catalogue;
      this.name.value = known.name;
      this.grant.value = known.grant;
      this.generation.value = remote.generation;
      this.rates.value = known.rates;
      this.currentTime.value = known.currentTime;
      if (status === 'live') this.replaced.value = undefined;
    });
  }

  private heard(): Omit<Snapshot, 'at'> {
    const { name, grant, catalogue, rates, media, volume } = this.remote;
    const { value, currentTime } = media;
    return { name, grant, catalogue, rates, media: value, volume: volume.value, currentTime };
  }

  /** Nothing is sent while media plays: the position is computed, and shown a few times a second. */
  private keepTime(): (() => void) | undefined {
    if (this.media.value?.state !== 'playing' || this.last) return undefined;
    const timer = setInterval(() => {
      this.currentTime.value = this.remote.media.currentTime;
    }, positionRefresh);
    return () => clearInterval(timer);
  }

  private losePatience(): (() => void) | undefined {
    const { status } = this.link.value;
    if (status === 'live' || status === 'lost') {
      this.slow.value = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      this.slow.value = true;
    }, slowConnect);
    return () => clearTimeout(timer);
  }

  private async run(
    action: Action,
    name: CommandName,
    command: () => Promise<unknown>,
  ): Promise<boolean> {
    if (this.explain(name)) return false;
    this.dismissNotice();
    this.mark(action, 'sent');
    const timer = setTimeout(() => this.mark(action, 'slow'), slowAnswer);
    try {
      await command();
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    } finally {
      clearTimeout(timer);
      this.mark(action, undefined);
    }
  }

  private mark(action: Action, state: Pending | undefined): void {
    const pending = new Map(this.pending.peek());
    if (state) pending.set(action, state);
    else pending.delete(action);
    this.pending.value = pending;
  }

  private fail(error: unknown): void {
    if (this.closed || (isCoded(error) && quiet.includes(error.code))) return;
    this.notify(error instanceof Error && error.message ? error.message : labels.notice.failed);
  }

  private notify(text: string): void {
    clearTimeout(this.noticeTimer);
    this.notice.value = { text };
    this.noticeTimer = setTimeout(this.dismissNotice, noticeTime);
  }
}

function isCoded(error: unknown): error is { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
