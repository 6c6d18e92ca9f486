import { SealError } from './errors.ts';
import { keyLength, type Primitives } from './primitives/primitives.ts';

/** An X25519 key pair whose private half may be out of reach, as one of WebCrypto is. */
export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** RFC 7748 §6.1. @throws SealError `malformed` for a low-order point or a wrong length */
  dh(publicKey: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** @throws SealError `malformed` unless the private key has 32 bytes */
export function keyPair(primitives: Primitives, privateKey: Uint8Array): KeyPair {
  const own = privateKey.slice();
  return {
    publicKey: primitives.x25519PublicKey(own),
    dh: (publicKey) => primitives.x25519(own, publicKey),
  };
}

/** 32 random bytes: RFC 7748 clamps them when they are used. */
export function generatePrivateKey(primitives: Primitives): Uint8Array {
  return primitives.random(keyLength);
}

/** RFC 4648 §5 without padding: 43 characters for a key. */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}

/** @throws SealError `malformed` unless it is canonical base64url of `length` bytes: a key's 32 if not said */
export function fromBase64Url(text: string, length: number = keyLength): Uint8Array {
  const bytes = decode(text);
  if (bytes?.length !== length || toBase64Url(bytes) !== text)
    throw new SealError('malformed', `This is not base64url of ${length} bytes.`);
  return bytes;
}

function decode(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** SHA-256 of a public key, base64url, 43 characters: what an offer says about a TV's key. */
export function fingerprint(primitives: Primitives, publicKey: Uint8Array): string {
  return toBase64Url(primitives.sha256(publicKey));
}

/**
 * A key pair whose private half no script can read; IndexedDB keeps `privateKey` across visits.
 * `undefined` in an insecure context, and in browsers without X25519 in WebCrypto.
 */
export async function webCryptoKeyPair(): Promise<
  { keyPair: KeyPair; privateKey: CryptoKey } | undefined
> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (!subtle) return undefined;
  try {
    const made = await subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    if (!('privateKey' in made)) return undefined;
    const publicKey = new Uint8Array(await subtle.exportKey('raw', made.publicKey));
    return {
      keyPair: keyPairFromCryptoKey(made.privateKey, publicKey),
      privateKey: made.privateKey,
    };
  } catch {
    return undefined;
  }
}

/** The pair of a `privateKey` that `webCryptoKeyPair` made, and its public key. */
export function keyPairFromCryptoKey(privateKey: CryptoKey, publicKey: Uint8Array): KeyPair {
  const { subtle } = globalThis.crypto;
  return {
    publicKey: publicKey.slice(),
    dh: async (peer) => {
      try {
        const key = await subtle.importKey('raw', peer.slice(), { name: 'X25519' }, true, []);
        const secret = { name: 'X25519', public: key };
        return new Uint8Array(await subtle.deriveBits(secret, privateKey, keyLength * 8));
      } catch (cause) {
        const message = 'The public key is a point of low order, or of another length.';
        throw new SealError('malformed', message, { cause });
      }
    },
  };
}
