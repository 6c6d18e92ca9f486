export { lvCat } from './bytes.ts';
export { SealError, type SealErrorCode } from './errors.ts';
export {
  fingerprint,
  fromBase64Url,
  generatePrivateKey,
  type KeyPair,
  keyPair,
  keyPairFromCryptoKey,
  toBase64Url,
  webCryptoKeyPair,
} from './keys.ts';
export {
  maxMessageLength,
  NoiseHandshake,
  type NoiseOptions,
  type NoisePattern,
  type NoiseRole,
  rekey,
} from './noise.ts';
export { keyLength, type Primitives, tagLength } from './primitives/primitives.ts';
export {
  type Admission,
  type EarlyAnswer,
  type EarlyRequest,
  type OpenOptions,
  PeerRefusal,
  type SealedClient,
  type SealedClientEvents,
  type SealedClientOptions,
  type SealedHandler,
  type SealedPeer,
  type SealedServer,
  type SealedServerEvents,
  type SealedServerOptions,
  UndeliveredError,
} from './session/index.ts';
export { Opener, Sealer } from './transport.ts';
