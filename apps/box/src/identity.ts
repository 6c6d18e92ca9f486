import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';

/** What makes this TV the same TV at every address: an X25519 key pair, and what follows from it. */
export interface Identity {
  /** 16 characters of a-z and 2-7, from the fingerprint: names the household domain and the mDNS host. */
  id: string;
  /** SHA-256 of the raw public key, base64url, 43 characters. */
  fingerprint: string;
  /** Raw, 32 bytes each. */
  privateKey: Uint8Array;
  publicKey: Uint8Array;
}

/** As it is kept: raw private key, base64url. */
export interface StoredIdentity {
  privateKey: string;
}

export function generateIdentity(): StoredIdentity {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d } = privateKey.export({ format: 'jwk' });
  if (d === undefined) throw new Error('the generated key has no private part');
  return { privateKey: d };
}

// RFC 8410 §7: an X25519 private key in PKCS #8 is this prefix and the 32 raw bytes.
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** @throws Error when the stored key is damaged */
export function readIdentity(stored: StoredIdentity): Identity {
  const raw = Buffer.from(stored.privateKey, 'base64url');
  if (raw.length !== 32) throw new Error('the identity key is damaged');
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, raw]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x ?? '', 'base64url');
  const hash = createHash('sha256').update(publicKey).digest();
  return {
    id: base32(hash).slice(0, 16),
    fingerprint: hash.toString('base64url'),
    privateKey: raw,
    publicKey,
  };
}

/** RFC 4648 §6, lower case, without padding: DNS names do not tell cases apart. */
function base32(bytes: Uint8Array): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

/** A login token: 256 bits, base64url. */
export function generateToken(): string {
  return randomBytes(32).toString('base64url');
}
