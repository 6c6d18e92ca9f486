import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who may log in. */
export interface Accounts {
  /** Called at each login, so that a revocation takes effect at once. */
  find(username: string): Account | undefined;
}

export interface Account {
  /** A long-lived secret, for HT-SHA-256-NONE (XEP-0484). */
  token?: string;
  /** For a password, see {@link scramVerifier}. */
  scram?: ScramVerifier;
  /**
   * One session at a time: a new login ends the others with `conflict`, whatever their resource. For an
   * agent, of which a second one must be visible.
   */
  exclusive?: boolean;
  /**
   * Whoever proves to know the token or password is told this text, with `account-disabled` (RFC 6120 §6.5.1), and
   * not let in. To everybody else it is an account like any other.
   */
  disabled?: { text: string };
  /** How long a session of it that lost its connection can be resumed; default: the hub's limit. */
  resumeSeconds?: number;
}

/** What a server stores instead of a password (RFC 5802 §3). Plain JSON; byte strings are base64. */
export interface ScramVerifier {
  salt: string;
  iterations: number;
  'SCRAM-SHA-1': ScramKeys;
  'SCRAM-SHA-256': ScramKeys;
}
export interface ScramKeys {
  storedKey: string;
  serverKey: string;
}

const hashes = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256' } as const;
type ScramMechanism = keyof typeof hashes;
const defaultIterations = 4096;

/**
 * Derives the verifier of a password. 4096 iterations (the least that RFC 7677 §4 allows) suit
 * passwords made by a machine; for one that a person chose, ask for more.
 */
export function scramVerifier(
  password: string,
  options: { iterations?: number; salt?: Uint8Array } = {},
): ScramVerifier {
  const salt = Buffer.from(options.salt ?? randomBytes(16));
  const iterations = options.iterations ?? defaultIterations;
  const keys = (mechanism: ScramMechanism): ScramKeys => {
    const hash = hashes[mechanism];
    const size = createHash(hash).digest().length;
    // RFC 7613 OpaqueString comes down to NFC for what people type; RFC 5802's SASLprep is NFKC. They
    // agree on ASCII, which is what all clients agree on.
    const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, size, hash);
    return {
      storedKey: sha(hash, hmac(hash, salted, 'Client Key')).toString('base64'),
      serverKey: hmac(hash, salted, 'Server Key').toString('base64'),
    };
  };
  return {
    salt: salt.toString('base64'),
    iterations,
    'SCRAM-SHA-1': keys('SCRAM-SHA-1'),
    'SCRAM-SHA-256': keys('SCRAM-SHA-256'),
  };
}

/** RFC 6120 §6.5: the failure conditions that the hub uses. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

export type SaslStep =
  | { type: 'challenge'; data: Buffer }
  | { type: 'success'; identity: Identity; data?: Buffer }
  | {
      type: 'failure';
      condition: SaslCondition;
      text?: string;
      /** Whose secret was guessed wrong. */
      guessed?: string;
    };

export type Identity =
  | { anonymous: false; username: string; account: Account }
  | { anonymous: true; username: string };

/** One attempt: takes the client's messages in turn, `undefined` for an absent initial response. */
export type SaslExchange = (message: Buffer | undefined) => SaslStep;

const failure = (condition: SaslCondition): SaslStep => ({ type: 'failure', condition });
const wrong = (username: string): SaslStep => ({
  type: 'failure',
  condition: 'not-authorized',
  guessed: username,
});
/** Once the secret was right. */
const letIn = (username: string, account: Account, data: Buffer): SaslStep =>
  account.disabled
    ? { type: 'failure', condition: 'account-disabled', text: account.disabled.text }
    : { type: 'success', identity: { anonymous: false, username, account }, data };

export class Sasl {
  /** For `<mechanisms/>` and `<authentication/>`, best first. */
  readonly mechanisms: readonly string[];
  /** For `<fast/>`. */
  readonly tokenMechanisms: readonly string[] = ['HT-SHA-256-NONE'];
  private readonly accounts: Accounts;
  private readonly domain: string;
  private readonly secret: Uint8Array;

  constructor(options: {
    accounts: Accounts;
    domain: string;
    anonymous: boolean;
    secret?: Uint8Array;
  }) {
    this.accounts = options.accounts;
    this.domain = options.domain;
    this.secret = options.secret ?? randomBytes(32);
    this.mechanisms = [
      'SCRAM-SHA-256',
      // For xmpp.js, which knows no better (0.14).
      'SCRAM-SHA-1',
      ...(options.anonymous ? ['ANONYMOUS'] : []),
    ];
  }

  /**
   * Undefined: not a mechanism that is offered. Names that `admits` does not let through get
   * `temporary-auth-failure` before anything is looked at.
   */
  start(
    mechanism: string,
    admits: (username: string) => boolean = () => true,
  ): SaslExchange | undefined {
    if (mechanism === 'HT-SHA-256-NONE') return (message) => this.hashedToken(message, admits);
    if (!this.mechanisms.includes(mechanism)) return undefined;
    if (mechanism === 'ANONYMOUS') return anonymous;
    if (mechanism === 'SCRAM-SHA-1' || mechanism === 'SCRAM-SHA-256')
      return this.scram(mechanism, admits);
    return undefined;
  }

