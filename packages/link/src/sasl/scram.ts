import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalSecret, fromBinary, type Mechanism, SaslError, toBinary, utf8 } from './mechanism.ts';

const hashes = {
  'SCRAM-SHA-256': { hash: sha256, subtle: 'SHA-256', length: 32 },
  'SCRAM-SHA-1': { hash: sha1, subtle: 'SHA-1', length: 20 },
} as const;
export type ScramName = keyof typeof hashes;

// Fewer and a fake server learns a verifier that is cheap to attack (RFC 7677 §4); more and a
// fake server keeps the CPU busy for minutes.
const minIterations = 4096;
const maxIterations = 600_000;

/** Salted passwords of earlier logins, so that a reconnect costs no PBKDF2. One per account. */
export type SaltedPasswords = Map<string, Uint8Array>;

export interface ScramOptions {
  username: string;
  password: string;
  salted: SaltedPasswords;
  /** The client's nonce; random unless a test has one. */
  nonce?: string;
}

/** SCRAM-SHA-256 (RFC 7677) and SCRAM-SHA-1 (RFC 5802), without channel binding. */
export function scram(name: ScramName, options: ScramOptions): Mechanism {
  const { hash, length } = hashes[name];
  const sign = (key: Uint8Array, text: string) => hmac(hash, key, utf8(text));
  const nonce = options.nonce ?? randomNonce();
  const username = options.username.replace(/=/g, '=3D').replace(/,/g, '=2C');
  const firstBare = `n=${username},r=${nonce}`;
  let challenge: string | undefined;
  let serverSignature: string | undefined;

  async function answer(serverFirst: string): Promise<string> {
    const { r, s, i } = fields(serverFirst);
    if (r === undefined || !r.startsWith(nonce) || r.length === nonce.length)
      throw new SaslError(`${name}: the server's nonce does not extend ours`);
    const iterations = /^\d{1,7}$/.test(i ?? '') ? Number(i) : 0;
    if (!s || iterations < minIterations || iterations > maxIterations)
      throw new SaslError(
        `${name}: iteration count outside ${minIterations} to ${maxIterations}, or no salt`,
      );
    const cacheKey = JSON.stringify([name, s, iterations, options.username, options.password]);
    let salted = options.salted.get(cacheKey);
    if (!salted) {
      salted = await pbkdf2(name, options.password, fromBinary(atob(s)), iterations, length);
      options.salted.clear();
      options.salted.set(cacheKey, salted);
    }
    const withoutProof = `c=biws,r=${r}`;
    const authMessage = `${firstBare},${serverFirst},${withoutProof}`;
    const clientKey = sign(salted, 'Client Key');
    const clientSignature = sign(hash(clientKey), authMessage);
    serverSignature = btoa(toBinary(sign(sign(salted, 'Server Key'), authMessage)));
    const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0));
    return `${withoutProof},p=${btoa(toBinary(proof))}`;
  }

  return {
    name,
    clientFirst: true,
    response: () =>
      challenge === undefined ? toBinary(utf8(`n,,${firstBare}`)) : answer(challenge),
    challenge(data) {
      if (challenge !== undefined) throw new SaslError(`${name}: a second challenge`);
      challenge = data;
    },
    final(data) {
      if (serverSignature === undefined || !equalSecret(data, `v=${serverSignature}`))
        throw new SaslError(`${name}: the server did not prove that it knows the password`);
    },
  };
}

function fields(message: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const part of message.split(',')) result[part.slice(0, 1)] = part.slice(2);
  return result;
}

function randomNonce(): string {
  return btoa(toBinary(crypto.getRandomValues(new Uint8Array(18))));
}

async function pbkdf2(
  name: ScramName,
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  length: number,
): Promise<Uint8Array> {
  const { hash, subtle: hashName } = hashes[name];
  const secret = utf8(password.normalize('NFKC'));
  // `subtle` exists only in secure contexts, which a page at http://<the TV> is not.
  const subtle = (crypto as { subtle?: typeof crypto.subtle }).subtle;
  if (!subtle) return pbkdf2Async(hash, secret, salt, { c: iterations, dkLen: length });
  const key = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
  const parameters = { name: 'PBKDF2', hash: hashName, salt, iterations };
  return new Uint8Array(await subtle.deriveBits(parameters, key, length * 8));
}
