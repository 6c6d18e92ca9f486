import {
  bareJid,
  type Capabilities,
  type Catalogue,
  type CommandAction,
  type CommandName,
  type Element,
  encodeComplete,
  type FacetName,
  type Facets,
  type Grant,
  type RequestOptions,
  type Revocation,
  SessionError,
  type SessionState,
  StanzaError,
} from '@fjern/protocol';
import { createSealedClient, fromBase64Url, PeerRefusal, type SealedClient } from '@fjern/seal';
import { createLocalClock, type LocalClock, TvClock } from './clock.ts';
import { Commander, type CommandOptions } from './commander.ts';
import { facetOf, isDone } from './effect.ts';
import { FacetStore } from './facets.ts';
import { guarded } from './guarded.ts';
import type { CommandHandle } from './handle.ts';
import { keyPairOf } from './keys.ts';
import { latestOf } from './latest.ts';
import {
  type LinkReason,
  type LinkState,
  linkReason,
  lostReason,
  nextLinkState,
  revokedReason,
} from './link-state.ts';
import { MediaControl } from './media.ts';
import { PairingService } from './pairing-service.ts';
import type { TvPresence } from './presence.ts';
import type { RemoteEvents, RemoteOptions, WakeableSession } from './remote-options.ts';
import { type RemotesControl, remotesControl } from './remotes.ts';
import { findRevocation } from './revocation.ts';
import { Sync } from './sync.ts';
import { VolumeControl } from './volume.ts';

/**
 * One TV, seen and controlled. It looks after its connection and the TV's state by itself; the application
 * observes (`subscribe`, `watch`, `on`) and commands (`media`, `volume`, `execute`). See
 * docs/architecture.md, "Life of a remote".
 */
export class Remote {
  readonly media: MediaControl;
  readonly volume: VolumeControl;
  /** The remotes that are paired with this TV. Works while the TV's page is closed, too. */
  readonly remotes: RemotesControl;
  private readonly session: WakeableSession;
  private readonly options: RemoteOptions;
  private readonly now: LocalClock;
  private readonly tvClock = new TvClock();
  private readonly facets: FacetStore;
  private readonly client: SealedClient;
  private readonly service: PairingService | undefined;
  private readonly sync: Sync;
  private readonly commander: Commander;
  private readonly listeners: { [E in keyof RemoteEvents]: Set<RemoteEvents[E]> } = {
    link: new Set(),
    tv: new Set(),
    capabilities: new Set(),
    grant: new Set(),
    rollback: new Set(),
    command: new Set(),
    error: new Set(),
  };
  private readonly observers = new Map<FacetName, Set<() => void>>();
  private readonly leave: (() => void)[];
  private currentLink: LinkState = { status: 'connecting' };
  private currentTv: TvPresence = { status: 'unknown' };
  private currentCapabilities: Capabilities | undefined;
  private currentGrant: Grant | undefined;
  private currentGeneration: number | undefined;
  /** Whether it is known in this session if the TV is there, and its state if it is. */
  private settled = false;
  /** Why it is not known, although there is a session. */
  private doubt: LinkReason | undefined;
  private provisional: boolean;
  private completeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Why the pairing is over, when that is not the session's own end. */
  private unpaired: { cause: Error; revocation: Revocation | undefined } | undefined;

