import { isIPv6 } from 'node:net';
import type { HubLimits } from './limits.ts';

/** So much at once, and then so much a second. Time is in milliseconds. */
export class TokenBucket {
  private tokens: number;
  private at = 0;
  private readonly capacity: number;
  private readonly perMs: number;

  constructor(capacity: number, perSecond: number) {
    this.tokens = capacity;
    this.capacity = capacity;
    this.perMs = perSecond / 1000;
  }

  /** Takes one where there is one. */
  take(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  /** Takes one in any case. What is left: below zero it is a debt. */
  spend(now: number): number {
    this.refill(now);
    return --this.tokens;
  }

  /** How long until a debt is paid. */
  msUntilPaid(now: number): number {
    this.refill(now);
    return this.tokens >= 0 ? 0 : -this.tokens / this.perMs;
  }

  private refill(now: number): void {
    if (now <= this.at) return;
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.at) * this.perMs);
    this.at = now;
  }
}

/**
 * A map that forgets what was not used for longest, so that a table of what strangers did cannot be made
 * to grow.
 */
export class BoundedMap<V> {
  private readonly entries = new Map<string, V>();
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.size) break;
      this.entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}

/** What may happen a minute: from one address, and in all. A minute's worth may come at once. */
export class Rate {
  private readonly perAddress: number;
  private readonly all: TokenBucket;
  private readonly buckets: BoundedMap<TokenBucket>;
  private readonly now: () => number;

  constructor(
    perAddress: number,
    inAll: number,
    addresses: number,
    now: () => number = () => performance.now(),
  ) {
    this.perAddress = perAddress;
    this.all = new TokenBucket(inAll, inAll / 60);
    this.buckets = new BoundedMap(addresses);
    this.now = now;
  }

  /** What is refused to one address is not taken from the others. */
  take(address: string): boolean {
    const now = this.now();
    let bucket = this.buckets.get(address);
    if (!bucket) {
      bucket = new TokenBucket(this.perAddress, this.perAddress / 60);
      this.buckets.set(address, bucket);
    }
    return bucket.take(now) && this.all.take(now);
  }
}

/** The rates of one hub. They count by {@link addressKey}. */
export interface Rates {
  readonly connections: Rate;
  readonly upgrades: Rate;
  readonly requests: Rate;
  readonly anonymous: Rate;
}

export function createRates(limits: HubLimits): Rates {
  const rate = (perAddress: number, inAll: number) =>
    new Rate(perAddress, inAll, limits.rememberedAddresses);
  return {
    connections: rate(limits.connectionsPerAddressPerMinute, limits.connectionsPerMinute),
    upgrades: rate(limits.upgradesPerAddressPerMinute, limits.upgradesPerMinute),
    requests: rate(limits.requestsPerAddressPerMinute, limits.requestsPerMinute),
    anonymous: rate(limits.anonymousStanzasPerAddressPerMinute, limits.anonymousStanzasPerMinute),
  };
}

/**
 * By what an address is counted. One customer of a provider has a whole IPv6 /64, and a device in it as
 * many addresses as it likes. Link-local ones all share one prefix, so they are counted one by one.
 */
export function addressKey(address: string): string {
  const [bare = ''] = address.toLowerCase().split('%');
  if (!isIPv6(bare) || /^fe[89ab]/.test(bare)) return bare;
  const [head = '', tail] = bare.split('::');
  const groups = (part: string) =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : group));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = Array<string>(8 - before.length - after.length).fill('0');
  const prefix = [...before, ...gap, ...after].slice(0, 4);
  return `${prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
