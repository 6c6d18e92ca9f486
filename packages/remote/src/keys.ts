import {
  fromBase64Url,
  generatePrivateKey,
  type KeyPair,
  keyPair,
  keyPairFromCryptoKey,
  primitives,
  toBase64Url,
  webCryptoKeyPair,
} from '@fjern/seal';
import type { RemoteKey } from './store/key.ts';

/** @throws SealError `malformed` */
export function keyPairOf({ public: publicText, private: secret }: RemoteKey): KeyPair {
  const publicKey = fromBase64Url(publicText);
  if (typeof secret !== 'string') return keyPairFromCryptoKey(secret, publicKey);
  const own = fromBase64Url(secret);
  return { publicKey, dh: (peer) => primitives.x25519(own, peer) };
}

/** One that script cannot read, if the browser makes such and has where to keep it; else a raw one. */
export async function newRemoteKey(kind: 'extractable' | 'platform'): Promise<RemoteKey> {
  const made =
    kind === 'platform' && 'indexedDB' in globalThis ? await webCryptoKeyPair() : undefined;
  if (made) return { public: toBase64Url(made.keyPair.publicKey), private: made.privateKey };
  const raw = generatePrivateKey(primitives);
  return {
    public: toBase64Url(keyPair(primitives, raw).publicKey),
    private: toBase64Url(raw),
  };
}
