import { mod, pow } from '@noble/curves/abstract/modular.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { keyLength } from '../primitives/primitives.ts';

// Curve25519, RFC 7748 §4.1: v² = u³ + J·u² + u over the numbers below P. No powers and inverses are found by ways
// whose time tells of the password, as Euclid's algorithm would.
const P = BigInt(`0x7f${'f'.repeat(60)}ed`);
const J = BigInt(486662);
const one = BigInt(1);
const two = BigInt(2);

/**
 * Elligator 2, RFC 9380 §6.7.1 with Z = 2: the u coordinate of the point for 32 hashed bytes, which are read as
 * decodeUCoordinate of RFC 7748 §5 reads them. CPace needs no more of a point.
 */
export function mapToCurve(hash: Uint8Array): Uint8Array {
  const masked = hash.slice();
  masked[31] = (masked[31] ?? 0) & 0x7f;
  const r = mod(bytesToNumberLE(masked), P);
  const u = mod(-J * pow(mod(one + two * r * r, P), P - two, P), P);
  const square = mod(u * u * u + J * u * u + u, P);
  // Euler's criterion. Zero counts as a square: its point is of low order, which CPace refuses.
  const isSquare = pow(square, (P - one) / two, P) <= one;
  return numberToBytesLE(isSquare ? u : mod(-u - J, P), keyLength);
}
