import {
  attribute,
  type Capabilities,
  decodeCapabilities,
  decodeClockReading,
  type Element,
  encodeClockRequest,
  encodeItemsRequest,
  encodeSubscribe,
  type FacetName,
  firstElement,
  NS_DISCO_INFO,
  ProtocolError,
  type ReadFacets,
  readItems,
  readNotification,
  type Session,
  SessionError,
  type StanzaCondition,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { LocalClock, TvClock } from './clock.ts';
import { isBounce } from './errors.ts';
import type { FacetStore } from './facets.ts';
import { TvResources, type TvTarget } from './presence.ts';

export interface SyncOptions {
  session: Session;
  /** Bare JID of the TV. */
  tv: string;
  facets: FacetStore;
  clock: TvClock;
  now: LocalClock;
  /** The TV is there and everything is known. */
  onready(target: TvTarget): void;
  oncapabilities(capabilities: Capabilities): void;
  /** The TV that was there is gone or has become another; nothing can be sent to it until `onready`. */
  onunready(): void;
  onabsent(): void;
  /** The TV does not know this remote. */
  onunpaired(error: StanzaError): unknown;
  /** Something that was survived. */
  onerror(error: Error): void;
}

/** All in seconds. */
const timing = {
  /** Without the TV's presence for this long after asking, it is absent. */
  presence: 1.5,
  /** Presence is asked for again after this, then twice this, … up to the cap, for as long as there is none. */
  probe: 2,
  probeCap: 30,
  /** For each request of the burst. */
  answer: 10,
  retry: 0.5,
  retryCap: 30,
  /** The clock is measured again after these, counted from the last measurement; the last one repeats. */
  clock: [0.5, 1, 2, 600],
};

/** How a TV says that it has no such remote. */
const unpairedConditions: readonly StanzaCondition[] = [
  'forbidden',
  'not-authorized',
  'registration-required',
  'subscription-required',
];

/** So many refusals in a row are meant: a TV that is just starting may not have read its list of remotes. */
const meantRefusals = 3;

/** Finds the TV by its presence and brings its state here: steps 1 to 4 of a remote's life. */
export class Sync {
  private readonly options: SyncOptions;
  private readonly resources: TvResources;
  /** What the burst was or is sent to. */
  private target: TvTarget | undefined;
  private ready = false;
  /** Ends the requests to the current target. */
  private requests = new AbortController();
  private probes = 0;
  private probeTimer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private clockStep = 0;
  private clockTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly refetching = new Set<FacetName>();

  constructor(options: SyncOptions) {
    this.options = options;
    this.resources = new TvResources(options.tv);
  }

  /** The session is online without a past. */
  start(): void {
    this.stop();
    this.resources.clear();
    this.failures = 0;
    this.send(xml('presence'));
    this.startProbing();
  }

  /** The session is online again with its past: stanzas were not lost, but time may have been. */
  resume(): void {
    this.options.clock.distrust();
    if (this.ready && this.target) {
      this.measureClock(0);
      this.options.onready(this.target);
    } else if (this.target) this.begin(this.target);
    else this.startProbing();
  }

  /** The session is down. What was out may be answered after a resumption. */
  pause(): void {
    for (const timer of [this.probeTimer, this.retryTimer, this.clockTimer]) clearTimeout(timer);
  }

  stop(): void {
    this.pause();
    this.requests.abort();
    this.target = undefined;
    this.ready = false;
  }

  /** The TV, or a server on the way to it, answered that it is not what we think. */
  doubt(): void {
    if (!this.target) return;
    this.resources.remove(this.target.jid);
    if (this.resources.newest) this.follow();
    else this.drop();
  }

  handlePresence(presence: Element): void {
    try {
      if (this.resources.handle(presence)) this.follow();
    } catch (error) {
      this.report(error);
    }
  }

  handleMessage(message: Element): void {
    // State is taken from the TV alone, whoever else may write to us.
    if (!this.target || attribute(message, 'from') !== this.target.jid) return;
    this.take(readNotification(message), true);
  }

  private send(stanza: Element): void {
    try {
      this.options.session.send(stanza);
    } catch (error) {
      // The session has just ended; its state event starts everything anew.
      if (!(error instanceof SessionError)) throw error;
    }
  }

  private startProbing(): void {
    this.probes = 0;
    this.probe();
  }

  private probe(): void {
    clearTimeout(this.probeTimer);
    const { tv } = this.options;
    // The first reaches an agent that answers it, the second a server that knows the TV's presence
    // (RFC 6121 §4.6, §4.3) and says so when there is none.
    this.send(xml('presence', { to: tv }));
    this.send(xml('presence', { to: tv, type: 'probe' }));
    const first = this.probes === 0;
    const again = Math.min(timing.probe * 2 ** (this.probes - 1), timing.probeCap);
    this.probes++;
    this.probeTimer = setTimeout(
      () => {
        if (first) this.options.onabsent();
        this.probe();
      },
      (first ? timing.presence : again) * 1000,
    );
  }

  /** Turns to the newest of the TV's resources. */
  private follow(): void {
    const { newest } = this.resources;
    if (newest) {
      const { target } = this;
      if (target?.jid === newest.jid && target.epoch === newest.epoch) return;
      this.failures = 0;
      this.begin(newest);
      return;
    }
    if (this.target) this.drop();
    this.options.onabsent();
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.clockTimer);
    this.requests.abort();
    this.target = undefined;
    if (this.ready) {
      this.ready = false;
      this.options.onunready();
    }
    this.startProbing();
  }

  private begin(target: TvTarget): void {
    for (const timer of [this.probeTimer, this.retryTimer, this.clockTimer]) clearTimeout(timer);
    this.requests.abort();
    this.requests = new AbortController();
    this.target = target;
    if (this.ready) {
      this.ready = false;
      this.options.onunready();
    }
    const { signal } = this.requests;
    this.burst(target, signal).then(
      () => {
        if (signal.aborted) return;
        this.failures = 0;
        this.ready = true;
        this.options.onready(target);
        this.measureClockLater(0);
      },
      (error: unknown) => {
        if (!signal.aborted) this.failed(target, error);
      },
    );
  }

  /** Everything at once: one round trip. The subscription goes first, so that no change falls between. */
  private async burst(target: TvTarget, signal: AbortSignal): Promise<void> {
    const { session, facets } = this.options;
    const subscribed = this.ask(target, 'set', encodeSubscribe(session.jid), signal);
    const items = this.ask(target, 'get', encodeItemsRequest(), signal);
    const info = this.ask(target, 'get', xml('query', { xmlns: NS_DISCO_INFO }), signal);
    const epoch = this.exchangeClock(target, signal);
    const described = info.then(
      (result) => signal.aborted || this.readCapabilities(result),
      (error: unknown) => signal.aborted || this.report(error),
    );
    // The refusal of one is that of all; it is reported once.
    const [snapshot, clockEpoch] = await Promise.all([items, epoch, subscribed, described]);
    if (signal.aborted) return;
    if (clockEpoch !== target.epoch)
      throw new ProtocolError('invalid-value', 'clock@epoch', 'is not that of the TV’s presence');
    const read = readItems(firstElement(snapshot));
    this.take(read, false);
    // What could not be read is not there, but it is not gone either.
    if (read.damaged.length === 0) facets.dropOthers(target.epoch);
  }

  private ask(
    target: TvTarget,
    type: 'get' | 'set',
    payload: Element,
    signal: AbortSignal,
  ): Promise<Element> {
    const iq = xml('iq', { type, to: target.jid }, payload);
    return this.options.session.request(iq, { signal, timeout: timing.answer });
  }

  /** Returns the epoch of the clock that answered. */
  private async exchangeClock(target: TvTarget, signal: AbortSignal): Promise<string> {
    const { clock, now } = this.options;
    const sent = now();
    const result = await this.ask(target, 'get', encodeClockRequest(), signal);
    const received = now();
    const payload = firstElement(result);
    if (!payload) throw new ProtocolError('malformed', 'clock', 'is missing');
    const reading = decodeClockReading(payload);
    if (reading.epoch === target.epoch) clock.add(reading, sent, received);
    return reading.epoch;
  }

  private measureClockLater(step: number): void {
    clearTimeout(this.clockTimer);
    const seconds = timing.clock[Math.min(step, timing.clock.length - 1)] ?? 600;
    this.clockTimer = setTimeout(() => this.measureClock(step + 1), seconds * 1000);
  }

  private measureClock(step: number): void {
    this.clockStep = step;
    const { target } = this;
    if (!target) return;
    const { signal } = this.requests;
    this.exchangeClock(target, signal).then(
      () => signal.aborted || this.measureClockLater(this.clockStep),
      (error: unknown) => {
        if (signal.aborted) return;
        this.report(error);
        this.measureClockLater(this.clockStep);
      },
    );
  }

  private readCapabilities(result: Element): void {
    try {
      const query = firstElement(result);
      if (query) this.options.oncapabilities(decodeCapabilities(query));
    } catch (error) {
      this.report(error);
    }
  }

  private take({ facets, damaged }: ReadFacets, refetch: boolean): void {
    const { target } = this;
    for (const facet of facets) {
      if (!target) return;
      if (facet.epoch === target.epoch) this.options.facets.apply(facet);
      else if (refetch && this.ready) {
        // The TV has restarted behind our back.
        this.resources.add({ jid: target.jid, epoch: facet.epoch });
        this.follow();
        return;
      }
    }
    for (const { name, error } of damaged) {
      this.report(error);
      if (refetch && target) this.refetch(target, name);
    }
  }

  private refetch(target: TvTarget, name: FacetName): void {
    if (this.refetching.has(name)) return;
    this.refetching.add(name);
    const { signal } = this.requests;
    this.ask(target, 'get', encodeItemsRequest([name]), signal)
      .then(
        (result) => signal.aborted || this.take(readItems(firstElement(result)), false),
        (error: unknown) => signal.aborted || this.report(error),
      )
      .finally(() => this.refetching.delete(name));
  }

  private failed(target: TvTarget, error: unknown): void {
    if (error instanceof SessionError && error.code !== 'timeout') return;
    const refused = error instanceof StanzaError && unpairedConditions.includes(error.condition);
    if (refused && this.failures + 1 >= meantRefusals) {
      this.options.onunpaired(error);
      return;
    }
    if (error instanceof StanzaError && isBounce(error)) {
      this.doubt();
      return;
    }
    this.report(error);
    // Its presence may have been missed as well.
    this.send(xml('presence', { to: this.options.tv }));
    const seconds = Math.min(timing.retry * 2 ** this.failures++, timing.retryCap);
    this.retryTimer = setTimeout(() => this.begin(target), seconds * 1000);
  }

  private report(error: unknown): void {
    if (error instanceof SessionError && error.code !== 'timeout') return;
    this.options.onerror(error instanceof Error ? error : new Error(String(error)));
  }
}
