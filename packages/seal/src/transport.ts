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

/** Opens what comes from one direction: in order, each once, and gaps are told. */
export class Opener {
  private readonly primitives: Primitives;
  private generation: Generation;
  private highest = -1;

  /** @param key the `receive` of `NoiseHandshake.split`, for one Opener only */
  constructor(primitives: Primitives, key: Uint8Array) {
    this.primitives = primitives;
    this.generation = { index: 0, key: key.slice() };
  }

  /** The highest counter that was opened; -1 at first. */
  get last(): number {
    return this.highest;
  }

  /**
   * State changes only when it succeeds, so a forgery does no harm.
   * @returns the plaintext, and how many messages are missing before it
   * @throws SealError `malformed` (no counter), `exhausted` (one beyond the last), `replayed`, `forged` (also
   *   for a counter more than two generations of 1024 ahead)
   */
  open(n: number, ad: Uint8Array, ciphertext: Uint8Array): { plaintext: Uint8Array; gap: number } {
    if (!Number.isInteger(n) || n < 0) throw new SealError('malformed', `${n} is no counter.`);
    if (n >= maxCounter) throw new SealError('exhausted', 'All counters were used.');
    if (n <= this.highest) throw new SealError('replayed', `Message ${n} came before.`);
    const ahead = Math.floor(n / generationLength) - this.generation.index;
    if (ahead > maxGenerationsAhead)
      throw new SealError('forged', `Message ${n} is too far ahead of message ${this.highest}.`);
    const generation = generationAt(this.primitives, this.generation, n);
    const plaintext = this.primitives.decrypt(generation.key, noiseNonce(n), ad, ciphertext);
    const gap = n - this.highest - 1;
    this.generation = generation;
    this.highest = n;
    return { plaintext, gap };
  }
}
