import { type RemoteKind, type Role, remoteKinds, roles } from '@fjern/protocol';

export interface StoredPairings {
  version: 2;
  /** Grows with each change: of two copies, the one with the higher number is the later one. */
  generation: number;
  accounts: StoredAccount[];
  /** Those whose pairing has ended, so that they can be told why; the oldest first. */
  revoked: StoredRevocation[];
}

export interface StoredAccount {
  /** Local part of its JID. */
  username: string;
  /** Its bare JID, where that is an account of its own on somebody else's server. */
  jid?: string;
  /** Login token; secret. */
  token: string;
  /** The remote's public key, base64url: who it is. */
  key: string;
  name: string;
  kind: RemoteKind;
  role: Role;
  /** When the pairing ends by itself, milliseconds since the Unix epoch. */
  expires?: number;
  /** The pairing ends when the TV goes to standby. */
  untilStandby?: boolean;
  /** Milliseconds since the Unix epoch. */
  pairedAt: number;
  /** Milliseconds since the Unix epoch. */
  lastSeen?: number;
  /** Whether the remote has shown that its pairing is complete. */
  confirmed: boolean;
}

export const revocationReasons = [
  /** Somebody removed it. */
  'removed',
  /** Its time was over. */
  'expired',
  /** It was paired with a version that knew no keys, and has to pair again. */
  'upgrade',
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export interface StoredRevocation {
  username: string;
  /** The login token it had; secret. */
  token: string;
  /** The key it had, unless it was paired before there were keys. */
  key?: string;
  name: string;
  kind: RemoteKind;
  /** Milliseconds since the Unix epoch. */
  at: number;
  /** Name of the remote that did it; empty: at the TV. */
  by: string;
  reason: RevocationReason;
}

export type PairingStoreErrorCode =
  /** `load` failed, or gave what is no list of pairings: repair or remove what is stored. */
  | 'unreadable'
  /** It was written by a later version of this software: update this one. */
  | 'newer';

export class PairingStoreError extends Error {
  override name = 'PairingStoreError';
  readonly code: PairingStoreErrorCode;

  constructor(code: PairingStoreErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** Who is paired, and who was. */
export interface Pairings {
  readonly accounts: readonly StoredAccount[];
  readonly revoked: readonly StoredRevocation[];
}

/** Ended pairings that are remembered: for so many, and for so long, ms. */
const mostRevoked = 32;
const revokedLifetime = 90 * 24 * 3600 * 1000;

/** What is there the first time. */
export const nothing: StoredPairings = { version: 2, generation: 0, accounts: [], revoked: [] };

/** Without what is too old or too much, and without those who have paired again. */
export function remembered({ accounts, revoked }: Pairings, now: number): StoredRevocation[] {
  const isBack = ({ username, key }: StoredRevocation) =>
    accounts.some((account) => account.username === username || account.key === key);
  return revoked
    .filter((revocation) => now - revocation.at < revokedLifetime && !isBack(revocation))
    .slice(-mostRevoked);
}

/**
 * Reads what any version stored.
 * @param now milliseconds since the Unix epoch
 * @throws PairingStoreError
 */
export function readStored(stored: unknown, now: number): StoredPairings {
  const version = isRecord(stored) ? stored.version : undefined;
  if (typeof version === 'number' && version > 2)
    throw new PairingStoreError('newer', 'The pairings were stored by a newer version of Fjern.');
  const problem = problemOf(stored);
  if (problem)
    throw new PairingStoreError('unreadable', `What is stored is no list of pairings: ${problem}.`);
  return version === 1
    ? upgrade(stored as StoredPairings1, now)
    : (stored as unknown as StoredPairings);
}

/** What version 1 stored: remotes that had a token and no key. */
interface StoredPairings1 {
  version: 1;
  accounts: (Pick<StoredAccount, 'username' | 'token' | 'name' | 'kind' | 'pairedAt'> & {
    confirmed: boolean;
  })[];
}

function upgrade({ accounts }: StoredPairings1, now: number): StoredPairings {
  const revoked = accounts
    .filter(({ confirmed }) => confirmed)
    .sort((one, other) => one.pairedAt - other.pairedAt)
    .map(
      ({ username, token, name, kind }): StoredRevocation => ({
        username,
        token,
        name,
        kind,
        at: now,
        by: '',
        reason: 'upgrade',
      }),
    );
  return { ...nothing, revoked: remembered({ accounts: [], revoked }, now) };
}

/** Says what a value should be, unless it is that. */
type Check = (value: unknown) => string | undefined;

const check =
  (what: string, is: (value: unknown) => boolean): Check =>
  (value) =>
    is(value) ? undefined : `is not ${what}`;
const optional =
  (required: Check): Check =>
  (value) =>
    value === undefined ? undefined : required(value);
const oneOf = (values: readonly string[]) =>
  check(`one of ${values.join(', ')}`, (value) => values.some((known) => known === value));

const string = check('a string', (value) => typeof value === 'string');
const boolean = check('true or false', (value) => typeof value === 'boolean');
const instant = check('a time', Number.isFinite);
const publicKey = check(
  'a public key',
  (value) => typeof value === 'string' && /^[\w-]{43}$/.test(value),
);

const account1: Record<string, Check> = {
  username: string,
  token: string,
  name: string,
  kind: oneOf(remoteKinds),
  pairedAt: instant,
  confirmed: boolean,
};
const account: Record<keyof StoredAccount, Check> = {
  username: string,
  jid: optional(string),
  token: string,
  key: publicKey,
  name: string,
  kind: oneOf(remoteKinds),
  role: oneOf(roles),
  expires: optional(instant),
  untilStandby: optional(boolean),
  pairedAt: instant,
  lastSeen: optional(instant),
  confirmed: boolean,
};
const revocation: Record<keyof StoredRevocation, Check> = {
  username: string,
  token: string,
  key: optional(publicKey),
  name: string,
  kind: oneOf(remoteKinds),
  at: instant,
  by: string,
  reason: oneOf(revocationReasons),
};

/** What is wrong and where, as `accounts[3].key is not a public key`. */
export function problemOf(stored: unknown): string | undefined {
  if (!isRecord(stored)) return 'it is not an object';
  const { version, generation, accounts, revoked } = stored;
  if (version === 1) return problemIn('accounts', accounts, account1, ['username']);
  if (version !== 2) return 'version is neither 1 nor 2';
  if (!Number.isSafeInteger(generation) || Number(generation) < 0)
    return 'generation is not a whole number';
  return (
    problemIn('accounts', accounts, account, ['username', 'key']) ??
    problemIn('revoked', revoked, revocation, [])
  );
}

function problemIn(
  path: string,
  list: unknown,
  checks: Record<string, Check>,
  unique: string[],
): string | undefined {
  if (!Array.isArray(list)) return `${path} is not a list`;
  const seen = new Set<string>();
  for (const [index, item] of (list as unknown[]).entries()) {
    const at = `${path}[${index}]`;
    if (!isRecord(item)) return `${at} is not an object`;
    for (const [field, problem] of Object.entries(checks)) {
      const text = problem(item[field]);
      if (text) return `${at}.${field} ${text}`;
    }
    for (const field of unique) {
      const value = `${field} ${item[field]}`;
      if (seen.has(value)) return `${at}.${field} is there twice`;
      seen.add(value);
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
