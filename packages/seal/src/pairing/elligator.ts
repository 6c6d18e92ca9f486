import { mod, pow } from '@noble/curves/abstract/modular.js';
import { _map_to_curve_elligator2_curve25519 as elligator2 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { keyLength } from '../primitives/primitives.ts';

const P = BigInt(`0x7f${'f'.repeat(60)}ed`);

/**
 * RFC 9380 §6.7.1: the u coordinate of the point of Curve25519 for 32 hashed bytes, which are read as decodeUCoordinate
 * of RFC 7748 §5 reads them.
 */
export function mapToCurve(hash: Uint8Array): Uint8Array {
  const masked = hash.slice();
  masked[31] = (masked[31] ?? 0) & 0x7f;
  const { xMn, xMd } = elligator2(mod(bytesToNumberLE(masked), P));
  // The inverse by Fermat: Euclid's algorithm takes a time that tells of the password.
  return numberToBytesLE(mod(xMn * pow(xMd, P - BigInt(2), P), P), keyLength);
}
