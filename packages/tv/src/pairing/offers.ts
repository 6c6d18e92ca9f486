import { type Offer, pairingError, type Role, type ShownOffer } from '@fjern/protocol';
import type { Clock } from '../clock.ts';
import { type Random, randomToken } from '../random.ts';

/** Offers that are remembered, to tell somebody who comes late why theirs no longer works. */
const remembered = 16;

export interface OffersOptions {
  clock: Clock;
  random: Random;
  /** Seconds. */
  lifetime: number;
  /** The URL, with the name and address that the TV has now. */
  toUrl(offer: Pick<Offer, 'secret' | 'id' | 'expires'>): string;
  onChange(offer: ShownOffer | undefined): void;
}

/** One code in two forms: the secret in the QR code, and six digits. */
export interface OpenOffer {
  readonly id: string;
  readonly secret: string;
  readonly pin: string;
  readonly role: Role;
  readonly expires: number;
}

type Fate = 'code-used' | 'code-expired';

/** Holds an offer while its remote is being let in: either it becomes used, or it can be tried again. */
export interface Hold {
  use(): void;
  release(): void;
}

/**
 * The code on the screen: one at a time, for one remote, for some minutes; then the next one. Expiry goes by
 * timers, since the wall clock of a TV may jump.
 */
export class Offers {
  private readonly options: OffersOptions;
  private current: OpenOffer | undefined;
  private held: OpenOffer | undefined;
  private readonly past = new Map<string, Fate>();
  private expiryTimer: unknown;

  constructor(options: OffersOptions) {
    this.options = options;
  }

  get shown(): ShownOffer | undefined {
    if (!this.current) return undefined;
    const { pin, expires, role } = this.current;
    return { url: this.options.toUrl(this.current), pin, expires, role };
  }

  open(): void {
    if (!this.current) this.issue('member');
  }

  /** Takes back what is shown and shows another. */
  replace(role: Role): void {
    this.retire('code-expired');
    this.issue(role);
  }

  close(): void {
    this.retire('code-expired');
    this.options.onChange(undefined);
  }

  /** The same code, with the address and name that the TV has now. */
  refresh(): void {
    if (this.current) this.options.onChange(this.shown);
  }

  /** The offer that is good now. @throws StanzaError `pairing-closed` */
  require(): OpenOffer {
    if (this.current) return this.current;
    throw pairingError('pairing-closed', 'The TV is not showing a code now.');
  }

  /** What became of the offer with this id, which is not shown any more. */
  fate(id: string): Fate | undefined {
    if (id === this.current?.id) return undefined;
    return this.past.get(id) ?? 'code-expired';
  }

  /** For a remote that has shown that it knows the offer's code. @throws StanzaError */
  hold(offer: OpenOffer): Hold {
    const fate = this.fate(offer.id);
    if (fate) throw fateError(fate);
    if (this.held === offer)
      throw pairingError(
        'busy',
        'Another remote is pairing with this code: try again in a moment.',
      );
    this.held = offer;
    return {
      use: () => this.onUsed(offer),
      release: () => {
        if (this.held === offer) this.held = undefined;
      },
    };
  }

  /** Ends everything. */
  stop(): void {
    this.options.clock.clearTimeout(this.expiryTimer);
    this.current = undefined;
  }

  private issue(role: Role): void {
    const { clock, random, lifetime, onChange } = this.options;
    this.current = {
      id: randomToken(random, 6).slice(0, 6),
      secret: randomToken(random, 16),
      pin: randomPin(random),
      role,
      expires: clock.now() + lifetime * 1000,
    };
    this.expiryTimer = clock.setTimeout(() => {
      this.retire('code-expired');
      this.issue(role);
    }, lifetime * 1000);
    onChange(this.shown);
  }

  private retire(fate: Fate): void {
    this.options.clock.clearTimeout(this.expiryTimer);
    if (this.current) this.rememberPast(this.current.id, fate);
    this.current = undefined;
  }

  private onUsed(offer: OpenOffer): void {
    if (this.held === offer) this.held = undefined;
    if (this.current === offer) {
      this.retire('code-used');
      this.issue('member');
      // It expired while its remote was being let in.
    } else this.rememberPast(offer.id, 'code-used');
  }

  private rememberPast(id: string, fate: Fate): void {
    this.past.set(id, fate);
    for (const oldest of this.past.keys()) {
      if (this.past.size <= remembered) break;
      this.past.delete(oldest);
    }
  }
}

export function fateError(fate: Fate) {
  return fate === 'code-used'
    ? pairingError(fate, 'Somebody has paired with this code: use the new one on the TV.')
    : pairingError(fate, 'The TV does not show this code any more: use the new one.');
}

/** The largest multiple of a million below 2^32: what is above it would make some digits likelier. */
const fair = 4_294_000_000;

/** Six digits, each as likely as any other, without those that people try first. */
export function randomPin(random: Random): string {
  for (let attempt = 0; attempt < 100; attempt++) {
    const [a = 0, b = 0, c = 0, d = 0] = random(4);
    const number = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
    const pin = String(number % 1_000_000).padStart(6, '0');
    if (number < fair && !isTrivial(pin)) return pin;
  }
  throw new TypeError('The random numbers are not random.');
}

/** 000000, 345678 or 432109: from digit to digit the same step, and a small one. */
export function isTrivial(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  const [first] = steps;
  return (first === 0 || first === 1 || first === 9) && steps.every((step) => step === first);
}
