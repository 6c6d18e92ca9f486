import { concat } from './bytes.ts';
import { SealError } from './errors.ts';
import { generatePrivateKey, type KeyPair, keyPair } from './keys.ts';
import { keyLength, type Primitives, tagLength } from './primitives/primitives.ts';

// The Noise Protocol Framework, revision 34. Names are the specification's: s and e are our static and
// ephemeral key pairs, rs and re the other side's public keys, ck the chaining key, h the handshake hash.

export type NoisePattern = 'IK' | 'NNpsk0';
export type NoiseRole = 'initiator' | 'responder';

export interface NoiseOptions {
  pattern: NoisePattern;
  role: NoiseRole;
  /** What both sides must agree on without sending it. */
  prologue: Uint8Array;
  /** Ours. IK needs it on both sides. */
  s?: KeyPair;
  /** Theirs. The initiator of IK needs it. */
  rs?: Uint8Array;
  /** 32 bytes. NNpsk0 needs it. */
  psk?: Uint8Array;
  /** For test vectors: a handshake makes its own. */
  e?: KeyPair;
}

type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** §7.5, §9.4. The initiator writes the first message, the responder the second. */
const patterns: Record<NoisePattern, { name: string; messages: Token[][] }> = {
  IK: {
    name: 'Noise_IK_25519_ChaChaPoly_SHA256',
    messages: [
      ['e', 'es', 's', 'ss'],
      ['e', 'ee', 'se'],
    ],
  },
  NNpsk0: {
    name: 'Noise_NNpsk0_25519_ChaChaPoly_SHA256',
    messages: [
      ['psk', 'e'],
      ['e', 'ee'],
    ],
  },
};

/** §3: of any Noise message. */
export const maxMessageLength = 65535;

const empty = new Uint8Array(0);

/**
 * One handshake (§5.3). Messages alternate: the initiator writes, then reads; the responder reads, then
 * writes. A message that cannot be read ends the handshake; its state tells nothing about what it was.
 *
 * @throws TypeError for a call out of turn, or a key that the pattern needs and was not given
 */
export class NoiseHandshake {
  private readonly primitives: Primitives;
  private readonly initiator: boolean;
  private readonly messages: Token[][];
  private readonly symmetric: SymmetricState;
  private readonly psk: Uint8Array | undefined;
  private readonly s: KeyPair | undefined;
  private e: KeyPair | undefined;
  private rs: Uint8Array | undefined;
  private re: Uint8Array | undefined;
  private step = 0;
  private state: 'ready' | 'busy' | 'failed' = 'ready';

  constructor(primitives: Primitives, options: NoiseOptions) {
    const { pattern, role, prologue, s, rs, psk, e } = options;
    const initiator = role === 'initiator';
    if (pattern === 'IK' && !s) throw new TypeError('IK needs a static key pair.');
    if (pattern === 'IK' && initiator !== Boolean(rs))
      throw new TypeError('In IK the initiator knows rs from the start, and nobody else does.');
    if ((pattern === 'NNpsk0') !== (psk?.length === keyLength))
      throw new TypeError(`NNpsk0, and it alone, needs a psk of ${keyLength} bytes.`);
    if (rs && rs.length !== keyLength)
      throw new SealError('malformed', `A public key has ${keyLength} bytes, not ${rs.length}.`);

    this.primitives = primitives;
    this.initiator = initiator;
    this.messages = patterns[pattern].messages;
    this.s = s;
    this.rs = rs?.slice();
    this.psk = psk?.slice();
    this.e = e;
    this.symmetric = new SymmetricState(primitives, patterns[pattern].name);
    this.symmetric.mixHash(prologue);
    // The pre-message of IK: <- s
    const responderStatic = initiator ? rs : s?.publicKey;
    if (pattern === 'IK' && responderStatic) this.symmetric.mixHash(responderStatic);
  }

  /**
   * The next message of ours, with `payload` in it.
   * @throws SealError `too-large` (nothing has changed) above 65535 bytes; `malformed` for an `rs` of low order
   */
  async write(payload: Uint8Array): Promise<Uint8Array> {
    const tokens = this.take(true);
    if (overhead(tokens) + payload.length > maxMessageLength)
      throw new SealError('too-large', `A Noise message has at most ${maxMessageLength} bytes.`);
    return this.attempt(async () => {
      const parts: Uint8Array[] = [];
      for (const token of tokens) {
        if (token === 'e') {
          this.e ??= keyPair(this.primitives, generatePrivateKey(this.primitives));
          parts.push(this.e.publicKey);
          this.mixEphemeral(this.e.publicKey);
        } else if (token === 's') {
          parts.push(this.symmetric.encryptAndHash(known(this.s).publicKey));
        } else await this.mixSecret(token);
      }
      parts.push(this.symmetric.encryptAndHash(payload));
      return concat(...parts);
    });
  }

  /**
   * The payload of the other side's next message.
   * @throws SealError `malformed`, `forged`; the handshake has failed then
   */
  async read(message: Uint8Array): Promise<Uint8Array> {
    const tokens = this.take(false);
    return this.attempt(async () => {
      if (message.length < overhead(tokens) || message.length > maxMessageLength)
        throw new SealError('malformed', `No Noise message has ${message.length} bytes here.`);
      let offset = 0;
      const next = (length: number) => {
        offset += length;
        return message.subarray(offset - length, offset);
      };
      for (const token of tokens) {
        if (token === 'e') {
          this.re = next(keyLength).slice();
          this.mixEphemeral(this.re);
        } else if (token === 's') {
          this.rs = this.symmetric.decryptAndHash(next(keyLength + tagLength));
        } else await this.mixSecret(token);
      }
      return this.symmetric.decryptAndHash(message.subarray(offset));
    });
  }