  /** Over any session; `connect` makes one from a KnownTv. Closing the remote closes the session. */
  constructor(session: WakeableSession, options: RemoteOptions) {
    this.session = session;
    this.options = options;
    this.provisional = options.provisional ?? false;
    this.currentGeneration = options.generation;
    this.now = options.clock ?? createLocalClock();
    const { tv, key, pairing } = options;
    const own = 'dh' in key ? key : keyPairOf(key);
    const keys = { own, peer: fromBase64Url(options.tvKey) };
    const onerror = (error: Error) => this.emit('error', error);
    this.client = createSealedClient({ session, peer: tv, keys });
    this.client.on('message', (content) => this.sync.handleMessage(content));
    this.client.on('gap', () => this.sync.refresh());
    this.client.on('error', onerror);
    // A TV that is its own pairing service has one sealed session with us, not two.
    if (pairing !== undefined && pairing !== tv)
      this.service = new PairingService({
        session,
        jid: pairing,
        keys,
        now: this.now,
        onmessage: (content) => {
          const revocation = findRevocation(content);
          if (revocation) this.endPairing(new PeerRefusal(content), revocation);
        },
        onerror,
      });
    this.remotes = remotesControl(
      (type, payload, asked) => this.askService(type, payload, asked),
      // Its grant counts the changes: a TV that is set back to before this one is found out by that.
      () => this.sync.refresh(),
    );
    this.facets = new FacetStore((name) => this.facetChanged(name));
    this.sync = new Sync({
      session,
      client: this.client,
      tv,
      facets: this.facets,
      clock: this.tvClock,
      now: this.now,
      onready: (target) => {
        this.setTv('present');
        this.settle();
        this.commander.ready(target, () => this.tvClock.offset(this.now()) ?? 0);
      },
      onunready: () => this.commander.unready(),
      onunknown: () => this.setTv('unknown'),
      onimpostor: (error) => {
        this.doubt = linkReason('impostor', error);
        this.updateLink();
      },
      onabsent: () => {
        this.setTv('absent');
        this.settle();
      },
      oncapabilities: (capabilities) => {
        this.currentCapabilities = capabilities;
        this.emit('capabilities', capabilities);
      },
      ongrant: (grant) => this.granted(grant),
      onrevoked: (content, cause) =>
        this.endPairing(cause ?? new PeerRefusal(content), findRevocation(content)),
      onunpaired: (error) => this.endPairing(error),
      onerror,
    });
    this.commander = new Commander({
      client: this.client,
      now: this.now,
      capabilities: () => this.currentCapabilities,
      may: (command) => this.may(command),
      effect: (action) => this.effect(action),
      seen: ({ facet, epoch, revision }) => {
        const known = this.facets.get(facet);
        return known?.epoch === epoch && known.revision >= revision;
      },
      // Not within the turn of the command that has found out.
      resync: (error) => queueMicrotask(() => this.sync.doubt(error)),
      onchange: (handle) => this.emit('command', handle),
    });
    const execute = (action: CommandAction, given?: CommandOptions) => this.execute(action, given);
    this.media = new MediaControl({
      value: () => this.get('media'),
      tvNow: () => this.tvNow(),
      execute,
    });
    this.volume = new VolumeControl({ value: () => this.get('volume'), execute });
    this.leave = [
      session.on('state', (state) => this.sessionChanged(state)),
      session.on('presence', (presence) => this.sync.handlePresence(presence)),
    ];
    if (session.state.status !== 'connecting') this.sessionChanged(session.state);
  }

  /** The connection. It says nothing about the TV: see `tv`. */
  get link(): LinkState {
    return this.currentLink;
  }

  /** The TV. While the link is not live: as it was when last known. */
  get tv(): TvPresence {
    return this.currentTv;
  }

  /** What the TV can do; nothing before it was there once. */
  get capabilities(): Capabilities | undefined {
    return this.currentCapabilities;
  }

  /** What this remote may do, as last heard from the TV; nothing before. */
  get grant(): Grant | undefined {
    return this.currentGrant;
  }

  /** Whether the TV lets this remote do it, as far as is known: before the TV has said, it may do everything. */
  may(command: CommandName): boolean {
    return this.currentGrant?.commands.includes(command) ?? true;
  }

  /**
   * Counts the changes of the TV's list of remotes, as last heard. An application stores it with the KnownTv at
   * each `grant`, so that `rollback` can be told across visits.
   */
  get generation(): number | undefined {
    return this.currentGeneration;
  }

  /** The TV's name, as last heard. */
  get name(): string {
    return this.currentCapabilities?.name || (this.options.name ?? '');
  }

  /** What the TV offers to play. */
  get catalogue(): Catalogue | undefined {
    return this.get('catalogue');
  }

  /** The TV's own word, as last heard; nothing before. */
  get<N extends FacetName>(facet: N): Facets[N] | undefined {
    return this.facets.get(facet)?.value;
  }

