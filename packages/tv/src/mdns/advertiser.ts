import { networkInterfaces } from 'node:os';
import { type Multicast, openMulticast, type Sender } from '@fjern/link/multicast';
import {
  type Advertisement,
  encodeAdvertisement,
  instanceName,
  type LanInterface,
  lanInterfaces,
} from '@fjern/protocol';
import { type Answer, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import type { Service } from './records.ts';
import { Responder } from './responder.ts';

export interface AdvertiseOptions {
  advertisement: Advertisement;
  /** The port of the hub. */
  port: number;
  /** The interfaces to advertise on, asked every second; default: every LAN that this machine is in. */
  interfaces?: () => LanInterface[];
}

/** Advertises one TV on every LAN of this machine, through changes of the network, until it is closed. */
export interface Advertiser {
  /** The service instance: the TV's name, or `Living room (2)` if another TV had it first. */
  readonly name: string;
  /** Whether the name is held on every LAN there is, and there is one. */
  readonly published: boolean;
  /**
   * Replaces what is said. A change of name or id starts over under the new name; any other is told at once.
   * @throws ProtocolError `invalid-value`; what was advertised before stays
   */
  update(advertisement: Advertisement): void;
  on<E extends keyof AdvertiserEvents>(event: E, listener: AdvertiserEvents[E]): () => void;
  /** Says goodbye (RFC 6762 §10.1) and lets go of everything. Never rejects; may be repeated. */
  close(): Promise<void>;
}

export interface AdvertiserEvents {
  /** Found from now on, on every LAN; again after each change of the network. */
  published: (name: string) => void;
  /** Another TV has the name. Tell the viewer: this is what remotes show. */
  renamed: (name: string) => void;
  /** It goes on trying. */
  error: (error: AdvertiserError) => void;
}

export type AdvertiserErrorCode =
  /** Another device answers to `<id>.local`: two TVs have one identity. Give one of them a new one. */
  | 'identity-taken'
  /** The system refuses to open a socket or to send; `cause` says why. */
  | 'network';

export class AdvertiserError extends Error {
  override name = 'AdvertiserError';
  readonly code: AdvertiserErrorCode;

  constructor(code: AdvertiserErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** @throws ProtocolError `invalid-value` if the advertisement is not one */
export function advertise(options: AdvertiseOptions): Advertiser {
  return new MulticastAdvertiser(options);
}

/** Milliseconds. */
const watchInterval = 1000;
/** A gap between two looks at the network that is longer was sleep: the network may be another. */
const sleepGap = 5000;
const identityRetry = 60_000;
/** RFC 6762 §8.1: whoever finds fifteen names taken has an enemy, and goes slowly. */
const patientConflicts = 15;
const impatience = 5000;
const goodbyePatience = 500;

interface Link {
  iface: LanInterface;
  opening?: Promise<void>;
  multicast?: Multicast;
  responder?: Responder;
  /** What was said on this interface while it had other addresses. */
  before: readonly Answer[];
  /** The last one, so that each is told once. */
  failure?: string;
}

class MulticastAdvertiser implements Advertiser {
  private readonly port: number;
  private readonly interfaces: () => LanInterface[];
  private readonly listeners: { [E in keyof AdvertiserEvents]: Set<AdvertiserEvents[E]> } = {
    published: new Set(),
    renamed: new Set(),
    error: new Set(),
  };
  private advertisement: Advertisement;
  private service: Service;
  /** Counts the TVs of our name. */
  private number = 1;
  private readonly links = new Map<string, Link>();
  private readonly watch: ReturnType<typeof setInterval>;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private closing: Promise<void> | undefined;
  private readonly system: { failure?: string } = {};
  private lastLook = Date.now();

  constructor({ advertisement, port, interfaces }: AdvertiseOptions) {
    this.port = port;
    this.interfaces = interfaces ?? (() => lanInterfaces(networkInterfaces()));
    this.advertisement = advertisement;
    this.service = this.describe(advertisement);
    this.watch = setInterval(() => this.followNetwork(), watchInterval);
    // Once the caller can listen to what is said about it.
    queueMicrotask(() => this.followNetwork());
  }

  get name(): string {
    return this.service.instance;
  }

  get published(): boolean {
    const links = [...this.links.values()];
    return links.length > 0 && links.every(({ responder }) => responder?.isAnnounced);
  }

  update(advertisement: Advertisement): void {
    if (this.closing) return;
    const { id, name } = this.advertisement;
    const sameService = advertisement.id === id && advertisement.name === name;
    const number = sameService ? this.number : 1;
    const service = this.describe(advertisement, number);
    this.advertisement = advertisement;
    if (sameService) {
      this.service = service;
      for (const { responder } of this.links.values()) responder?.update(service);
    } else {
      this.startOver(service, number, 0);
    }
  }

  on<E extends keyof AdvertiserEvents>(event: E, listener: AdvertiserEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => this.listeners[event].delete(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.watch);
    clearTimeout(this.pause);
    const links = [...this.links.values()];
    this.links.clear();
    await Promise.all(links.map((link) => this.drop(link)));
  }

  private describe(advertisement: Advertisement, number = 1): Service {
    const instance = instanceName(advertisement.name, number);
    const name = number > 1 ? instance : advertisement.name;
    const txt = encodeAdvertisement({ ...advertisement, name });
    return { instance, id: advertisement.id, port: this.port, txt };
  }

  private followNetwork(): void {
    if (this.closing) return;
    const now = this.lans();
    if (!now) return;
    // The wall clock goes on while a machine sleeps.
    const look = Date.now();
    const slept = look - this.lastLook > sleepGap;
    this.lastLook = look;
    const before = new Map<string, readonly Answer[]>();
    for (const [name, link] of this.links) {
      const iface = now.get(name);
      const same = JSON.stringify(iface) === JSON.stringify(link.iface);
      // What a socket joined before a sleep, some systems forget.
      if (same && !slept) continue;
      this.links.delete(name);
      // Where the interface lives on with other addresses, the new announcement replaces the old ones.
      if (iface) before.set(name, link.responder?.held ?? link.before);
      void this.drop(link, iface === undefined);
    }
    for (const iface of now.values()) {
      const link = this.links.get(iface.name) ?? { iface, before: before.get(iface.name) ?? [] };
      this.links.set(iface.name, link);
      if (!link.multicast) link.opening ??= this.open(link);
    }
  }

  /** By name; nothing if the system does not say. */
  private lans(): Map<string, LanInterface> | undefined {
    try {
      const now = new Map(this.interfaces().map((iface) => [iface.name, iface]));
      delete this.system.failure;
      return now;
    } catch (error) {
      this.failed(this.system, 'on any network', asError(error));
      return undefined;
    }
  }

  private async open(link: Link): Promise<void> {
    try {
      const multicast = await openMulticast(link.iface, {
        receive: (message, from) => {
          const packet = decodePacket(message);
          if (packet) link.responder?.receive(packet, from);
        },
        failed: (error) => this.failed(link, `on ${link.iface.name}`, error),
      });
      link.multicast = multicast;
      // Unless the network, or our mind, changed meanwhile.
      if (this.links.get(link.iface.name) === link && this.pause === undefined) this.respond(link);
    } catch (error) {
      this.failed(link, `on ${link.iface.name}`, asError(error));
    }
    delete link.opening;
  }

  private respond(link: Link): void {
    const { multicast } = link;
    if (!multicast) return;
    const before = link.responder?.held ?? link.before;
    link.responder?.stop();
    const say = async (packet: Packet, to?: Sender) => {
      const left = await multicast.send(encode(packet), to);
      if (!left && !to && link.responder === responder) responder.unsent();
    };
    const responder = new Responder(
      link.iface,
      this.service,
      {
        send: (packet, to) => void say(packet, to),
        announced: () => {
          if (this.published) this.emit('published', this.name);
        },
        conflict: (name) => (name === 'host' ? this.identityTaken() : this.rename()),
        isOwn: (address) =>
          [...this.links.values()].some(
            ({ iface }) =>
              iface.ipv6.includes(address) || iface.ipv4.some((own) => own.address === address),
          ),
      },
      before,
    );
    link.responder = responder;
  }

  private rename(): void {
    const number = this.number + 1;
    const service = this.describe(this.advertisement, number);
    this.startOver(service, number, number > patientConflicts ? impatience : 0);
    this.emit('renamed', service.instance);
  }

  private identityTaken(): void {
    this.startOver(this.service, this.number, identityRetry);
    const { id } = this.service;
    this.emit(
      'error',
      new AdvertiserError(
        'identity-taken',
        `Another device answers to ${id}.local: two TVs have the same identity. Start one of them with a new data directory.`,
      ),
    );
  }

  /** Probes for the names of `service`; what was said before is taken back when they are held. */
  private startOver(service: Service, number: number, delay: number): void {
    this.service = service;
    this.number = number;
    clearTimeout(this.pause);
    this.pause = undefined;
    const start = () => {
      this.pause = undefined;
      for (const link of this.links.values()) this.respond(link);
    };
    if (delay === 0) {
      start();
      return;
    }
    for (const { responder, multicast } of this.links.values()) {
      const goodbye = responder?.goodbye();
      responder?.stop();
      if (goodbye) void multicast?.send(encode(goodbye));
    }
    this.pause = setTimeout(start, delay);
  }

  /** Once for each new reason: it is tried again and again. */
  private failed(at: { failure?: string }, where: string, cause: Error): void {
    if (this.closing || at.failure === cause.message) return;
    at.failure = cause.message;
    const text = `Cannot advertise ${where}: ${cause.message}. Still trying.`;
    this.emit('error', new AdvertiserError('network', text, cause));
  }

  private async drop(link: Link, sayGoodbye = true): Promise<void> {
    const goodbye = link.responder?.goodbye();
    link.responder?.stop();
    await link.opening;
    if (goodbye && sayGoodbye && link.multicast) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, goodbyePatience);
      });
      await Promise.race([link.multicast.send(encode(goodbye)), patience]);
      clearTimeout(timer);
    }
    await link.multicast?.close();
  }

  private emit<E extends keyof AdvertiserEvents>(
    event: E,
    ...parameters: Parameters<AdvertiserEvents[E]>
  ): void {
    for (const listener of this.listeners[event])
      (listener as (...all: Parameters<AdvertiserEvents[E]>) => void)(...parameters);
  }
}

/** Nothing for what is not DNS: anybody may send anything. */
function decodePacket(message: Uint8Array): DecodedPacket | undefined {
  try {
    return decode(Buffer.from(message));
  } catch {
    return undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
