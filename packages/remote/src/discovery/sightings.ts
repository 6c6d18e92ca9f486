import { type Advertisement, compareAddresses } from '@fjern/protocol';

// What is known about the TVs on the LAN, from what was heard and when. No sockets, no clock.

/** A TV that says it is there. A hint: that it is this TV and no other, its keys prove when connecting. */
export interface FoundTv {
  id: string;
  name: string;
  /** SHA-256 of its identity key, base64url. */
  fingerprint: string;
  version: string;
  /** Whether it shows a pairing code now. */
  pairing: boolean;
  port: number;
  /** At least one, the best first: IPv4, IPv6, link-local. */
  addresses: string[];
  /** Of its WebSocket (RFC 7395), one for each address that a URL can carry, the best first. */
  urls: string[];
  /**
   * The best of `urls` at which an XMPP stream for this TV opened: connect here. Missing while nobody answered
   * (`Browser.unverified`), and when nobody was asked (`verify: false`).
   */
  url?: string;
}

export type DiscoveryEvent = { type: 'add' | 'update' | 'remove'; tv: FoundTv };

/** A service instance as a packet described it. */
export interface Heard {
  /** Full name of the service instance. */
  instance: string;
  /** Name that its addresses have. */
  host: string;
  port: number;
  advertisement: Advertisement;
  /** Seconds. */
  ttl: number;
  /** Who sent the packet, for software that leaves its addresses out. */
  sender: string;
}

interface Sighting extends Heard {
  addresses: Map<string, { heardAt: number; via: string }>;
  heardAt: number;
  expiresAt: number;
  /** Rounds of asking that it did not answer. */
  missed: number;
  /** It is there, but multicast does not reach it, or us: no use in asking more often. */
  deaf: boolean;
}

/** More than any home has; a flood of made-up TVs must not grow without end. */
const mostTvs = 256;
const mostAddresses = 16;
/** Seconds: a day. */
const longestTtl = 86_400;
/** When the sender's address was taken for the TV's: nobody said so. */
const guessed = Number.NEGATIVE_INFINITY;
/** Milliseconds. RFC 6762 §10.1 and §10.2: what is taken back or replaced lives for another second. */
const afterlife = 1000;
/** RFC 6762 §10.5: what does not answer is gone, whatever its TTL says. Wi-Fi loses a fifth of all multicast. */
const mostMissed = 4;
/** From here on it is worth asking the TV itself. */
const suspicious = 2;
/** How long an answer of the TV itself counts: as long as records do. */
const proofOfLife = 120_000;

/** All times are milliseconds on one clock. */
export class Sightings {
  private readonly sightings = new Map<string, Sighting>();

  /** @param via the name of the interface on which it was heard */
  heard(service: Heard, via: string, now: number): void {
    const key = service.instance.toLowerCase();
    const known = this.sightings.get(key);
    if (!known && this.sightings.size >= mostTvs) return;
    const addresses: Sighting['addresses'] =
      known?.host === service.host ? known.addresses : new Map();
    this.sightings.set(key, {
      ...service,
      addresses,
      heardAt: now,
      expiresAt: now + Math.min(service.ttl, longestTtl) * 1000,
      missed: 0,
      deaf: false,
    });
    if ([...addresses.values()].some(({ heardAt }) => heardAt !== guessed)) return;
    // Heard over IPv6 as well: that sender's address is of no use to a URL.
    if (addresses.size > 0 && isLinkLocal(service.sender)) return;
    addresses.clear();
    addresses.set(service.sender, { heardAt: guessed, via });
  }

  /** @param flush RFC 6762 §10.2: the host has no other addresses on this link than those of this second */
  heardAddress(host: string, address: string, flush: boolean, via: string, now: number): void {
    for (const sighting of this.of(host)) {
      const { addresses } = sighting;
      for (const [other, { heardAt, via: link }] of addresses) {
        const sameFamily = other.includes(':') === address.includes(':');
        const replaced = flush && sameFamily && link === via && heardAt < now - afterlife;
        if (replaced || heardAt === guessed) addresses.delete(other);
      }
      if (addresses.size < mostAddresses || addresses.has(address))
        addresses.set(address, { heardAt: now, via });
    }
  }

