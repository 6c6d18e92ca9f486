import {
  attribute,
  bareJid,
  type Catalogue,
  commandError,
  type Element,
  encodeClockReading,
  encodeTvPresence,
  type FacetName,
  type Facets,
  NS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_PUBSUB,
  type Session,
  SessionError,
  sealingRequired,
  type Versioned,
  xml,
} from '@fjern/protocol';
import {
  createSealedServer,
  keyPair,
  primitives,
  type SealedPeer,
  type SealedServer,
} from '@fjern/seal';
import { capabilities, capabilitiesHint, publicIdentity } from './capabilities.ts';
import { type Clock, monotonicClock, wallClock } from './clock.ts';
import { type CommandOutcome, Commands } from './commands.ts';
import { Emitter } from './emitter.ts';
import { Peers } from './peers.ts';
import type { Player } from './player.ts';
import { type Random, randomToken, systemRandom } from './random.ts';
import {
  admission,
  type PairedKey,
  type Remote,
  type RemoteDirectory,
  senderOf,
} from './remotes.ts';
import { State } from './state.ts';
import { notification, Subscriptions } from './subscriptions.ts';

export interface TvOptions {
  /** May be in any state; it stays its owner's to close. */
  session: Session;
  /** Stays its owner's to close. */
  player: Player;
  /** For people: `Living room`. */
  name: string;
  catalogue?: Catalogue;
  /** Who may control this TV. Call `refreshRemotes` when that changes. */
  remotes: RemoteDirectory;
  /** The TV's private key: 32 bytes (X25519). */
  identity: Uint8Array;
  /**
   * Where the session has another user that answers sealed requests (a pairing service): the server that they share.
   * It admits with `admission`, has the same identity, and stays its owner's to close.
   */
  sealed?: SealedServer;
  /** Monotonic; default `performance.now()`. */
  clock?: Clock;
  /** Of the instants at which grants expire; default `Date.now()`. */
  wallClock?: Clock;
  random?: Random;
}

export type FacetChange = {
  [N in FacetName]: { facet: N; value: Facets[N]; revision: number };
}[FacetName];

export interface TvEvents {
  /** A command was carried out or failed. */
  command: (outcome: CommandOutcome) => void;
  /** A facet has a new revision. */
  state: (change: FacetChange) => void;
  /** Who follows the state now. */
  remotes: (subscribers: Remote[]) => void;
  /** Something failed that no remote could be told of; the TV goes on. */
  error: (error: unknown) => void;
}

/** The TV agent: answers remotes, tells them what changes, and has the player do what they ask for. */
export interface Tv {
  /** Identifies this run: revisions and command ids are counted within it. */
  readonly epoch: string;
  /** Who follows the state now. */
  readonly subscribers: Remote[];
  /** The facet as remotes were told it. */
  get<N extends FacetName>(facet: N): Versioned<Facets[N]>;
  setName(name: string): void;
  setCatalogue(catalogue: Catalogue): void;
  /**
   * To be called when somebody was paired or removed, or may do something else than before: tells new remotes that
   * the TV is there and the others what they may, and ends the sessions of those that are not paired any more.
   */
  refreshRemotes(): void;
  on<E extends keyof TvEvents>(event: E, listener: TvEvents[E]): () => void;
  /** Says goodbye and stops; session and player stay open. May be repeated. Never throws. */
  close(): void;
}

/** Starts the agent on a session. Nothing that a remote, the session or the player does makes it throw later. */
export function createTv(options: TvOptions): Tv {
  return new TvAgent(options);
}

/** JIDs that are told of the TV by directed presence; the oldest give way. */
const mostGreeted = 1024;
/** Milliseconds after which who sends presence again is answered again: it may have lost the answer. */
const greetAgainAfter = 1000;

