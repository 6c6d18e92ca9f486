import { SealError } from './errors.ts';
import { noiseNonce, rekey } from './noise.ts';
import type { Primitives } from './primitives/primitives.ts';

// The transport messages of Noise (§5.3 there) with explicit counters: XMPP servers may lose what they carry.

/** Both sides rekey (§11.3) after so many counters of a direction. */
const generationLength = 1024;
/** A receiver follows a sender over so many generations at once; beyond that the two have lost each other. */
const maxGenerationsAhead = 2;
/** Far below what the nonce could carry, and beyond what any session comes to. */
const maxCounter = 2 ** 32;

/** The key of one direction, as it is at some counter. */
interface Generation {
  readonly index: number;
  readonly key: Uint8Array;
}

function generationAt(primitives: Primitives, from: Generation, n: number): Generation {
  const index = Math.floor(n / generationLength);
  let { key } = from;
  for (let i = from.index; i < index; i += 1) key = rekey(primitives, key);
  return { index, key };
}

/** Seals what goes in one direction. */
export class Sealer {
  private readonly primitives: Primitives;
  private generation: Generation;
  private counter = 0;

  /** @param key the `send` of `NoiseHandshake.split`, for one Sealer only */
  constructor(primitives: Primitives, key: Uint8Array) {
    this.primitives = primitives;
    this.generation = { index: 0, key: key.slice() };
  }

  /** The counter that the next message gets. */
  get next(): number {
    return this.counter;
  }

  /**
   * @param ad what the receiver has to know as well, without being told
   * @throws SealError `exhausted`
   */
  seal(ad: Uint8Array, plaintext: Uint8Array): { n: number; ciphertext: Uint8Array } {
    const n = this.counter;
    if (n >= maxCounter) throw new SealError('exhausted', 'All counters were used.');
    this.generation = generationAt(this.primitives, this.generation, n);
    // Whatever happens next, this nonce counts as used.
    this.counter = n + 1;
    const ciphertext = this.primitives.encrypt(this.generation.key, noiseNonce(n), ad, plaintext);
    return { n, ciphertext };
  }
}

/**
 * Opens what comes from one direction: each message once, in order or nearly so, and what is missing is told.
 */
export class Opener {
  private readonly primitives: Primitives;
  private readonly window: number;
  private generation: Generation;
  /** The one before, while messages of it may still come. */
  private previous: Generation | undefined;
  private highest = -1;
  /** Counters that were passed over and may still come. */
  private readonly late = new Set<number>();
  private lost = 0;

  /**
   * @param key the `receive` of `NoiseHandshake.split`, for one Opener only
   * @param window so many messages may come before one that was sent earlier; 0: none, order is strict
   */
  constructor(primitives: Primitives, key: Uint8Array, window = 0) {
    this.primitives = primitives;
    this.window = window;
    this.generation = { index: 0, key: key.slice() };
  }

  /** The highest counter that was opened; -1 at first. */
  get last(): number {
    return this.highest;
  }

  /** How many messages before that one have not come. */
  get missing(): number {
    return this.late.size + this.lost;
  }

  /** They are not waited for any more. */
  forgetMissing(): void {
    this.late.clear();
    this.lost = 0;
  }

  /**
   * State changes only when it succeeds, so a forgery does no harm.
   * @returns the plaintext, and how many messages are missing between it and the one opened before
   * @throws SealError `malformed` (no counter), `exhausted` (one beyond the last), `replayed`, `forged` (also
   *   for a counter more than two generations of 1024 ahead)
   */
  open(n: number, ad: Uint8Array, ciphertext: Uint8Array): { plaintext: Uint8Array; gap: number } {
    if (!Number.isInteger(n) || n < 0) throw new SealError('malformed', `${n} is no counter.`);
    if (n >= maxCounter) throw new SealError('exhausted', 'All counters were used.');
    if (n <= this.highest && !this.late.has(n))
      throw new SealError('replayed', `Message ${n} came before, or comes too late.`);
    const generation = this.generationOf(n);
    const plaintext = this.primitives.decrypt(generation.key, noiseNonce(n), ad, ciphertext);
    const gap = Math.max(0, n - this.highest - 1);
    if (!this.late.delete(n)) this.advance(n, generation);
    return { plaintext, gap };
  }

  private generationOf(n: number): Generation {
    const ahead = Math.floor(n / generationLength) - this.generation.index;
    if (ahead > maxGenerationsAhead)
      throw new SealError('forged', `Message ${n} is too far ahead of message ${this.highest}.`);
    if (ahead >= 0) return generationAt(this.primitives, this.generation, n);
    if (this.previous && ahead === this.previous.index - this.generation.index)
      return this.previous;
    throw new SealError('replayed', `Message ${n} comes too late.`);
  }

  private advance(n: number, generation: Generation): void {
    const oldest = n - this.window;
    for (let passed = Math.max(this.highest + 1, oldest); passed < n; passed += 1)
      this.late.add(passed);
    this.lost += Math.max(0, oldest - this.highest - 1);
    for (const passed of this.late) {
      if (passed >= oldest) break;
      this.late.delete(passed);
      this.lost += 1;
    }
    if (generation.index !== this.generation.index) {
      // The keys of what is past are forgotten as soon as nothing that came late can need them.
      this.previous =
        this.window > 0 && generation.index === this.generation.index + 1
          ? this.generation
          : undefined;
      this.generation = generation;
    } else if (this.previous && n % generationLength >= this.window) this.previous = undefined;
    this.highest = n;
  }
}