  goodbyeAddress(host: string, address: string): void {
    for (const { addresses } of this.of(host)) if (addresses.size > 1) addresses.delete(address);
  }

  goodbye(instance: string, now: number): void {
    const sighting = this.sightings.get(instance.toLowerCase());
    if (sighting) sighting.expiresAt = Math.min(sighting.expiresAt, now + afterlife);
  }

  knows(instance: string): boolean {
    return this.sightings.has(instance.toLowerCase());
  }

  /**
   * Ends a round of asking that began at `since`. `silent`: somebody did not answer, so ask again soon. `missing`:
   * ids of those who did not answer more than once.
   */
  endRound(since: number): { silent: boolean; missing: string[] } {
    let silent = false;
    const missing: string[] = [];
    for (const [key, sighting] of this.sightings) {
      const { addresses, advertisement } = sighting;
      if (sighting.heardAt < since) {
        sighting.missed++;
        silent ||= !sighting.deaf;
        if (sighting.missed >= mostMissed) this.sightings.delete(key);
        else if (sighting.missed >= suspicious || sighting.deaf) missing.push(advertisement.id);
      } else if ([...addresses.values()].some(({ heardAt }) => heardAt >= since)) {
        for (const [address, { heardAt }] of addresses)
          if (heardAt < since) addresses.delete(address);
      }
    }
    return { silent, missing };
  }

  /** The TV answered, at one of its addresses, although it was not heard when everybody was asked. */
  alive(id: string, now: number): void {
    for (const sighting of this.sightings.values()) {
      if (sighting.advertisement.id !== id || sighting.missed === 0) continue;
      sighting.deaf = true;
      sighting.missed = 0;
      sighting.expiresAt = Math.max(sighting.expiresAt, now + proofOfLife);
    }
  }

  expire(now: number): void {
    for (const [key, { expiresAt }] of this.sightings)
      if (expiresAt <= now) this.sightings.delete(key);
  }

  /** When to call `expire`. */
  get nextExpiry(): number | undefined {
    const times = [...this.sightings.values()].map(({ expiresAt }) => expiresAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** By id: a TV that was renamed, or that is heard on two networks, is one TV. */
  get tvs(): ReadonlyMap<string, FoundTv> {
    const latest = [...this.sightings.values()].sort((a, b) => a.heardAt - b.heardAt);
    return new Map(latest.map((sighting) => [sighting.advertisement.id, foundTv(sighting)]));
  }

  private of(host: string): Sighting[] {
    const name = host.toLowerCase();
    return [...this.sightings.values()].filter((sighting) => sighting.host.toLowerCase() === name);
  }
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

const defaultPath = '/xmpp-websocket';

function foundTv({ advertisement, port, addresses: heard }: Sighting): FoundTv {
  const { id, name, fingerprint, version, pairing, path = defaultPath, tls } = advertisement;
  // Equal ranks in one order, so that the same facts make the same TV.
  const addresses = [...heard.keys()].sort(
    (a, b) => compareAddresses(a, b) || (a < b ? -1 : Number(a > b)),
  );
  const urls = addresses
    // RFC 6874 never came to browsers: no URL says on which interface a link-local address is.
    .filter((address) => !isLinkLocal(address))
    .map((address) => (address.includes(':') ? `[${address}]` : address))
    .map((address) => `${tls ? 'wss' : 'ws'}://${address}:${port}${path}`);
  return { id, name, fingerprint, version, pairing, port, addresses, urls };
}

/** What happened between two looks. */
export function changes(
  before: ReadonlyMap<string, FoundTv>,
  after: ReadonlyMap<string, FoundTv>,
): DiscoveryEvent[] {
  const events: DiscoveryEvent[] = [];
  for (const [id, tv] of before) if (!after.has(id)) events.push({ type: 'remove', tv });
  for (const [id, tv] of after) {
    const old = before.get(id);
    if (!old) events.push({ type: 'add', tv });
    else if (JSON.stringify(old) !== JSON.stringify(tv)) events.push({ type: 'update', tv });
  }
  return events;
}
