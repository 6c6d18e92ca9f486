import { StanzaError } from '@fjern/protocol';
import type { Clock } from '../clock.ts';
import {
  nothing,
  PairingStoreError,
  type Pairings,
  problemOf,
  readStored,
  remembered,
  type StoredAccount,
  type StoredPairings,
  type StoredRevocation,
} from './stored.ts';

export { type Role, roles } from '@fjern/protocol';
export {
  PairingStoreError,
  type PairingStoreErrorCode,
  type Pairings,
  type RevocationReason,
  type StoredAccount,
  type StoredPairings,
  type StoredRevocation,
} from './stored.ts';

/** Where pairings outlive the process. What is handed over is plain JSON. */
export interface PairingStore {
  /** What was saved last, by whatever version of this software, or nothing the first time. */
  load(): Promise<unknown>;
  /** Resolves when `data` is durable and has replaced what was there; otherwise rejects and leaves that as it was. */
  save(data: StoredPairings): Promise<void>;
}

/** Seconds that a store has. */
const saveLimit = 10;

/** The accounts of paired remotes, never ahead of what is stored. */
export class Accounts {
  private readonly store: PairingStore;
  private readonly clock: Clock;
  private stored: Pairings & { readonly generation: number };
  /** Of the last attempt to store: one that was given up may still have come through. */
  private attempted: number;
  private tail: Promise<void> = Promise.resolve();

  /** @throws PairingStoreError */
  static async load(store: PairingStore, clock: Clock): Promise<Accounts> {
    let stored: unknown;
    try {
      stored = await store.load();
    } catch (cause) {
      throw new PairingStoreError('unreadable', 'The pairings could not be read.', { cause });
    }
    return new Accounts(store, clock, readStored(stored ?? nothing, clock.now()));
  }

  private constructor(store: PairingStore, clock: Clock, stored: StoredPairings) {
    this.store = store;
    this.clock = clock;
    this.stored = stored;
    this.attempted = stored.generation;
  }

  get list(): readonly StoredAccount[] {
    return this.stored.accounts;
  }

  /** Grows with each change, across restarts. */
  get generation(): number {
    return this.stored.generation;
  }

  /** The pairings that have ended, of the last 90 days and 32 at most; the oldest first. */
  get revocations(): readonly StoredRevocation[] {
    return remembered(this.stored, this.clock.now());
  }

  find(username: string): StoredAccount | undefined {
    return this.list.find((account) => account.username === username);
  }

  /** @param key public key, base64url */
  findByKey(key: string): StoredAccount | undefined {
    return this.list.find((account) => account.key === key);
  }

  /**
   * Replaces what `edit` returns, one change after the other, once it is stored; what it leaves out stays. An
   * edit that returns what it was given changes nothing; one that throws changes nothing either.
   * @throws StanzaError `resource-constraint`: it could not be stored and nothing has changed
   * @throws TypeError what `edit` returned could not be read again, as two accounts with one key
   */
  change(edit: (pairings: Pairings) => Partial<Pairings>): Promise<void> {
    const changed = this.tail.then(async () => {
      const { accounts, revoked } = this.stored;
      const edited = { accounts, revoked, ...edit({ accounts, revoked }) };
      if (edited.accounts === accounts && edited.revoked === revoked) return;
      this.attempted += 1;
      const next: StoredPairings = {
        version: 2,
        generation: this.attempted,
        accounts: [...edited.accounts],
        revoked: remembered(edited, this.clock.now()),
      };
      const problem = problemOf(next);
      if (problem) throw new TypeError(problem);
      await this.save(next);
      this.stored = next;
    });
    this.tail = changed.catch(() => {});
    return changed;
  }

  private async save(pairings: StoredPairings): Promise<void> {
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = this.clock.setTimeout(
        () => reject(new Error(`Storing took longer than ${saveLimit} s.`)),
        saveLimit * 1000,
      );
    });
    try {
      await Promise.race([this.store.save(pairings), late]);
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
