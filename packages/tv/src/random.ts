import { toBase64Url } from '@fjern/seal';

/** Fills and returns `length` bytes that nobody can guess. */
export type Random = (length: number) => Uint8Array;

/** Web Crypto's, which insecure contexts have too. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Base64url without padding (RFC 4648 §5). */
export function randomToken(random: Random, length: number): string {
  return toBase64Url(random(length));
}

/** RFC 4648 §4. */
export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
