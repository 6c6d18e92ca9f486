import { networkInterfaces } from 'node:os';
import { type Multicast, openMulticast } from '@fjern/link/multicast';
import { type LanInterface, lanInterfaces } from '@fjern/protocol';
import { decodeResponse, hear, question } from './dns-sd.ts';
import type { Verdict } from './probe.ts';
import { changes, type FoundTv, Sightings } from './sightings.ts';
import { Verifier } from './verifier.ts';

export interface BrowseOptions {
  /** The interfaces to look on, asked every second; default: every LAN that this machine is in. */
  interfaces?: () => LanInterface[];
  /**
   * Seconds between two rounds of asking, at most (RFC 6762 §5.2: each interval is twice the one before);
   * default 60. A TV that lost its power is gone a few seconds after a round that it did not answer.
   */
  longestInterval?: number;
  /**
   * Whether a TV counts only when it answers at one of its URLs; default: yes. Otherwise what is advertised is told
   * as it is, without `url`: records outlive TVs, and name addresses that lead nowhere.
   */
  verify?: boolean;
}

/** Looks for TVs on every LAN of this machine, through changes of the network, until it is closed. */
export interface Browser {
  /** By id: those who answer. */
  readonly tvs: ReadonlyMap<string, FoundTv>;
  /**
   * By id: those who say that they are there, and do not answer at any URL, or did not yet. They are asked again as
   * long as they say so. No event tells of them.
   */
  readonly unverified: ReadonlyMap<string, FoundTv>;
  /** Whether it hears at least one LAN. */
  readonly listening: boolean;
  on<E extends keyof BrowserEvents>(event: E, listener: BrowserEvents[E]): () => void;
  /** Asks now, and then as often as in the beginning: the app came to the foreground. */
  refresh(): void;
  /** Lets go of everything. Never rejects; may be repeated. */
  close(): Promise<void>;
}

export interface BrowserEvents {
  /** It answered at `tv.url`. */
  add: (tv: FoundTv) => void;
  /** Another name, address, port, URL or pairing state. */
  update: (tv: FoundTv) => void;
  /** It said goodbye, or is silent, or answers no longer. */
  remove: (tv: FoundTv) => void;
  /** It goes on trying. */
  error: (error: DiscoveryError) => void;
}

export type DiscoveryErrorCode =
  /** The system refuses to open a socket or to send; `cause` says why. */
  'network';

export class DiscoveryError extends Error {
  override name = 'DiscoveryError';
  readonly code: DiscoveryErrorCode = 'network';
}

export function browse(options: BrowseOptions = {}): Browser {
  return new MulticastBrowser(options);
}

/** Milliseconds. */
const watchInterval = 1000;
const firstInterval = 1000;
/** A gap between two looks at the network that is longer was sleep, and nobody knows what happened meanwhile. */
const sleepGap = 5000;
/** So long (ms) packets may wait for each other before anybody is told: fifty TVs answer one question. */
const tellInterval = 20;
/** TVs answer within 120 ms, or within a second if they just answered somebody else (RFC 6762 §6). */
const roundLength = 1500;

interface Link {
  iface: LanInterface;
  opening?: Promise<void>;
  multicast?: Multicast;
  failure?: string;
}

class MulticastBrowser implements Browser {
  private readonly interfaces: () => LanInterface[];
  private readonly longestInterval: number;
  private readonly listeners: { [E in keyof BrowserEvents]: Set<BrowserEvents[E]> } = {
    add: new Set(),
    update: new Set(),
    remove: new Set(),
    error: new Set(),
  };
  private readonly sightings = new Sightings();
  private readonly verifier: Verifier | undefined;
  private readonly links = new Map<string, Link>();
  private readonly watch: ReturnType<typeof setInterval>;
  private readonly system: { failure?: string } = {};
  private told: ReadonlyMap<string, FoundTv> = new Map();
  private interval = firstInterval;
  private nextRound: ReturnType<typeof setTimeout> | undefined;
  private roundEnd: ReturnType<typeof setTimeout> | undefined;
  private expiry: ReturnType<typeof setTimeout> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private lastTold = Number.NEGATIVE_INFINITY;
  private lastRound = Number.NEGATIVE_INFINITY;
  private lastLook = Date.now();
  private closing: Promise<void> | undefined;

  constructor({ interfaces, longestInterval = 60, verify = true }: BrowseOptions) {
    this.interfaces = interfaces ?? (() => lanInterfaces(networkInterfaces()));
    this.longestInterval = longestInterval * 1000;
    if (verify)
      this.verifier = new Verifier({ verdict: (id, verdict) => this.verified(id, verdict) });
    this.watch = setInterval(() => this.followNetwork(), watchInterval);
    // Once the caller can listen to what is said about it.
    queueMicrotask(() => this.followNetwork());
  }

  get tvs(): ReadonlyMap<string, FoundTv> {
    return this.told;
  }

  get unverified(): ReadonlyMap<string, FoundTv> {
    return this.verifier?.unverified ?? new Map();
  }

  get listening(): boolean {
    return [...this.links.values()].some(({ multicast }) => multicast !== undefined);
  }

