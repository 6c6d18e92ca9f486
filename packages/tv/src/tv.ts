import {
  attribute,
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
  type Versioned,
  xml,
} from '@fjern/protocol';
import { TvCapabilities } from './capabilities.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { type CommandOutcome, Commands } from './commands.ts';
import { Emitter } from './emitter.ts';
import type { Player } from './player.ts';
import { type Random, randomToken, systemRandom } from './random.ts';
import { type Authorize, bareJid, type Remote, requireRemote, senderOf } from './remotes.ts';
import { State } from './state.ts';
import { Subscriptions } from './subscriptions.ts';

export interface TvOptions {
  /** May be in any state; it stays its owner's to close. */
  session: Session;
  /** Stays its owner's to close. */
  player: Player;
  /** For people: `Living room`. */
  name: string;
  catalogue?: Catalogue;
  authorize: Authorize;
  /** Bare JIDs of the remotes that are told when the TV comes online, where no roster does it. */
  remotes?(): string[];
  /** Monotonic; default `performance.now()`. */
  clock?: Clock;
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
  /** Who follows the state now: full JIDs and names. */
  remotes: (subscribers: Remote[]) => void;
  /** Something failed that no remote could be told of; the TV goes on. */
  error: (error: unknown) => void;
}

/** The TV agent: answers remotes, tells them what changes, and has the player do what they ask for. */
export interface Tv {
  /** Identifies this run: revisions and command ids are counted within it. */
  readonly epoch: string;
  /** Who follows the state now: full JIDs and names. */
  readonly subscribers: Remote[];
  /** The facet as remotes were told it. */
  get<N extends FacetName>(facet: N): Versioned<Facets[N]>;
  setName(name: string): void;
  setCatalogue(catalogue: Catalogue): void;
  /**
   * To be called when others are paired than before: tells new remotes that the TV is there, and forgets what
   * it learnt of those that may no longer control it.
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

class TvAgent implements Tv {
  readonly epoch: string;
  private readonly options: TvOptions;
  private readonly events: Emitter<TvEvents>;
  private readonly state: State;
  private readonly commands: Commands;
  private readonly capabilities: TvCapabilities;
  private readonly subscriptions: Subscriptions;
  /** Full JIDs that were sent presence of their own since they became available. */
  private readonly greeted = new Set<string>();
  private readonly stops: (() => void)[] = [];
  private closed = false;

  constructor(options: TvOptions) {
    const { session, player, name, clock = monotonicClock, random = systemRandom } = options;
    this.options = options;
    this.epoch = randomToken(random, 12);
    const onError = (error: unknown) => this.events.emit('error', error);
    this.events = new Emitter(onError);
    this.capabilities = new TvCapabilities(name, player.capabilities);
    this.subscriptions = new Subscriptions(() =>
      this.events.emit('remotes', this.subscriptions.list),
    );
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
    this.listen();
    if (session.state.status === 'online') this.comeOnline();
  }

  get subscribers(): Remote[] {
    return this.subscriptions.list;
  }

  get<N extends FacetName>(facet: N): Versioned<Facets[N]> {
    return this.state.published(facet);
  }

  setName(name: string): void {
    this.capabilities.setName(name);
    this.announce();
  }

  setCatalogue(catalogue: Catalogue): void {
    this.state.setCatalogue(catalogue);
  }

  refreshRemotes(): void {
    const { authorize, remotes } = this.options;
    for (const { jid } of this.subscriptions.list)
      if (!authorize(bareJid(jid))) this.forget(bareJid(jid));
    for (const jid of remotes?.() ?? []) if (!this.greeted.has(jid)) this.greet(jid);
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
    for (const to of this.greeted) this.send(xml('presence', { type: 'unavailable', to }));
    this.send(xml('presence', { type: 'unavailable' }));
    this.subscriptions.clear();
    this.events.clear();
  }

