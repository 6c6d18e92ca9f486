/**
 * The cryptography that everything else here is built of, from the platform or from an audited library.
 * Keys, hashes and points are 32 bytes. Nothing else changes a result; arguments are never kept. Keys, hashes and points
 * have memory of their own, messages may share theirs with each other: look at no `buffer`.
 */
export interface Primitives {
  /** From the platform's cryptographic generator. */
  random(length: number): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** RFC 8439 AEAD_CHACHA20_POLY1305; nonce 12 bytes; the 16-byte tag is appended. */
  encrypt(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** @throws SealError `forged` */
  decrypt(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  /** RFC 7748 §5. @throws SealError `malformed` for a low-order point or a wrong length */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** @throws SealError `malformed` for a wrong length */
  x25519PublicKey(privateKey: Uint8Array): Uint8Array;
  /** RFC 4648 §4, with padding. */
  toBase64(bytes: Uint8Array): string;
  /** @throws SealError `malformed` unless it is canonical base64 */
  fromBase64(text: string): Uint8Array;
  toUtf8(text: string): Uint8Array;
  /** @throws TypeError when it is not UTF-8 */
  fromUtf8(bytes: Uint8Array): string;
}

/** Of the authentication tag that a ciphertext ends with. */
export const tagLength = 16;
/** Of a key, a hash, a private or a public X25519 key. */
export const keyLength = 32;
