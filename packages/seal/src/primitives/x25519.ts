import { pow } from '@noble/curves/abstract/modular.js';
import { montgomery } from '@noble/curves/abstract/montgomery.js';

// This file is `@fjern/seal/x25519`. It is the only part of a session that needs BigInt, so an application
// for browsers without BigInt puts another implementation in its place.

/** RFC 7748 §4.1: 2^255 - 19. */
const P = BigInt(`0x7f${'f'.repeat(60)}ed`);

const curve = /* @__PURE__ */ montgomery({
  P,
  type: 'x25519',
  // RFC 7748 §5, decodeScalar25519.
  adjustScalarBytes: (bytes: Uint8Array) => {
    bytes[0] = (bytes[0] ?? 0) & 0xf8;
    bytes[31] = ((bytes[31] ?? 0) & 0x7f) | 0x40;
    return bytes;
  },
  powPminus2: (x) => pow(x, P - BigInt(2), P),
});

/** RFC 7748 §5. Either throws for a point of low order or returns zeros. */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return curve.scalarMult(privateKey, publicKey);
}

/** RFC 7748 §6.1: X25519 of the private key and 9. */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  return curve.scalarMultBase(privateKey);
}
