import { equalBytes } from '@noble/ciphers/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { browserPrimitives } from '../primitives/browser.ts';
import { Pake, type PakeOptions } from './cpace.ts';
import type { PairingPrimitives } from './primitives.ts';

export { lvCat } from '../bytes.ts';
export { pairingContext } from './context.ts';
export { Pake, type PakeOptions, type PakeResult, type PakeRole } from './cpace.ts';
export type { PairingPrimitives } from './primitives.ts';

export const pairingPrimitives: PairingPrimitives = {
  ...browserPrimitives,
  sha512: (data) => sha512(data),
  hmacSha512: (key, data) => hmac(sha512, key, data),
  equal: equalBytes,
};

/** A run of the PAKE with this platform's primitives. */
export function createPake(options: PakeOptions): Pake {
  return new Pake(pairingPrimitives, options);
}
