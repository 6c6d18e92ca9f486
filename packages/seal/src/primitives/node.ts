import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';
import { SealError } from '../errors.ts';
import { keyLength, type Primitives, tagLength } from './primitives.ts';

const algorithm = 'chacha20-poly1305';
const aead = { authTagLength: tagLength };
const decoder = new TextDecoder('utf-8', { fatal: true });

/** node:crypto for everything. */
export const nodePrimitives: Primitives = {
  random: (length) => randomFillSync(new Uint8Array(length)),
  sha256: (data) => plain(createHash('sha256').update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac('sha256', key).update(data).digest()),
  encrypt: (key, nonce, ad, plaintext) => {
    const cipher = createCipheriv(algorithm, key, nonce, aead);
    cipher.setAAD(ad, { plaintextLength: plaintext.length });
    const ciphertext = Buffer.allocUnsafe(plaintext.length + tagLength);
    ciphertext.set(cipher.update(plaintext));
    cipher.final();
    ciphertext.set(cipher.getAuthTag(), plaintext.length);
    return bytesOf(ciphertext);
  },
  decrypt: (key, nonce, ad, ciphertext) => {
    const length = ciphertext.length - tagLength;
    if (length < 0) throw new SealError('forged', 'The ciphertext is shorter than its tag.');
    const decipher = createDecipheriv(algorithm, key, nonce, aead);
    decipher.setAAD(ad, { plaintextLength: length });
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = decipher.update(ciphertext.subarray(0, length));
    try {
      decipher.final();
    } catch (cause) {
      throw new SealError('forged', 'The ciphertext does not verify.', { cause });
    }
    return bytesOf(plaintext);
  },
  x25519: (privateKey, publicKey) => {
    const keys = {
      privateKey: privateKeyObject(privateKey),
      publicKey: createPublicKey({ key: { ...okp, x: base64Url(publicKey) }, format: 'jwk' }),
    };
    try {
      return plain(diffieHellman(keys));
    } catch (cause) {
      throw new SealError('malformed', 'The public key is a point of low order.', { cause });
    }
  },
  x25519PublicKey: (privateKey) => {
    const { x } = createPublicKey(privateKeyObject(privateKey)).export({ format: 'jwk' });
    return plain(Buffer.from(x ?? '', 'base64url'));
  },
  toBase64: (bytes) => view(bytes).toString('base64'),
  fromBase64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    // `Buffer` forgives whatever is not base64.
    if (bytes.toString('base64') !== text)
      throw new SealError('malformed', 'This is not canonical base64.');
    return bytesOf(bytes);
  },
  toUtf8: (text) => bytesOf(Buffer.from(text)),
  fromUtf8: (bytes) => decoder.decode(bytes),
};

// RFC 8037 §2. Reading a key from its DER form takes OpenSSL ten times as long, and longer than the multiplication.
const okp = { kty: 'OKP', crv: 'X25519' };

function privateKeyObject(privateKey: Uint8Array): KeyObject {
  // `x` has to be there, and is not looked at: the public key follows from `d`.
  const key = { ...okp, x: '', d: base64Url(privateKey) };
  return createPrivateKey({ key, format: 'jwk' });
}

function base64Url(key: Uint8Array): string {
  if (key.length !== keyLength)
    throw new SealError('malformed', `An X25519 key has ${keyLength} bytes, not ${key.length}.`);
  return view(key).toString('base64url');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * The same bytes, for messages: `Buffer` takes small ones out of a pool, while memory for each of them alone would cost
 * more than its encryption.
 */
function bytesOf(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A copy in memory of its own, for secrets. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
