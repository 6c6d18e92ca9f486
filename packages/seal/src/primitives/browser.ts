// By the package's own name: an application may put another implementation in its place (see there).
import { x25519, x25519PublicKey } from '@fjern/seal/x25519';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { SealError } from '../errors.ts';
import { keyLength, type Primitives } from './primitives.ts';

/** Works in any browser, also in an insecure context, where WebCrypto offers randomness alone. */
export const browserPrimitives: Primitives = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  encrypt: (key, nonce, ad, plaintext) => chacha20poly1305(key, nonce, ad).encrypt(plaintext),
  decrypt: (key, nonce, ad, ciphertext) => {
    const cipher = chacha20poly1305(key, nonce, ad);
    try {
      return cipher.decrypt(ciphertext);
    } catch (cause) {
      throw new SealError('forged', 'The ciphertext does not verify.', { cause });
    }
  },
  x25519: (privateKey, publicKey) => {
    checkLength(privateKey);
    checkLength(publicKey);
    let shared: Uint8Array | undefined;
    try {
      shared = x25519(privateKey, publicKey);
    } catch (cause) {
      throw new SealError('malformed', lowOrder, { cause });
    }
    // RFC 7748 §6.1; without a branch on the bytes, which are secret.
    let bits = 0;
    for (const byte of shared) bits |= byte;
    if (bits === 0) throw new SealError('malformed', lowOrder);
    return shared;
  },
  x25519PublicKey: (privateKey) => {
    checkLength(privateKey);
    return x25519PublicKey(privateKey);
  },
  toBase64: (bytes) => {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  },
  fromBase64: (text) => {
    let binary: string;
    try {
      binary = atob(text);
    } catch (cause) {
      throw new SealError('malformed', 'This is not base64.', { cause });
    }
    // `atob` forgives white space, missing padding and stray bits.
    if (btoa(binary) !== text) throw new SealError('malformed', 'This is not canonical base64.');
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  },
  toUtf8: (text) => encoder.encode(text),
  fromUtf8: (bytes) => decoder.decode(bytes),
};

const encoder = /*#__PURE__*/ new TextEncoder();
const decoder = /*#__PURE__*/ new TextDecoder('utf-8', { fatal: true });

const lowOrder = 'The public key is a point of low order.';

function checkLength(key: Uint8Array): void {
  if (key.length !== keyLength)
    throw new SealError('malformed', `An X25519 key has ${keyLength} bytes, not ${key.length}.`);
}
