import { pairingError, type RefusedCode } from '@fjern/protocol';
import type { Clock } from '../clock.ts';
import { type Random, randomToken } from '../random.ts';

/** Wrong codes before the first lock. */
const freeTries = 5;
/** Seconds of the first lock; each wrong code after it doubles them. */
const firstLock = 10;
const longestLock = 300;
/** Codes that are remembered, to tell somebody who comes late why theirs no longer works. */
const remembered = 16;

export interface ShownOffer {
  /** What the QR code says. */
  url: string;
  /** Milliseconds since the Unix epoch. */
  expires: number;
}

export interface OffersOptions {
  clock: Clock;
  random: Random;
  /** Seconds. */
  lifetime: number;
  /** The URL for a secret, with the name and address that the TV has now. */
  toUrl(secret: string, expires: number): string;
  onChange(offer: ShownOffer | undefined): void;
  /** A code was refused, or codes are taken again after a lock. */
  onRefused(): void;
}

/** Holds a code while its remote is being stored: either it becomes used, or it can be tried again. */
export interface Taken {
  use(): void;
  release(): void;
}

/**
 * The code on the screen: one at a time, for one remote, for some minutes; then the next one. Expiry goes by
 * timers, since the wall clock of a TV may jump.
 */
export class Offers {
  private readonly options: OffersOptions;
  private current: (ShownOffer & { secret: string; taken: boolean }) | undefined;
  private readonly past = new Map<string, 'code-used' | 'code-expired'>();
  private expiryTimer: unknown;
  private wrongTries = 0;
  private lock: { timer: unknown; seconds: number; until: number } | undefined;
  private refusedAt: number | undefined;

  constructor(options: OffersOptions) {
    this.options = options;
  }

  get shown(): ShownOffer | undefined {
    return this.current && { url: this.current.url, expires: this.current.expires };
  }

  /** For those in front of the screen; nobody cares any more once somebody has paired. */
  get refused(): RefusedCode | undefined {
    if (this.refusedAt === undefined) return undefined;
    return { at: this.refusedAt, ...(this.lock ? { lockedUntil: this.lock.until } : {}) };
  }

  open(): void {
    if (!this.current) this.issue();
  }

  close(): void {
    this.retire('code-expired');
    this.options.onChange(undefined);
  }

  /** The same code, with the address and name that the TV has now. */
  refresh(): void {
    if (!this.current) return;
    const { secret, expires } = this.current;
    this.current.url = this.options.toUrl(secret, expires);
    this.options.onChange(this.shown);
  }

  /** @throws StanzaError with one of the pairing conditions */
  take(secret: string): Taken {
    const { current } = this;
    if (this.lock)
      throw pairingError('locked', `Too many wrong codes: try again in ${this.lock.seconds} s.`);
    // Each is compared, and in full, whichever it is.
    let found: 'current' | 'code-used' | 'code-expired' | undefined;
    if (current && equalInConstantTime(secret, current.secret)) found = 'current';
    for (const [past, why] of this.past) if (equalInConstantTime(secret, past)) found = why;
    if (found === 'current' && current && !current.taken) {
      current.taken = true;
      return {
        use: () => this.onUsed(secret),
        release: () => {
          current.taken = false;
        },
      };
    }
    if (!found && !current)
      throw pairingError('pairing-closed', 'The TV is not showing a code now.');
    this.refusedAt = this.options.clock.now();
    if (!found) this.onWrong();
    this.options.onRefused();
    if (found === 'code-expired')
      throw pairingError('code-expired', 'This code has expired: scan the new one.');
    if (found)
      throw pairingError('code-used', 'Somebody has paired with this code: scan the new one.');
    throw pairingError('code-wrong', 'This is not the code that the TV shows: scan it again.');
  }

  /** Ends everything. */
  stop(): void {
    this.options.clock.clearTimeout(this.expiryTimer);
    this.options.clock.clearTimeout(this.lock?.timer);
    this.current = undefined;
  }

  private issue(): void {
    const { clock, random, lifetime, toUrl, onChange } = this.options;
    const secret = randomToken(random, 16);
    const expires = clock.now() + lifetime * 1000;
    this.current = { secret, expires, url: toUrl(secret, expires), taken: false };
    this.expiryTimer = clock.setTimeout(() => {
      this.retire('code-expired');
      this.issue();
    }, lifetime * 1000);
    onChange(this.shown);
  }

  private retire(why: 'code-used' | 'code-expired'): void {
    this.options.clock.clearTimeout(this.expiryTimer);
    if (this.current) this.rememberPast(this.current.secret, why);
    this.current = undefined;
  }

  private onUsed(secret: string): void {
    this.wrongTries = 0;
    if (!this.lock) this.refusedAt = undefined;
    if (this.current?.secret !== secret) {
      // It expired while its remote was being stored.
      this.rememberPast(secret, 'code-used');
      return;
    }
    this.retire('code-used');
    this.issue();
  }

  private rememberPast(secret: string, why: 'code-used' | 'code-expired'): void {
    this.past.set(secret, why);
    for (const oldest of this.past.keys()) {
      if (this.past.size <= remembered) break;
      this.past.delete(oldest);
    }
  }

  private onWrong(): void {
    this.wrongTries++;
    if (this.wrongTries < freeTries) return;
    const doublings = this.wrongTries - freeTries;
    const seconds = Math.min(firstLock * 2 ** doublings, longestLock);
    const { clock, onRefused } = this.options;
    const timer = clock.setTimeout(() => {
      this.lock = undefined;
      onRefused();
    }, seconds * 1000);
    this.lock = { timer, seconds, until: clock.now() + seconds * 1000 };
  }
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
