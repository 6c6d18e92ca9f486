import type { Primitives } from '../primitives/primitives.ts';

/** What pairing needs beyond what sessions do. */
export interface PairingPrimitives extends Primitives {
  sha512(data: Uint8Array): Uint8Array;
  hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** In time that depends on the lengths alone. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