  /**
   * Who is on the other side. A responder of IK knows after message 1, which proves that its sender
   * had the key once, but may be a replay: the first transport message shows that he has it now.
   */
  get remoteStatic(): Uint8Array | undefined {
    return this.state === 'ready' ? this.rs : undefined;
  }

  /** §11.2: h, unique to this handshake, the same on both sides, not secret. */
  get hash(): Uint8Array {
    this.checkFinished();
    return this.symmetric.h.slice();
  }

  /** §5.2: the keys of the two directions, for our role. */
  split(): { send: Uint8Array; receive: Uint8Array } {
    this.checkFinished();
    const [first, second] = this.symmetric.split();
    return this.initiator ? { send: first, receive: second } : { send: second, receive: first };
  }

  private checkFinished(): void {
    if (this.state !== 'ready' || this.step < this.messages.length)
      throw new TypeError('The handshake is not complete.');
  }

  /** The tokens of the next message, if it is ours to write (or to read) now. */
  private take(writing: boolean): Token[] {
    const tokens = this.messages[this.step];
    const ours = (this.step % 2 === 0) === this.initiator;
    if (this.state !== 'ready') throw new TypeError(`The handshake is ${this.state}.`);
    if (!tokens || ours !== writing)
      throw new TypeError(`There is no message to ${writing ? 'write' : 'read'} now.`);
    return tokens;
  }

  /** Half a message would leave a state that neither side has: it is all or the end. */
  private async attempt(body: () => Promise<Uint8Array>): Promise<Uint8Array> {
    this.state = 'busy';
    try {
      const result = await body();
      this.step += 1;
      this.state = 'ready';
      return result;
    } catch (error) {
      this.state = 'failed';
      throw error;
    }
  }

  private mixEphemeral(publicKey: Uint8Array): void {
    this.symmetric.mixHash(publicKey);
    // §9.2: with a psk the ephemeral keys make the encryption of each handshake another one.
    if (this.psk) this.symmetric.mixKey(publicKey);
  }

  private async mixSecret(token: Exclude<Token, 'e' | 's'>): Promise<void> {
    if (token === 'psk') return this.symmetric.mixKeyAndHash(known(this.psk));
    // Of es and se, the first letter is the initiator's key and the second the responder's.
    const [mine, theirs] = this.initiator ? [token[0], token[1]] : [token[1], token[0]];
    const own = known(mine === 'e' ? this.e : this.s);
    this.symmetric.mixKey(await own.dh(known(theirs === 'e' ? this.re : this.rs)));
  }
}

/** What a message has besides its payload. In these patterns s and the payload are always encrypted. */
function overhead(tokens: Token[]): number {
  return keyLength + (tokens.includes('s') ? keyLength + tagLength : 0) + tagLength;
}

/** The patterns see to it that a key is there before a token needs it. */
function known<T>(key: T | undefined): T {
  if (key === undefined) throw new TypeError('The pattern has no such key yet.');
  return key;
}

/** §5.1 and §5.2: CipherState and SymmetricState of the handshake. */
class SymmetricState {
  private readonly primitives: Primitives;
  private ck: Uint8Array;
  private k: Uint8Array | undefined;
  private n = 0;
  h: Uint8Array;

  constructor(primitives: Primitives, name: string) {
    this.primitives = primitives;
    const bytes = new TextEncoder().encode(name);
    // §5.2: a name that does not fit is hashed, a shorter one would be padded. That of IK fits exactly.
    this.h = bytes.length === keyLength ? bytes : primitives.sha256(bytes);
    this.ck = this.h;
  }

  mixHash(data: Uint8Array): void {
    this.h = this.primitives.sha256(concat(this.h, data));
  }

  mixKey(input: Uint8Array): void {
    const [ck, k] = this.hkdf(input);
    this.ck = ck;
    this.k = k;
    this.n = 0;
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [ck, h, k] = this.hkdf(input);
    this.ck = ck;
    this.mixHash(h);
    this.k = k;
    this.n = 0;
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const nonce = noiseNonce(this.n++);
    const ciphertext = this.primitives.encrypt(known(this.k), nonce, this.h, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const nonce = noiseNonce(this.n++);
    const plaintext = this.primitives.decrypt(known(this.k), nonce, this.h, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  split(): [Uint8Array, Uint8Array] {
    const [first, second] = this.hkdf(empty);
    return [first, second];
  }

  /** §4.3, with three outputs. */
  private hkdf(input: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
    const { hmacSha256 } = this.primitives;
    const temporary = hmacSha256(this.ck, input);
    const first = hmacSha256(temporary, Uint8Array.of(1));
    const second = hmacSha256(temporary, concat(first, Uint8Array.of(2)));
    return [first, second, hmacSha256(temporary, concat(second, Uint8Array.of(3)))];
  }
}

/** §12.3: 32 zero bits, then `n` (below 2^53) as 64 bits, little endian. */
export function noiseNonce(n: number): Uint8Array {
  const nonce = new Uint8Array(12);
  // Not through a DataView, which would move the nonce out of the engine's own heap: that costs more than the rest.
  for (let i = 4, rest = n; rest > 0; i += 1, rest = Math.floor(rest / 256)) nonce[i] = rest % 256;
  return nonce;
}

/** §4.2: the key that follows `key`, from which `key` cannot be computed. */
export function rekey(primitives: Primitives, key: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12).fill(0xff, 4);
  return primitives.encrypt(key, nonce, empty, new Uint8Array(keyLength)).slice(0, keyLength);
}