class TvAgent implements Tv {
  readonly epoch: string;
  private readonly options: TvOptions;
  private readonly events: Emitter<TvEvents>;
  private readonly sealed: SealedServer;
  private readonly peers: Peers;
  private readonly state: State;
  private readonly commands: Commands;
  private readonly subscriptions: Subscriptions;
  /** JIDs that were sent presence of their own since they became available. */
  private readonly greeted = new Map<string, number>();
  private readonly stops: (() => void)[] = [];
  private name: string;
  private closed = false;

  constructor(options: TvOptions) {
    const { session, player, remotes, clock = monotonicClock, random = systemRandom } = options;
    const wall = options.wallClock ?? wallClock;
    this.options = options;
    this.name = options.name;
    this.epoch = randomToken(random, 12);
    const onError = (error: unknown) => this.events.emit('error', error);
    this.events = new Emitter(onError);
    this.sealed =
      options.sealed ??
      createSealedServer({
        session,
        key: keyPair(primitives, options.identity),
        admit: (key) => admission(remotes, key, wall.now()),
        now: () => clock.now(),
        onerror: onError,
      });
    this.subscriptions = new Subscriptions(() =>
      this.events.emit('remotes', this.subscriptions.list),
    );
    this.peers = new Peers({
      sealed: this.sealed,
      remotes,
      wallClock: wall,
      onarrive: ({ jid }) => this.greet(jid),
      onleave: (peer) => {
        this.subscriptions.remove(peer);
        this.commands.retain((key) => this.peers.knows(key));
      },
    });
    this.state = new State({
      epoch: this.epoch,
      player,
      catalogue: options.catalogue ?? { items: [] },
      clock,
      publish: (facet, versioned) => this.publish(facet, versioned),
      onError,
    });
    this.commands = new Commands({
      player,
      state: this.state,
      clock,
      onOutcome: (outcome) => this.events.emit('command', outcome),
      onError,
    });
    this.answerSealed();
    this.answerUnsealed();
    if (session.state.status === 'online') this.comeOnline();
  }

  get subscribers(): Remote[] {
    return this.subscriptions.list;
  }

  get<N extends FacetName>(facet: N): Versioned<Facets[N]> {
    return this.state.published(facet);
  }

  setName(name: string): void {
    if (name === this.name) return;
    this.name = name;
    // Presence cannot say it, as everybody reads that; this makes remotes ask what else is new.
    this.peers.refresh(true);
  }

  setCatalogue(catalogue: Catalogue): void {
    this.state.setCatalogue(catalogue);
  }

  refreshRemotes(): void {
    if (this.closed) return;
    this.peers.refresh();
    const { remotes } = this.options;
    this.commands.retain((key) => this.peers.knows(key));
    this.subscriptions.refresh((peer) => this.peers.find(peer));
    const [known, present] = [new Set(remotes.jids()), this.peers.jids];
    for (const jid of this.greeted.keys())
      if (!known.has(bareJid(jid)) && !present.has(jid)) this.greeted.delete(jid);
    for (const jid of known) this.greet(jid);
  }