  private listen(): void {
    const { session } = this.options;
    const answer = (
      type: 'get' | 'set',
      xmlns: string,
      handler: (
        remote: Remote,
        payload: Element,
        iq: Element,
      ) => Element | undefined | Promise<Element>,
    ) =>
      this.stops.push(
        session.handle(type, xmlns, (payload, iq) => handler(this.admit(iq), payload, iq)),
      );
    answer('set', NS, (remote, payload) => this.commands.handle(remote, payload));
    answer('get', NS, (_, payload) => this.readClock(payload));
    answer('set', NS_PUBSUB, (remote, pubsub, iq) => {
      const result = this.subscriptions.answerSet(pubsub, iq, remote);
      this.greet(senderOf(iq));
      return result;
    });
    answer('get', NS_PUBSUB, (_, pubsub) =>
      this.subscriptions.answerGet(pubsub, (name) => this.state.published(name)),
    );
    answer('get', NS_DISCO_INFO, (_, query) => this.capabilities.answer(query));
    answer('get', NS_DISCO_ITEMS, () => xml('query', { xmlns: NS_DISCO_ITEMS }));
    this.stops.push(
      // Servers ping too; the answer says no more than that there is somebody (XEP-0199).
      session.handle('get', NS_PING, () => undefined),
      session.on('state', (state) => {
        if (state.status === 'online' && !state.resumed) this.comeOnline();
      }),
      session.on('presence', (presence) => this.onPresence(presence)),
      session.on('message', (message) => {
        if (attribute(message, 'type') === 'error') this.subscriptions.remove(senderOf(message));
      }),
    );
  }

  /** @throws StanzaError `not-permitted` */
  private admit(iq: Element): Remote {
    try {
      return requireRemote(this.options.authorize, iq);
    } catch (error) {
      this.forget(bareJid(senderOf(iq)));
      throw error;
    }
  }

  private forget(bare: string): void {
    this.subscriptions.remove(bare);
    this.commands.forget(bare);
    for (const jid of this.greeted) if (bareJid(jid) === bare) this.greeted.delete(jid);
  }

  private readClock(payload: Element): Element {
    if (payload.getName() !== 'clock')
      throw commandError('unknown-command', `This TV does not know <${payload.getName()}/>.`);
    const now = this.state.now();
    return encodeClockReading({ epoch: this.epoch, received: now, sent: now });
  }

  /** A session without a past: whoever followed the state over the one before has lost it. */
  private comeOnline(): void {
    this.subscriptions.clear();
    this.greeted.clear();
    this.announce();
    for (const jid of this.options.remotes?.() ?? []) this.greet(jid);
  }

  private announce(): void {
    this.send(this.presence());
    for (const jid of this.greeted) this.send(this.presence(jid));
  }

  /** RFC 6121 §4.6: reaches those whom no roster tells. */
  private greet(jid: string): void {
    if (this.greeted.has(jid)) return;
    this.greeted.add(jid);
    this.send(this.presence(jid));
  }

  private presence(to?: string): Element {
    return xml('presence', { to }, encodeTvPresence({ epoch: this.epoch }), this.capabilities.hint);
  }

  private onPresence(presence: Element): void {
    const from = senderOf(presence);
    const type = attribute(presence, 'type');
    if (type === 'unavailable' || type === 'error') {
      this.greeted.delete(from);
      if (type === 'unavailable') this.subscriptions.remove(from);
    } else if (type === undefined && this.options.authorize(bareJid(from))) this.greet(from);
  }

  private publish<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): void {
    for (const message of this.subscriptions.notifications(name, facet)) this.send(message);
    // TypeScript cannot see that name and value belong together.
    const change = { facet: name, value: facet.value, revision: facet.revision };
    this.events.emit('state', change as unknown as FacetChange);
  }

  private send(stanza: Element): void {
    try {
      this.options.session.send(stanza);
    } catch (error) {
      // Whoever misses it sees a gap, or fetches everything when the TV is back.
      if (!(error instanceof SessionError)) this.events.emit('error', error);
    }
  }
}