  /** draft-schmaus-kitten-sasl-ht: `authcid NUL HMAC(token, "Initiator")`, without channel binding. */
  private hashedToken(
    message: Buffer | undefined,
    admits: (username: string) => boolean,
  ): SaslStep {
    const end = message?.indexOf(0) ?? -1;
    if (!message || end < 1) return failure('malformed-request');
    const username = message.toString('utf8', 0, end);
    if (!admits(username)) return failure('temporary-auth-failure');
    const account = this.accounts.find(username);
    // An unknown account costs the same time as a wrong token.
    const token = account?.token ?? this.secret;
    const valid = equal(message.subarray(end + 1), hmac('sha256', token, 'Initiator'));
    if (!account?.token || !valid) return wrong(username);
    return letIn(username, account, hmac('sha256', token, 'Responder'));
  }

  /** RFC 5802 §5, the server's side, without channel binding. */
  private scram(mechanism: ScramMechanism, admits: (username: string) => boolean): SaslExchange {
    const hash = hashes[mechanism];
    let state: ScramState | undefined;
    return (message) => {
      if (!message) return { type: 'challenge', data: Buffer.alloc(0) };
      const text = message.toString('utf8');
      if (!state) {
        const first = parseClientFirst(text);
        if (!first) return failure('malformed-request');
        const { username, authzid } = first;
        if (
          authzid !== undefined &&
          authzid !== username &&
          authzid !== `${username}@${this.domain}`
        )
          return failure('invalid-authzid');
        if (!admits(username)) return failure('temporary-auth-failure');
        const account = this.accounts.find(username);
        // Made in any case: an unknown account costs the same time as a known one.
        const invented = this.inventedVerifier(username);
        const verifier = account?.scram ?? invented;
        const nonce = first.nonce + randomBytes(18).toString('base64');
        const serverFirst = `r=${nonce},s=${verifier.salt},i=${verifier.iterations}`;
        state = { ...first, account, keys: verifier[mechanism], nonce, serverFirst };
        return { type: 'challenge', data: Buffer.from(serverFirst) };
      }
      // Once more: many exchanges may have been started side by side.
      if (!admits(state.username)) return failure('temporary-auth-failure');
      const final = /^(c=([^,]*),r=([^,]*)(?:,[^,]*)*),p=([^,]*)$/.exec(text);
      if (!final) return failure('malformed-request');
      const [, withoutProof, binding = '', nonce, proof = ''] = final;
      const header = Buffer.from(binding, 'base64').toString();
      if (nonce !== state.nonce || header !== state.gs2) return wrong(state.username);
      const authMessage = `${state.bare},${state.serverFirst},${withoutProof}`;
      const storedKey = Buffer.from(state.keys.storedKey, 'base64');
      const signature = hmac(hash, storedKey, authMessage);
      const clientKey = xor(Buffer.from(proof, 'base64'), signature);
      const valid = clientKey !== undefined && equal(sha(hash, clientKey), storedKey);
      if (!valid || !state.account?.scram) return wrong(state.username);
      const proofOfServer = hmac(hash, Buffer.from(state.keys.serverKey, 'base64'), authMessage);
      const data = Buffer.from(`v=${proofOfServer.toString('base64')}`);
      return letIn(state.username, state.account, data);
    };
  }

  /** For a name without a password: always the same, so that asking twice does not tell it apart. */
  private inventedVerifier(username: string): ScramVerifier {
    const derived = (purpose: string, size: number) =>
      hmac('sha256', this.secret, `${purpose}\0${username}`).subarray(0, size).toString('base64');
    const keys = (size: number) => ({
      storedKey: derived('stored', size),
      serverKey: derived('server', size),
    });
    return {
      salt: hmac('sha256', this.secret, `salt\0${username}`).subarray(0, 16).toString('base64'),
      iterations: defaultIterations,
      'SCRAM-SHA-1': keys(20),
      'SCRAM-SHA-256': keys(32),
    };
  }
}

interface ClientFirst {
  gs2: string;
  bare: string;
  authzid: string | undefined;
  username: string;
  nonce: string;
}

interface ScramState extends ClientFirst {
  account: Account | undefined;
  keys: ScramKeys;
  serverFirst: string;
}

function parseClientFirst(text: string): ClientFirst | undefined {
  const match = /^([ny],(?:a=([^,]+))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^,]+)*)$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, gs2 = '', authzid, bare = '', name = '', nonce = ''] = match;
  const username = unescapeName(name);
  if (username === undefined) return undefined;
  return { gs2, bare, authzid: authzid && unescapeName(authzid), username, nonce };
}

/** RFC 5802 §5.1 saslname: "," and "=" are written =2C and =3D, and no other "=" may occur. */
function unescapeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

/** RFC 4505: the message is a trace that nobody here needs. */
const anonymous: SaslExchange = () => ({
  type: 'success',
  identity: { anonymous: true, username: randomBytes(12).toString('hex') },
});

type Hash = (typeof hashes)[ScramMechanism];
const sha = (hash: Hash, data: Uint8Array) => createHash(hash).update(data).digest();
const hmac = (hash: Hash, key: string | Uint8Array, data: string) =>
  createHmac(hash, key).update(data).digest();
const equal = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);
const xor = (a: Buffer, b: Buffer) =>
  a.length === b.length ? Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0))) : undefined;