  on<E extends keyof TvEvents>(event: E, listener: TvEvents[E]): () => void {
    return this.events.on(event, listener);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const stop of this.stops) stop();
    this.commands.close();
    this.state.close();
    for (const to of this.greeted.keys()) this.send(xml('presence', { type: 'unavailable', to }));
    this.send(xml('presence', { type: 'unavailable' }));
    this.peers.close();
    if (!this.options.sealed) this.sealed.close();
    this.subscriptions.clear();
    this.events.clear();
  }

  /** Whatever may come with a handshake, and so more than once, reads or may be repeated: no commands. */
  private answerSealed(): void {
    const answer = (
      type: 'get' | 'set',
      xmlns: string,
      early: boolean,
      handler: (
        payload: Element,
        who: PairedKey & { key: string },
        peer: SealedPeer,
      ) => Element | undefined | Promise<Element>,
    ) =>
      this.stops.push(
        this.sealed.handle(
          type,
          xmlns,
          (payload, peer) => handler(payload, this.peers.admit(peer), peer),
          { early },
        ),
      );
    answer('set', NS, false, (payload, { key, name, grant }, { jid }) =>
      this.commands.handle({ jid, key, name }, grant, payload),
    );
    answer('get', NS, true, (payload, { grant }, peer) => {
      if (payload.getName() === 'grant') return this.peers.tell(peer, grant);
      return this.readClock(payload);
    });
    answer('set', NS_PUBSUB, true, (pubsub, { key, name, grant }, peer) =>
      this.subscriptions.answerSet(pubsub, peer, { jid: peer.jid, key, name }, grant),
    );
    answer('get', NS_PUBSUB, true, (pubsub, { grant }) =>
      this.subscriptions.answerGet(pubsub, grant, (name) => this.state.published(name)),
    );
    answer('get', NS_DISCO_INFO, true, (query, { grant }) =>
      capabilities(query, { name: this.name, player: this.options.player.capabilities, grant }),
    );
  }

  /** In the clear the TV says that there is one, and nothing else. */
  private answerUnsealed(): void {
    const { session, remotes } = this.options;
    const refuse = () => {
      throw sealingRequired();
    };
    for (const type of ['get', 'set'] as const)
      for (const xmlns of [NS, NS_PUBSUB]) this.stops.push(session.handle(type, xmlns, refuse));
    this.stops.push(
      session.handle('get', NS_DISCO_INFO, publicIdentity),
      session.handle('get', NS_DISCO_ITEMS, () => xml('query', { xmlns: NS_DISCO_ITEMS })),
      // Servers ping too; the answer says no more than that there is somebody (XEP-0199).
      session.handle('get', NS_PING, () => undefined),
      session.on('state', (state) => {
        if (state.status === 'online' && !state.resumed) this.comeOnline();
      }),
      session.on('presence', (presence) => {
        const from = senderOf(presence);
        const type = attribute(presence, 'type');
        if (type === 'unavailable' || type === 'error') this.greeted.delete(from);
        else if (type === undefined && remotes.jids().includes(bareJid(from)))
          this.greet(from, greetAgainAfter);
      }),
    );
  }

  private readClock(payload: Element): Element {
    if (payload.getName() !== 'clock')
      throw commandError('unknown-command', `This TV does not know <${payload.getName()}/>.`);
    const now = this.state.now();
    return encodeClockReading({ epoch: this.epoch, received: now, sent: now });
  }

  /** A session without a past: sealed sessions ended with the one before, and remotes make new ones. */
  private comeOnline(): void {
    this.greeted.clear();
    this.send(this.presence());
    for (const jid of this.options.remotes.jids()) this.greet(jid);
  }

  /** RFC 6121 §4.6: reaches those whom no roster tells. */
  private greet(jid: string, again = Infinity): void {
    const now = (this.options.clock ?? monotonicClock).now();
    if (now - (this.greeted.get(jid) ?? -Infinity) < again) return;
    const [oldest] = this.greeted.keys();
    if (oldest !== undefined && this.greeted.size >= mostGreeted) this.greeted.delete(oldest);
    this.greeted.set(jid, now);
    this.send(this.presence(jid));
  }

  private presence(to?: string): Element {
    return xml('presence', { to }, encodeTvPresence({ epoch: this.epoch }), capabilitiesHint());
  }

  private publish<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): void {
    let payload: Element | undefined;
    for (const peer of this.subscriptions.peers) {
      if (!this.peers.find(peer)?.grant.facets.includes(name)) continue;
      payload ??= notification(name, facet);
      this.sealed.send(peer, payload);
    }
    // TypeScript cannot see that name and value belong together.
    const change = { facet: name, value: facet.value, revision: facet.revision };
    this.events.emit('state', change as unknown as FacetChange);
  }

  private send(stanza: Element): void {
    try {
      this.options.session.send(stanza);
    } catch (error) {
      // Whoever misses it fetches everything when the TV is back.
      if (!(error instanceof SessionError)) this.events.emit('error', error);
    }
  }
}
