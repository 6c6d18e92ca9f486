import { pairingError, type RefusedCode } from '@fjern/protocol';
import type { Clock } from '../clock.ts';

/** Wrong codes before the first lock. */
const freeTries = 5;
/** Seconds of the first lock; each wrong code after it doubles them. */
const firstLock = 10;
const longestLock = 300;

export interface TriesOptions {
  clock: Clock;
  /** A code was refused, or codes are taken again after a lock. */
  onChange(): void;
}

/**
 * Counts the wrong codes of everybody together: addresses of strangers cost nothing. It knows no offers, since
 * whoever guesses may not start afresh with the next one.
 */
export class Tries {
  private readonly options: TriesOptions;
  private wrong = 0;
  private lock: { timer: unknown; until: number } | undefined;
  private refusedAt: number | undefined;

  constructor(options: TriesOptions) {
    this.options = options;
  }

  /** For those in front of the screen; nobody cares any more once somebody has paired. */
  get refused(): RefusedCode | undefined {
    if (this.refusedAt === undefined) return undefined;
    return { at: this.refusedAt, ...(this.lock ? { lockedUntil: this.lock.until } : {}) };
  }

  /** Guesses that may be under way at once, so that all of them may be wrong: after a lock, one. */
  get left(): number {
    return Math.max(1, freeTries - this.wrong);
  }

  /** @throws StanzaError `locked` */
  assertOpen(): void {
    if (!this.lock) return;
    const left = Math.ceil((this.lock.until - this.options.clock.now()) / 1000);
    const seconds = Math.max(1, left);
    throw pairingError('locked', `Too many wrong codes: try again in ${seconds} s.`, seconds);
  }

  /** Somebody came with a code that was good once: no guess, but news for the screen. */
  onOldCode(): void {
    this.refusedAt = this.options.clock.now();
    this.options.onChange();
  }

  onWrong(): void {
    const { clock, onChange } = this.options;
    this.wrong++;
    this.refusedAt = clock.now();
    if (this.wrong >= freeTries) {
      const seconds = Math.min(firstLock * 2 ** (this.wrong - freeTries), longestLock);
      clock.clearTimeout(this.lock?.timer);
      const timer = clock.setTimeout(() => {
        this.lock = undefined;
        onChange();
      }, seconds * 1000);
      this.lock = { timer, until: clock.now() + seconds * 1000 };
    }
    onChange();
  }

  /** Somebody had the right one. A lock that is running runs to its end. */
  forget(): void {
    this.wrong = 0;
    if (!this.lock) this.refusedAt = undefined;
  }

  stop(): void {
    this.options.clock.clearTimeout(this.lock?.timer);
    this.lock = undefined;
  }
}
