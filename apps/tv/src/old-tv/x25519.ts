import { scalarMult } from 'tweetnacl';

// Stands in for `@fjern/seal/x25519`, which counts in BigInt: that came with Chromium 67.

/** RFC 7748 §5. Zeros for a point of low order. */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return scalarMult(privateKey, publicKey);
}

/** RFC 7748 §6.1: X25519 of the private key and 9. */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  return scalarMult.base(privateKey);
}