  on<E extends keyof BrowserEvents>(event: E, listener: BrowserEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => this.listeners[event].delete(listener);
  }

  refresh(): void {
    if (this.closing) return;
    this.interval = firstInterval;
    this.askWithin(0);
    this.verifier?.recheck();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.watch);
    clearTimeout(this.nextRound);
    clearTimeout(this.roundEnd);
    clearTimeout(this.expiry);
    clearTimeout(this.telling);
    this.verifier?.close();
    const links = [...this.links.values()];
    this.links.clear();
    await Promise.all(links.map((link) => this.drop(link)));
  }

  private async drop(link: Link): Promise<void> {
    await link.opening;
    await link.multicast?.close();
  }

  private followNetwork(): void {
    if (this.closing) return;
    let now: Map<string, LanInterface>;
    try {
      now = new Map(this.interfaces().map((iface) => [iface.name, iface]));
    } catch (error) {
      this.failed(this.system, 'on any network', error);
      return;
    }
    // The wall clock goes on while a machine sleeps.
    const look = Date.now();
    const slept = look - this.lastLook > sleepGap;
    this.lastLook = look;
    let lost = slept;
    for (const [name, link] of this.links) {
      const same = JSON.stringify(now.get(name)) === JSON.stringify(link.iface);
      // What a socket joined before a sleep, some systems forget.
      if (same && !slept) continue;
      this.links.delete(name);
      void this.drop(link);
      lost = true;
    }
    // Who answers no longer is found out by asking.
    if (lost) this.refresh();
    for (const iface of now.values()) {
      const link = this.links.get(iface.name) ?? { iface };
      this.links.set(iface.name, link);
      if (!link.multicast) link.opening ??= this.open(link);
    }
  }

  private async open(link: Link): Promise<void> {
    const { name } = link.iface;
    try {
      const multicast = await openMulticast(link.iface, {
        receive: (message, sender) => {
          const packet = decodeResponse(message, sender);
          if (!packet) return;
          if (hear(packet, sender, name, this.sightings, performance.now())) this.askWithin(0);
          this.tellSoon();
        },
        failed: (error) => this.failed(link, `on ${name}`, error),
      });
      link.multicast = multicast;
      // Unless the network changed meanwhile.
      if (this.links.get(name) === link) this.refresh();
    } catch (error) {
      this.failed(link, `on ${name}`, error);
    }
    delete link.opening;
  }

  /** Or later: rounds do not overlap, however much happens. */
  private askWithin(delay: number): void {
    if (this.closing) return;
    clearTimeout(this.nextRound);
    const earliest = this.lastRound + roundLength + 1 - performance.now();
    this.nextRound = setTimeout(() => this.ask(), Math.max(delay, earliest));
  }

  private ask(): void {
    const since = performance.now();
    this.lastRound = since;
    const message = question(this.interval === firstInterval);
    for (const { multicast } of this.links.values()) void multicast?.send(message);
    clearTimeout(this.roundEnd);
    this.roundEnd = setTimeout(() => {
      // Wi-Fi loses multicast packets: whoever is missing is asked once more before it is gone.
      const { silent, missing } = this.sightings.endRound(since);
      if (silent) this.askWithin(0);
      for (const id of missing) this.verifier?.recheck(id);
      this.tell();
    }, roundLength);
    this.askWithin(this.interval);
    this.interval = Math.min(this.interval * 2, this.longestInterval);
  }

  private verified(id: string, verdict: Verdict): void {
    if (this.closing) return;
    if (typeof verdict === 'object') this.sightings.alive(id, performance.now());
    this.tell();
  }

  private tellSoon(): void {
    if (this.telling || this.closing) return;
    const wait = this.lastTold + tellInterval - performance.now();
    if (wait > 0) this.telling = setTimeout(() => this.tell(), wait);
    else this.tell();
  }

  private tell(): void {
    if (this.closing) return;
    clearTimeout(this.telling);
    this.telling = undefined;
    this.lastTold = performance.now();
    const before = this.told;
    const advertised = this.sightings.tvs;
    this.verifier?.follow(advertised);
    this.told = this.verifier?.live ?? advertised;
    for (const { type, tv } of changes(before, this.told)) this.emit(type, tv);
    clearTimeout(this.expiry);
    const next = this.sightings.nextExpiry;
    if (next === undefined || this.closing) return;
    this.expiry = setTimeout(
      () => {
        this.sightings.expire(performance.now());
        this.tell();
      },
      Math.max(0, next - performance.now()),
    );
  }

  /** Once for each new reason: it is tried again and again. */
  private failed(at: { failure?: string }, where: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.closing || at.failure === reason) return;
    at.failure = reason;
    const text = `Cannot look for TVs ${where}: ${reason}. Still trying.`;
    this.emit('error', new DiscoveryError(text, { cause: error }));
  }

  private emit<E extends keyof BrowserEvents>(
    event: E,
    ...parameters: Parameters<BrowserEvents[E]>
  ): void {
    for (const listener of this.listeners[event])
      (listener as (...all: Parameters<BrowserEvents[E]>) => void)(...parameters);
  }
}
