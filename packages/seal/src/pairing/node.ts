import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { nodePrimitives } from '../primitives/node.ts';
import { Pake, type PakeOptions } from './cpace.ts';
import type { PairingPrimitives } from './primitives.ts';

export { lvCat } from '../bytes.ts';
export { pairingContext } from './context.ts';
export { Pake, type PakeOptions, type PakeResult, type PakeRole } from './cpace.ts';
export type { PairingPrimitives } from './primitives.ts';

export const pairingPrimitives: PairingPrimitives = {
  ...nodePrimitives,
  sha512: (data) => new Uint8Array(createHash('sha512').update(data).digest()),
  hmacSha512: (key, data) => new Uint8Array(createHmac('sha512', key).update(data).digest()),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** A run of the PAKE with this platform's primitives. */
export function createPake(options: PakeOptions): Pake {
  return new Pake(pairingPrimitives, options);
}
