import {
  type Capabilities,
  decodeCapabilities,
  decodeClockReading,
  decodeGrant,
  type Element,
  encodeClockRequest,
  encodeItemsRequest,
  type FacetName,
  type Grant,
  NS,
  NS_PAIR,
  NS_PUBSUB_EVENT,
  type ReadFacets,
  readEvent,
  readItems,
  type Session,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import {
  type EarlyRequest,
  PeerRefusal,
  SealError,
  type SealedClient,
  UndeliveredError,
} from '@fjern/seal';
import type { LocalClock, TvClock } from './clock.ts';
import { isBounce, isMisfit, isUnpaired } from './errors.ts';
import { type Answered, exchange, present, stateRequests } from './exchange.ts';
import type { FacetStore } from './facets.ts';
import { TvResources, type TvTarget } from './presence.ts';
import { Probing } from './probing.ts';

export interface SyncOptions {
  session: Session;
  /** To the TV; nobody else opens sessions on it. */
  client: SealedClient;
  /** Bare JID of the TV. */
  tv: string;
  facets: FacetStore;
  clock: TvClock;
  now: LocalClock;
  /** The TV is there and everything is known. */
  onready(target: TvTarget): void;
  oncapabilities(capabilities: Capabilities): void;
  ongrant(grant: Grant): void;
  /** Nothing can be sent to the TV until `onready`. */
  onunready(): void;
  /** It is not known any more whether the TV is there. */
  onunknown(): void;
  /** Several answers in a row were not sealed with the TV's key. */
  onimpostor(error: Error): void;
  onabsent(): void;
  /** The TV has ended the pairing; it may say why. */
  onrevoked(content: Element[], cause?: Error): void;
  /** Somebody says, in the name of the TV and without its key, that it does not know this remote. */
  onunpaired(error: StanzaError): void;
  /** Something that was survived. */
  onerror(error: Error): void;
}

/** All in seconds. */
const timing = {
  /** For a handshake, or a request, to a TV that is there. */
  answer: 10,
  /** For a handshake with a TV of which nothing is known; the shorter one from when it is known to be there. */
  blind: 3,
  hurry: 1.5,
  retry: 0.5,
  retryCap: 30,
  /** A session that lasted this long makes the next failure a first one. */
  settled: 10,
  /** The clock is measured again after these, counted from the last measurement; the last one repeats. */
  clock: [0.5, 1, 2, 600],
  /** Then its keys are replaced. */
  session: 12 * 3600,
};

/** So many refusals in a row are meant: a TV that is just starting may not have read its list of remotes. */
const meantRefusals = 3;

/**
 * Makes the sealed session with the TV and brings its state here.
 *
 * The first handshake goes to the TV's bare JID, before anything is heard of it: whichever of its resources is
 * there answers, and with the answer comes the state. Presence says where the TV is, and whether it is, but
 * only a handshake proves it. Where the two name different resources (or epochs), the one of the newest presence is
 * asked directly, once; whoever answers the handshake after that is taken. There is one handshake at a time.
 */
export class Sync {
  private readonly options: SyncOptions;
  private readonly resources: TvResources;
  private readonly probing: Probing;
  /** What the handshake goes to; undefined: to the bare JID. */
  private aim: TvTarget | undefined;
  /** What the session is, or was last, with. */
  private target: TvTarget | undefined;
  /** The newest of the TV's resources when it was last asked, or was to be asked again. */
  private sought: TvTarget | undefined;
  private opening = false;
  private ready = false;
  private readyAt = 0;
  /** The TV is taken to be there while its session is replaced. */
  private renewing = false;
  /** The newest resource was asked directly after another had answered. */
  private insisted = false;
  /** What the TV says while its state is on the way. */
  private early: Element[][] = [];
  /** Ends what is being asked. */
  private requests = new AbortController();
  private failures = 0;
  private refusals = 0;
  /** Answers in a row that were not the TV's. */
  private misfits = 0;
  /** For the next attempt, or against the one under way. */
  private attemptTimer: ReturnType<typeof setTimeout> | undefined;
  private clockTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly refetching = new Set<FacetName>();
  private refreshing: 'no' | 'yes' | 'again' = 'no';

  constructor(options: SyncOptions) {
    this.options = options;
    this.resources = new TvResources(options.tv);
    this.probing = new Probing(options.tv, {
      send: (presence) => this.send(presence),
      onabsent: options.onabsent,
    });
  }

  /** The session is online without a past. */
  start(): void {
    this.stop();
    this.failures = 0;
    this.send(xml('presence'));
    this.probing.start();
    this.begin(undefined);
  }

  /** The session is online again with its past: stanzas were not lost, but time may have been. */
  resume(): void {
    this.options.clock.distrust();
    if (this.ready && this.target) {
      this.measureClock(0);
      this.options.onready(this.target);
      return;
    }
    if (!this.resources.newest) this.probing.start();
    if (!this.opening) this.begin(this.resources.newest);
  }

  /** The session is down. What was out may be answered after a resumption. */
  pause(): void {
    this.probing.stop();
    this.stopAttempt();
    clearTimeout(this.clockTimer);
  }

  stop(): void {
    this.pause();
    this.leave();
    this.resources.clear();
    this.target = undefined;
    this.sought = undefined;
    this.insisted = false;
    this.ready = false;
    this.renewing = false;
  }

  /** A request shows that the session is not what we think. */
  doubt(error: unknown): void {
    if (!this.ready || !this.target) return;
    if (error instanceof UndeliveredError && error.code === 'bounced') {
      this.resources.remove(this.target.jid);
      if (this.resources.newest) this.follow();
      else {
        this.drop();
        // The error may be anybody's. Unless presence tells where the TV is, a handshake shows whether it is there.
        this.sought = undefined;
        this.attemptTimer = setTimeout(() => this.begin(undefined), timing.hurry * 1000);
      }
    } else this.renew();
  }

  handlePresence(presence: Element): void {
    try {
      if (this.resources.handle(presence)) this.follow();
    } catch (error) {
      this.report(error);
    }
  }

  /** @param content of an envelope from the TV */
  handleMessage(content: Element[]): void {
    if (content.some((element) => element.is('revoked', NS_PAIR))) this.options.onrevoked(content);
    else if (!this.ready) this.early.push(content);
    else
      for (const element of content) {
        if (element.is('event', NS_PUBSUB_EVENT)) this.take(readEvent(element), true);
        else if (element.is('grant', NS)) this.refresh();
      }
  }

  /** Something that the TV said has not arrived, or what this remote may see is another: all is asked for anew. */
  refresh(): void {
    if (!this.ready) return;
    if (this.refreshing !== 'no') {
      this.refreshing = 'again';
      return;
    }
    this.refreshing = 'yes';
    const { signal } = this.requests;
    const asked = stateRequests().map((request) => this.ask(request, signal));
    Promise.all(asked)
      .then((payloads) => signal.aborted || this.takeState(payloads))
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.report(error);
        this.renew();
      })
      .finally(() => {
        if (signal.aborted) return;
        const again = this.refreshing === 'again';
        this.refreshing = 'no';
        if (again) this.refresh();
      });
  }

  private send(stanza: Element): void {
    try {
      this.options.session.send(stanza);
    } catch (error) {
      // The session has just ended; its state event starts everything anew.
      if (!(error instanceof SessionError)) throw error;
    }
  }

  private stopAttempt(): void {
    clearTimeout(this.attemptTimer);
    this.attemptTimer = undefined;
  }

  /** Turns to the newest of the TV's resources. */
  private follow(): void {
    const { newest } = this.resources;
    if (!newest) {
      this.drop();
      this.options.onabsent();
      return;
    }
    this.probing.stop();
    if (this.ready && same(newest, this.target)) return;
    if (this.opening && !this.aim) {
      // It is answered any moment, if it was sent when the TV was there.
      this.attemptTimer ??= setTimeout(
        () => this.begin(this.resources.newest),
        timing.hurry * 1000,
      );
      return;
    }
    if (!same(newest, this.sought)) {
      this.failures = 0;
      this.insisted = false;
      this.begin(newest);
    } else if (!this.opening && this.attemptTimer === undefined) this.again(newest, true);
  }

  /** The TV is gone, or nobody knows where it is. */
  private drop(): void {
    const known = this.ready || this.renewing;
    this.unready();
    this.leave();
    this.renewing = false;
    if (known) this.options.onunknown();
    if (!this.probing.active) this.probing.start();
  }

  /** Ends what is under way with the TV. */
  private leave(): void {
    clearTimeout(this.clockTimer);
    this.stopAttempt();
    this.requests.abort();
    this.requests = new AbortController();
    this.options.client.drop();
    this.aim = undefined;
    this.opening = false;
    this.early = [];
    this.refreshing = 'no';
    this.refetching.clear();
  }

  private unready(): void {
    if (!this.ready) return;
    this.ready = false;
    if (this.options.now() - this.readyAt > timing.settled) this.failures = 0;
    this.options.onunready();
  }

  /** The TV is there, and the session with it is over. */
  private renew(): void {
    const { target } = this;
    if (!this.ready || !target) return;
    this.unready();
    this.renewing = true;
    this.again(target, true);
  }

  /** The next attempt: ever later, the more have failed. @param first whether the first one is made at once */
  private again(to: TvTarget | undefined, first: boolean): void {
    this.unready();
    this.leave();
    const exponent = this.failures++ - (first ? 1 : 0);
    this.aim = to;
    this.sought = this.resources.newest;
    if (exponent < 0) {
      this.begin(to);
      return;
    }
    const seconds = Math.min(timing.retry * 2 ** exponent, timing.retryCap);
    this.attemptTimer = setTimeout(() => this.begin(to), seconds * 1000);
  }

  private begin(to: TvTarget | undefined): void {
    if (this.ready) {
      this.unready();
      this.options.onunknown();
    }
    this.leave();
    this.aim = to;
    this.sought = this.resources.newest;
    this.opening = true;
    const { signal } = this.requests;
    const limits = { signal, timeout: to ? timing.answer : timing.blind };
    exchange(this.options, to, limits).then(
      (answered) => {
        if (!signal.aborted) this.arrived(answered);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.opening = false;
        this.failed(to, error);
      },
    );
  }

  /** One round trip. The subscription goes first, so that no change falls between. */
  private ask({ type, payload }: EarlyRequest, signal: AbortSignal): Promise<Element | undefined> {
    return this.options.client.request(type, payload, { signal, timeout: timing.answer });
  }

  private arrived({ target, payloads, reading, sent, received }: Answered): void {
    const { newest } = this.resources;
    if (newest && !same(newest, target) && !this.insisted) {
      this.insisted = true;
      this.begin(newest);
      return;
    }
    this.probing.stop();
    this.stopAttempt();
    this.resources.add(target);
    this.options.clock.add(reading, sent, received);
    this.target = target;
    this.aim = target;
    this.sought = target;
    this.opening = false;
    this.insisted = false;
    this.renewing = false;
    this.refusals = 0;
    this.misfits = 0;
    this.ready = true;
    this.readyAt = this.options.now();
    try {
      this.takeState(payloads);
    } catch (error) {
      this.ready = false;
      this.failed(target, error);
      return;
    }
    this.options.onready(target);
    for (const content of this.early.splice(0)) this.handleMessage(content);
    this.measureClockLater(0);
  }

  private failed(to: TvTarget | undefined, error: unknown): void {
    // A session that is not online starts everything anew when it is, or goes on.
    if (this.options.session.state.status !== 'online') return;
    if (error instanceof SessionError && error.code !== 'timeout') return;
    if (error instanceof PeerRefusal) {
      this.options.onrevoked(error.content, error);
      return;
    }
    const stanza = error instanceof StanzaError ? error : undefined;
    if (stanza && isUnpaired(stanza)) {
      this.refusals++;
      if (this.refusals >= meantRefusals) {
        this.options.onunpaired(stanza);
        return;
      }
    }
    if (isMisfit(error)) {
      this.misfits++;
      if (this.misfits >= meantRefusals) this.options.onimpostor(error);
    }
    if (this.renewing) {
      this.renewing = false;
      this.options.onunknown();
    }
    const bounced = stanza !== undefined && isBounce(stanza);
    if (to && bounced) this.resources.remove(to.jid);
    const { newest } = this.resources;
    if (!newest && (bounced || (!to && error instanceof SessionError))) {
      // Nobody is there, so it is no failure; presence will tell.
      this.aim = undefined;
      if (!this.probing.active) this.probing.start();
      return;
    }
    this.report(error);
    // Its presence may have been missed as well.
    this.send(xml('presence', { to: this.options.tv }));
    this.again(to && !bounced ? undefined : newest, !to);
  }

  private takeState([items, info, grant]: readonly (Element | undefined)[]): void {
    const { facets, oncapabilities, ongrant } = this.options;
    ongrant(decodeGrant(present(grant, 'grant')));
    try {
      oncapabilities(decodeCapabilities(present(info, 'query')));
    } catch (error) {
      this.report(error);
    }
    const read = readItems(items);
    this.take(read, false);
    // What could not be read is not there, but it is not gone either.
    facets.keep([...read.facets, ...read.damaged].map(({ name }) => name));
  }

  private take({ facets, damaged }: ReadFacets, refetch: boolean): void {
    const { target } = this;
    if (!target) return;
    for (const facet of facets) {
      if (facet.epoch === target.epoch) this.options.facets.apply(facet);
      else if (refetch) {
        // The TV has restarted behind our back.
        this.resources.add({ jid: target.jid, epoch: facet.epoch });
        this.follow();
        return;
      }
    }
    for (const { name, error } of damaged) {
      this.report(error);
      if (refetch) this.refetch(name);
    }
  }

  private refetch(name: FacetName): void {
    if (this.refetching.has(name)) return;
    this.refetching.add(name);
    const { signal } = this.requests;
    this.ask({ type: 'get', payload: encodeItemsRequest([name]) }, signal).then(
      (items) => {
        if (signal.aborted) return;
        this.refetching.delete(name);
        this.take(readItems(items), false);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.refetching.delete(name);
        this.report(error);
      },
    );
  }

  private measureClockLater(step: number): void {
    clearTimeout(this.clockTimer);
    const seconds = timing.clock[Math.min(step, timing.clock.length - 1)] ?? 600;
    this.clockTimer = setTimeout(() => this.measureClock(step + 1), seconds * 1000);
  }

  private measureClock(step: number): void {
    const { clock, now } = this.options;
    const { target } = this;
    if (!this.ready || !target) return;
    if (now() - this.readyAt > timing.session) {
      this.renew();
      return;
    }
    const { signal } = this.requests;
    const sent = now();
    this.ask({ type: 'get', payload: encodeClockRequest() }, signal)
      .then((payload) => {
        const received = now();
        const reading = decodeClockReading(present(payload, 'clock'));
        if (!signal.aborted && reading.epoch === target.epoch) clock.add(reading, sent, received);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.report(error);
        if (error instanceof UndeliveredError || error instanceof SealError) this.doubt(error);
      })
      .finally(() => {
        if (!signal.aborted) this.measureClockLater(step);
      });
  }

  private report(error: unknown): void {
    if (error instanceof SessionError && error.code !== 'timeout') return;
    this.options.onerror(error instanceof Error ? error : new Error(String(error)));
  }
}

function same(a: TvTarget, b: TvTarget | undefined): boolean {
  return a.jid === b?.jid && a.epoch === b.epoch;
}
