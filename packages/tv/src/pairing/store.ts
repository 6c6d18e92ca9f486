import { type RemoteKind, remoteKinds, StanzaError } from '@fjern/protocol';
import type { Clock } from '../clock.ts';

/** Where pairings outlive the process. What is handed over is plain JSON. */
export interface PairingStore {
  /** What was saved last, or nothing the first time. */
  load(): Promise<StoredPairings | undefined>;
  /** Resolves when `data` is durable and has replaced what was there; otherwise rejects and leaves that as it was. */
  save(data: StoredPairings): Promise<void>;
}

export interface StoredPairings {
  version: 1;
  accounts: StoredAccount[];
}

export interface StoredAccount {
  /** Local part of its JID. */
  username: string;
  /** Login token; secret. */
  token: string;
  name: string;
  kind: RemoteKind;
  /** Milliseconds since the Unix epoch. */
  pairedAt: number;
  /** Whether the remote has shown that it can log in. */
  confirmed: boolean;
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

/** Seconds that a store has. */
const saveLimit = 10;

/** The accounts of paired remotes, never ahead of what is stored. */
export class Accounts {
  private readonly store: PairingStore;
  private readonly clock: Clock;
  private accounts: readonly StoredAccount[];
  private tail: Promise<void> = Promise.resolve();

  /** @throws PairingStoreError */
  static async load(store: PairingStore, clock: Clock): Promise<Accounts> {
    let stored: StoredPairings | undefined;
    try {
      stored = await store.load();
    } catch (cause) {
      throw new PairingStoreError('unreadable', 'The pairings could not be read.', { cause });
    }
    return new Accounts(store, clock, stored === undefined ? [] : readStored(stored));
  }

  private constructor(store: PairingStore, clock: Clock, accounts: StoredAccount[]) {
    this.store = store;
    this.clock = clock;
    this.accounts = accounts;
  }

  get list(): readonly StoredAccount[] {
    return this.accounts;
  }

  find(username: string): StoredAccount | undefined {
    return this.accounts.find((account) => account.username === username);
  }

  /**
   * Replaces the list, one change after the other, once the new one is stored. An edit that returns what
   * it was given changes nothing.
   * @throws StanzaError `resource-constraint`: it could not be stored and nothing has changed
   */
  change(edit: (accounts: readonly StoredAccount[]) => readonly StoredAccount[]): Promise<void> {
    const changed = this.tail.then(async () => {
      const accounts = edit(this.accounts);
      if (accounts === this.accounts) return;
      await this.save(accounts);
      this.accounts = accounts;
    });
    this.tail = changed.catch(() => {});
    return changed;
  }

  private async save(accounts: readonly StoredAccount[]): Promise<void> {
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = this.clock.setTimeout(
        () => reject(new Error(`Storing took longer than ${saveLimit} s.`)),
        saveLimit * 1000,
      );
    });
    try {
      await Promise.race([this.store.save({ version: 1, accounts: [...accounts] }), late]);
    } catch (cause) {
      throw new StanzaError('resource-constraint', {
        text: 'The TV could not store this: free some space on it and try again.',
        cause,
      });
    } finally {
      this.clock.clearTimeout(timer);
    }
  }
}

function readStored(stored: unknown): StoredAccount[] {
  const { version, accounts } = (stored ?? {}) as Partial<Record<keyof StoredPairings, unknown>>;
  if (typeof version === 'number' && version > 1)
    throw new PairingStoreError('newer', 'The pairings were stored by a newer version of Fjern.');
  if (version !== 1 || !Array.isArray(accounts) || !accounts.every(isAccount))
    throw new PairingStoreError('unreadable', 'What is stored is no list of pairings.');
  return accounts;
}

function isAccount(value: unknown): value is StoredAccount {
  const { username, token, name, kind, pairedAt, confirmed } = (value ?? {}) as Partial<
    Record<keyof StoredAccount, unknown>
  >;
  return (
    typeof username === 'string' &&
    typeof token === 'string' &&
    typeof name === 'string' &&
    remoteKinds.some((known) => known === kind) &&
    Number.isFinite(pairedAt) &&
    typeof confirmed === 'boolean'
  );
}
