import { type Link, type LinkOptions, connect as openLink } from '@fjern/link';
import {
  type Capabilities,
  type CommandAction,
  decodeCommandResult,
  encodeCommand,
  encodeConfirm,
  encodeUnpair,
  type FacetName,
  type Facets,
  firstElement,
  ProtocolError,
  SessionError,
  type SessionState,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { createLocalClock, type LocalClock, TvClock } from './clock.ts';
import { type CommandEntry, type CommandPort, CommandQueue } from './commands.ts';
import { facetOf, isDone } from './effect.ts';
import { FacetStore } from './facets.ts';
import { type CommandHandle, createHandle, type Driven } from './handle.ts';
import type { KnownTv } from './known-tv.ts';
import { type LinkReason, type LinkState, lostReason, reason } from './link-state.ts';
import { type CommandOptions, MediaControl } from './media.ts';
import type { TvPresence, TvTarget } from './presence.ts';
import { Sync } from './sync.ts';
import { VolumeControl } from './volume.ts';

export interface ConnectOptions
  extends Pick<LinkOptions, 'resource' | 'userAgent' | 'timing' | 'wake' | 'signal'> {
  /** In place of the token: an account of a server. */
  credential?: LinkOptions['credential'];
  /** Finds the hub before each attempt, for a TV that moves; default: the known address. */
  service?: LinkOptions['service'];
  /** Seconds, monotonic. */
  clock?: LocalClock;
}

export interface RemoteEvents {
  link: (link: LinkState) => void;
  tv: (tv: TvPresence) => void;
  capabilities: (capabilities: Capabilities) => void;
  /** A command was issued, or its status has changed. */
  command: (command: CommandHandle) => void;
  /** Something went wrong that the remote survived: for a log. */
  error: (error: Error) => void;
}

/** Seconds until a command expires that has no time of its own. */
const defaultTimeout = 10;

/** Connects to a TV that this remote is paired with. Starts at once and comes back by itself until closed. */
export function connect(known: KnownTv, options: ConnectOptions = {}): Remote {
  return new Remote(known, options);
}

/** One TV as this remote sees and controls it. See docs/architecture.md, "Life of a remote". */
export class Remote {
  readonly media: MediaControl;
  readonly volume: VolumeControl;
  /** The TV's name as it was last heard. */
  name: string;
  link: LinkState = { status: 'connecting' };
  tv: TvPresence = { status: 'unknown' };
  capabilities: Capabilities | undefined;

  private readonly known: KnownTv;
  private readonly session: Link;
  private readonly now: LocalClock;
  private readonly tvClock = new TvClock();
  private readonly facets: FacetStore;
  private readonly sync: Sync;
  private readonly queue: CommandQueue;
  private readonly handles = new Map<string, Driven>();
  private readonly asks = new Map<string, AbortController>();
  private readonly listeners: { [E in keyof RemoteEvents]: Set<RemoteEvents[E]> } = {
    link: new Set(),
    tv: new Set(),
    capabilities: new Set(),
    command: new Set(),
    error: new Set(),
  };
  private readonly facetListeners = new Map<FacetName, Set<() => void>>();
  /** The agent whose state is here; nothing while it is being brought, or the TV is absent. */
  private target: TvTarget | undefined;
  private provisional: boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private timerAt: number | undefined;

  constructor(known: KnownTv, options: ConnectOptions) {
    const { credential, service, clock, ...linkOptions } = options;
    this.known = known;
    this.name = known.name;
    this.provisional = known.provisional ?? false;
    this.now = clock ?? createLocalClock();
    this.facets = new FacetStore((name) => this.facetChanged(name));
    const execute = (action: CommandAction, commandOptions?: CommandOptions) =>
      this.execute(action, commandOptions);
    this.media = new MediaControl({
      value: () => this.get('media'),
      tvNow: () => this.tvNow(),
      execute,
    });
    this.volume = new VolumeControl({ value: () => this.get('volume'), execute });
    this.queue = new CommandQueue(this.commandPort());
    const [username = ''] = known.jid.split('@');
    this.session = openLink({
      ...linkOptions,
      service: service ?? known.service,
      domain: known.domain,
      credential: credential ?? { username, token: known.token },
    });
    this.sync = new Sync({
      session: this.session,
      tv: known.tv,
      facets: this.facets,
      clock: this.tvClock,
      now: this.now,
      onready: (target) => this.onReady(target),
      onunready: () => this.onUnready(),
      onabsent: () => this.onAbsent(),
      onunpaired: (error) => this.lose(reason('unpaired', error)),
      oncapabilities: (capabilities) => this.onCapabilities(capabilities),
      onerror: (error) => this.emit('error', error),
    });
    this.session.on('presence', (presence) => this.sync.handlePresence(presence));
    this.session.on('message', (message) => this.sync.handleMessage(message));
    this.session.on('state', (state) => this.onSession(state));
    if (this.session.state.status !== 'connecting') this.onSession(this.session.state);
  }

  /** What the TV offers to play. */
  get catalogue(): Facets['catalogue'] | undefined {
    return this.get('catalogue');
  }

  /** The TV's own word, as last heard; nothing before. */
  get<N extends FacetName>(facet: N): Facets[N] | undefined {
    return this.facets.get(facet)?.value;
  }

  /** Calls `listener` at once if the facet is known, and then with each new value. */
  subscribe<N extends FacetName>(facet: N, listener: (value: Facets[N]) => void): () => void {
    const look = () => {
      const value = this.get(facet);
      if (value !== undefined) listener(value);
    };
    const listeners = this.facetListeners.get(facet) ?? new Set();
    this.facetListeners.set(facet, listeners);
    listeners.add(look);
    look();
    return () => {
      listeners.delete(look);
    };
  }

  /** The facet's values as they come. Whoever is slow misses old ones, never the last. Ends with the remote. */
  async *watch<N extends FacetName>(
    facet: N,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Facets[N], void, undefined> {
    let latest: { value: Facets[N] } | undefined;
    let wake = () => {};
    const news = () => wake();
    const stops = [
      this.subscribe(facet, (value) => {
        latest = { value };
        news();
      }),
      this.on('link', news),
    ];
    signal?.addEventListener('abort', news);
    try {
      while (!signal?.aborted) {
        if (latest) {
          const { value } = latest;
          latest = undefined;
          yield value;
        } else if (this.link.status === 'lost') return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener('abort', news);
      for (const stop of stops) stop();
    }
  }

  on<E extends keyof RemoteEvents>(event: E, listener: RemoteEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  /**
   * Resolves as soon as the link is live.
   * @throws SessionError `timeout`, `aborted`, or `closed` (the link is lost; `cause` says why)
   */
  ready({ signal, timeout }: { signal?: AbortSignal; timeout?: number } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settle = (error?: SessionError) => {
        stop();
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        if (error) reject(error);
        else resolve();
      };
      const aborted = () => settle(new SessionError('aborted', 'Waiting for the TV was aborted.'));
      const look = () => {
        const { link } = this;
        if (link.status === 'live') settle();
        else if (link.status === 'lost')
          settle(new SessionError('closed', link.reason.message, { cause: link.reason.cause }));
      };
      const stop = this.on('link', look);
      signal?.addEventListener('abort', aborted);
      if (timeout !== undefined)
        timer = setTimeout(
          () => settle(new SessionError('timeout', `The TV did not answer in ${timeout} s.`)),
          timeout * 1000,
        );
      if (signal?.aborted) aborted();
      else look();
    });
  }

  /**
   * Asks the TV to do something. The handle's promise resolves when the state shows the effect. Issued while
   * the TV cannot be talked to, it is held until it can or the command has expired.
   */
  execute(
    action: CommandAction,
    { signal, timeout = defaultTimeout }: CommandOptions = {},
  ): CommandHandle {
    const id = randomId();
    const entry = this.queue.issue(id, action, timeout);
    const driven = createHandle(entry);
    this.handles.set(id, driven);
    if (this.capabilities && !this.capabilities.commands.includes(action.name))
      this.queue.give(id, 'not-supported');
    const abort = () => this.queue.abort(id);
    if (signal?.aborted) abort();
    else if (signal) {
      signal.addEventListener('abort', abort);
      const done = () => signal.removeEventListener('abort', abort);
      driven.handle.then(done, done);
    }
    this.commandChanged(entry);
    return driven.handle;
  }

  /** The network or the page may be back: tries at once. */
  wake(): void {
    this.session.wake();
  }

  /**
   * Ends the pairing, at the TV as well, and closes.
   * @throws StanzaError, SessionError when the TV could not be told; nothing has changed then
   */
  async unpair({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const iq = xml('iq', { type: 'set', to: this.known.domain }, encodeUnpair());
    await this.session.request(iq, { timeout: defaultTimeout, ...(signal ? { signal } : {}) });
    this.lose(reason('unpaired'));
  }

  /** Leaves. What plays goes on. May be repeated; never rejects. */
  async close(): Promise<void> {
    this.lose(reason('closed'));
    await this.session.close();
  }

  private onSession(state: SessionState): void {
    if (this.link.status === 'lost') return;
    if (state.status === 'online') {
      if (state.resumed && !this.provisional) this.onResumed();
      else this.onNewSession();
      return;
    }
    this.queue.linkDown();
    this.sync.pause();
    this.schedule();
    if (state.status === 'closed') this.lose(lostReason(state));
    else if (state.status === 'waiting') {
      const { error, retryAt } = state;
      this.setLink(this.interrupted(reason(error.code, error), retryAt));
    } else this.setLink(this.interrupted());
  }

  /** Down or not yet up: `connecting` until the link was live for the first time, then `stale`. */
  private interrupted(why?: LinkReason, retryAt?: number): LinkState {
    const { link } = this;
    const last = link.status === 'connecting' || link.status === 'stale' ? link.reason : undefined;
    const because = why ?? last;
    const common = because ? { reason: because } : {};
    if (link.status === 'connecting') return { status: 'connecting', ...common };
    const since = link.status === 'stale' ? link.since : Date.now();
    return { status: 'stale', since, ...common, ...(retryAt === undefined ? {} : { retryAt }) };
  }

  private onResumed(): void {
    this.queue.linkResumed();
    this.sync.resume();
    if (this.target) this.serve(this.target);
    else if (this.tv.status === 'absent') this.setLive();
    this.schedule();
  }

  private onNewSession(): void {
    this.target = undefined;
    this.queue.unready();
    if (!this.provisional) {
      this.sync.start();
      return;
    }
    // The TV lets nobody do anything who has not shown that the token arrived.
    const iq = xml('iq', { type: 'set', to: this.known.domain }, encodeConfirm());
    this.session.request(iq).then(
      () => {
        this.provisional = false;
        if (this.link.status !== 'lost') this.sync.start();
      },
      (error: unknown) => {
        // A session that ended in between is followed by another, which tries again.
        if (error instanceof StanzaError) this.lose(reason('unpaired', error));
      },
    );
  }

  private onReady(target: TvTarget): void {
    this.target = target;
    if (this.tv.status !== 'present') this.setTv({ status: 'present', since: Date.now() });
    this.serve(target);
  }

  /** The TV can be talked to. */
  private serve({ epoch }: TvTarget): void {
    this.setLive();
    this.queue.ready(epoch, () => this.tvClock.offset(this.now()) ?? 0);
    this.schedule();
  }

  private onUnready(): void {
    this.target = undefined;
    this.queue.unready();
    this.setTv({ status: 'unknown' });
  }

  private onAbsent(): void {
    this.target = undefined;
    this.queue.unready();
    if (this.tv.status !== 'absent') this.setTv({ status: 'absent', since: Date.now() });
    this.setLive();
  }

  private onCapabilities(capabilities: Capabilities): void {
    this.capabilities = capabilities;
    if (capabilities.name) this.name = capabilities.name;
    this.emit('capabilities', capabilities);
  }

  private facetChanged(name: FacetName): void {
    for (const look of [...(this.facetListeners.get(name) ?? [])]) this.guard(look);
    this.queue.stateChanged();
    this.schedule();
  }

  private setLive(): void {
    if (this.link.status !== 'live' && this.session.state.status === 'online')
      this.setLink({ status: 'live', since: Date.now() });
  }

  private setLink(link: LinkState): void {
    if (this.link.status === 'lost') return;
    this.link = link;
    this.emit('link', link);
  }

  private setTv(tv: TvPresence): void {
    this.tv = tv;
    this.emit('tv', tv);
  }

  private lose(why: LinkReason): void {
    if (this.link.status === 'lost') return;
    this.sync.stop();
    this.target = undefined;
    this.queue.end(why.code === 'closed' ? 'closed' : 'lost', why.cause);
    clearTimeout(this.timer);
    this.setLink({ status: 'lost', since: Date.now(), reason: why });
    void this.session.close();
  }

  /** TV clock, seconds. */
  private tvNow(): number | undefined {
    const now = this.now();
    const offset = this.tvClock.offset(now);
    return offset === undefined ? undefined : now + offset;
  }

  private commandPort(): CommandPort {
    return {
      now: () => this.now(),
      ask: (entry, command, timeout) => {
        const abort = new AbortController();
        this.asks.set(entry.id, abort);
        const { signal } = abort;
        void this.ask(entry.id, command, { timeout, signal }).finally(() => {
          if (this.asks.get(entry.id) === abort) this.asks.delete(entry.id);
          this.schedule();
        });
      },
      forget: ({ id }) => {
        this.asks.get(id)?.abort();
        this.asks.delete(id);
      },
      effect: (action) => {
        const facet = facetOf(action);
        const known = this.facets.get(facet);
        if (!known || !isDone(action, this.state(), this.tvNow() ?? 0)) return undefined;
        return { facet, epoch: known.epoch, revision: known.revision };
      },
      seen: (result) => {
        const known = this.facets.get(result.facet);
        return known?.epoch === result.epoch && known.revision >= result.revision;
      },
      resync: () => this.sync.doubt(),
      changed: (entry) => this.commandChanged(entry),
    };
  }

  private async ask(
    id: string,
    command: Parameters<typeof encodeCommand>[0],
    options: { timeout: number; signal: AbortSignal },
  ): Promise<void> {
    try {
      const to = this.target?.jid;
      const iq = xml('iq', { type: 'set', to }, encodeCommand(command));
      const result = firstElement(await this.session.request(iq, options));
      if (!result) throw new ProtocolError('malformed', 'done', 'is missing');
      this.queue.answered(id, decodeCommandResult(result));
    } catch (error) {
      if (options.signal.aborted) return;
      if (error instanceof StanzaError) this.queue.refused(id, error);
      else if (error instanceof SessionError && error.code === 'not-online') this.queue.unsent(id);
      else if (error instanceof SessionError) this.queue.unanswered(id);
      // A number that XML cannot carry, or an answer that is none.
      else this.queue.give(id, error instanceof ProtocolError ? badValue(error) : 'failed', error);
    }
  }

  private state(): Partial<Facets> {
    const media = this.get('media');
    const volume = this.get('volume');
    return { ...(media ? { media } : {}), ...(volume ? { volume } : {}) };
  }

  private commandChanged(entry: CommandEntry): void {
    const driven = this.handles.get(entry.id);
    if (!driven) return;
    if (entry.status === 'done' || entry.status === 'failed') this.handles.delete(entry.id);
    this.guard(() => driven.changed());
    this.emit('command', driven.handle);
    this.schedule();
  }

  private schedule(): void {
    const next = this.queue.nextTick;
    if (next === this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = next;
    if (next === undefined) return;
    this.timer = setTimeout(
      () => {
        this.timerAt = undefined;
        this.queue.tick();
        this.schedule();
      },
      Math.max(0, (next - this.now()) * 1000),
    );
  }

  private emit<E extends keyof RemoteEvents>(event: E, ...args: Parameters<RemoteEvents[E]>): void {
    for (const listener of [...this.listeners[event]])
      this.guard(() => (listener as (...values: unknown[]) => void)(...args));
  }

  /** A listener that throws is the application's defect: reported, and nobody else's problem. */
  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
}

function badValue(error: ProtocolError): 'invalid-value' | 'failed' {
  return error.code === 'invalid-value' ? 'invalid-value' : 'failed';
}

/** 16 characters of base64url, 96 bits: unique among a remote's commands, and not to be guessed by others. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_');
}