  /**
   * Calls `listener` at once if the facet is known, and then at each change. Returns the function that
   * ends it.
   */
  subscribe<N extends FacetName>(facet: N, listener: (value: Facets[N]) => void): () => void {
    const observers = this.observers.get(facet) ?? new Set();
    this.observers.set(facet, observers);
    const look = () => {
      const value = this.get(facet);
      if (value !== undefined) listener(value);
    };
    observers.add(look);
    guarded(look);
    return () => {
      observers.delete(look);
    };
  }

  /**
   * The same as an iteration. A consumer that is slower than the TV gets the latest value and misses
   * those between. It ends, without throwing, when `signal` aborts or the link is lost.
   */
  watch<N extends FacetName>(
    facet: N,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncIterable<Facets[N]> {
    return latestOf<Facets[N]>((next, end) => {
      const look = () => {
        if (this.currentLink.status === 'lost') end();
      };
      const stops = [this.subscribe(facet, next), this.on('link', look)];
      look();
      return () => {
        for (const stop of stops) stop();
      };
    }, signal);
  }

  on<E extends keyof RemoteEvents>(event: E, listener: RemoteEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  /**
   * Resolves as soon as the link is live.
   * @param options timeout in seconds; default none, since the link goes on trying
   * @throws SessionError `timeout`, `aborted`, or `closed` when the link is lost (`cause` says why)
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
          () => settle(new SessionError('timeout', `The TV did not answer within ${timeout} s.`)),
          timeout * 1000,
        );
      if (signal?.aborted) aborted();
      else look();
    });
  }

  /**
   * Asks the TV to do something. The handle resolves when the state shows the effect. Without a way to the
   * TV the command is held until there is one or it expires; it is never done twice and never dropped in
   * silence.
   */
  execute(action: CommandAction, options?: CommandOptions): CommandHandle {
    return this.commander.execute(action, options);
  }

  /** The network or the page may be back: tries at once. */
  wake(): void {
    this.session.wake?.();
  }

  /**
   * Ends the pairing at the TV, and closes. Without the TV, only the TV can end it later: an application
   * forgets its KnownTv in either case.
   * @throws SessionError, StanzaError, … as `remotes` does when the TV could not be told; nothing has changed then
   */
  async unpair(options: { signal?: AbortSignal } = {}): Promise<void> {
    const limits = { timeout: 10, ...options };
    try {
      await this.remotes.revoke(await this.ownId(limits), limits);
    } catch (error) {
      // The TV's farewell may come before its answer, and the end of the session in place of it.
      if (!this.unpaired) throw error;
    }
    await this.endPairing(new SessionError('refused', 'This remote has ended its pairing.'));
  }

  /**
   * Leaves; what plays goes on. Commands that were not sent fail with `closed`, those without an answer
   * with `outcome-unknown`. May be repeated; never rejects.
   */
  close(): Promise<void> {
    return this.session.close();
  }

  /** In the TV's list: the account that pairing made, but for a remote that had one already. */
  private async ownId(limits: RequestOptions): Promise<string> {
    const { pairing, tv } = this.options;
    const own =
      pairing === tv ? (await this.remotes.list(limits)).find((one) => one.own) : undefined;
    return own?.id ?? bareJid(this.session.jid).split('@', 1)[0] ?? '';
  }

  /** Now on the TV's clock, seconds; nothing before it was measured. */
  private tvNow(): number | undefined {
    const now = this.now();
    const offset = this.tvClock.offset(now);
    return offset === undefined ? undefined : now + offset;
  }

  private sessionChanged(state: SessionState): void {
    clearTimeout(this.completeTimer);
    if (state.status === 'closed') this.lost(state.error);
    else if (state.status !== 'online') {
      this.sync.pause();
      this.commander.linkDown();
    } else if (state.resumed) {
      this.commander.linkResumed();
      if (this.provisional) this.complete();
      else this.sync.resume();
    } else {
      this.settled = false;
      this.commander.linkDown();
      if (this.provisional) this.complete();
      else this.sync.start();
    }
    this.updateLink();
  }

  private async askService(
    type: 'get' | 'set',
    payload: Element,
    options: RequestOptions = {},
  ): Promise<Element | undefined> {
    const { pairing, tv } = this.options;
    if (pairing === tv) return this.client.request(type, payload, options);
    if (!this.service)
      throw new StanzaError('not-allowed', { text: 'This account was not made by pairing.' });
    try {
      return await this.service.request(type, payload, options);
    } catch (error) {
      if (error instanceof PeerRefusal) this.endPairing(error, findRevocation(error.content));
      throw error;
    }
  }

  /** Completes a pairing that was cut off: until then the TV lets this remote do nothing. */
  private complete(failures = 0): void {
    const request = { type: 'set', payload: encodeComplete() } as const;
    const client = this.service ?? this.client;
    client.open([request]).then(
      ([answer]) => {
        if (answer && 'error' in answer) {
          this.endPairing(answer.error);
          return;
        }
        this.provisional = false;
        if (this.session.state.status === 'online') this.sync.start();
      },
      (error: unknown) => {
        if (error instanceof PeerRefusal) this.endPairing(error, findRevocation(error.content));
        else if (error instanceof StanzaError && error.condition === 'forbidden' && failures > 1)
          this.endPairing(error);
        // Where the session ended in between, the next one tries again.
        else if (!(error instanceof SessionError) || error.code === 'timeout')
          this.completeTimer = setTimeout(
            () => this.complete(failures + 1),
            Math.min(2 ** failures, 30) * 500,
          );
      },
    );
  }

  private granted(grant: Grant): void {
    const before = this.currentGeneration;
    const { generation: now } = grant;
    this.currentGeneration = now ?? before;
    const changed = JSON.stringify(grant) !== JSON.stringify(this.currentGrant);
    this.currentGrant = grant;
    if (changed) this.emit('grant', grant);
    if (before !== undefined && now !== undefined && now < before)
      this.emit('rollback', { before, now });
  }

  private endPairing(cause: Error, revocation?: Revocation): Promise<void> {
    this.unpaired ??= { cause, revocation };
    return this.session.close();
  }

  private lost(error: SessionError | undefined): void {
    for (const leave of this.leave) leave();
    this.sync.stop();
    this.client.close();
    this.service?.close();
    const { unpaired } = this;
    let reason = lostReason(error, this.options.pairing !== undefined);
    if (unpaired?.revocation) reason = revokedReason(unpaired.revocation, unpaired.cause);
    else if (unpaired) reason = linkReason('unpaired', unpaired.cause);
    this.setLink({ status: 'lost', since: Date.now(), reason });
    this.commander.end(reason.code === 'closed' ? 'closed' : 'lost', reason.cause);
  }

  private settle(): void {
    this.settled = true;
    this.doubt = undefined;
    this.updateLink();
  }

  private updateLink(): void {
    const { state } = this.session;
    if (state.status === 'closed' || this.currentLink.status === 'lost') return;
    this.setLink(nextLinkState(this.currentLink, state, this.settled, Date.now(), this.doubt));
  }

  private setLink(link: LinkState): void {
    if (link === this.currentLink) return;
    this.currentLink = link;
    this.emit('link', link);
  }

  private setTv(status: TvPresence['status']): void {
    if (status === this.currentTv.status) return;
    this.currentTv = status === 'unknown' ? { status } : { status, since: Date.now() };
    this.emit('tv', this.currentTv);
  }

  private facetChanged(name: FacetName): void {
    for (const look of [...(this.observers.get(name) ?? [])]) guarded(look);
    this.commander.stateChanged();
  }

  private effect(action: CommandAction) {
    const facet = facetOf(action);
    const known = this.facets.get(facet);
    if (!known || !isDone(action, known.value, this.tvNow() ?? 0)) return undefined;
    return { facet, epoch: known.epoch, revision: known.revision };
  }

  private emit<E extends keyof RemoteEvents>(
    event: E,
    value: Parameters<RemoteEvents[E]>[0],
  ): void {
    // Commands say so much of themselves that it counts.
    if (this.listeners[event].size === 0) return;
    type Listener = (value: Parameters<RemoteEvents[E]>[0]) => void;
    for (const listener of [...this.listeners[event]]) guarded(() => (listener as Listener)(value));
  }
}
