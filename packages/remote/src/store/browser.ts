import { guarded } from '../guarded.ts';
import { memoryStore } from './memory.ts';
import { fromVersion1, isKey, isRecord, problemOfTv } from './reading.ts';
import {
  type KnownTv,
  type StoredTv,
  StoreError,
  type TvStore,
  withoutTv,
  withTv,
} from './tv-store.ts';

export interface BrowserStoreOptions {
  /** Of the database and of the channel between windows; default `fjern`. */
  name?: string;
  /** Where the database is; default the browser's. */
  indexedDB?: IDBFactory;
  /** Where version 1 kept the TVs; default the browser's. */
  localStorage?: Pick<Storage, 'getItem' | 'removeItem'>;
}

export interface BrowserStore extends TvStore {
  readonly volatile: boolean;
  on(event: 'change', listener: () => void): () => void;
  /** Lets go of the database; the next use opens it again. */
  close(): void;
}

/**
 * Keeps the TVs in IndexedDB, which also holds keys that script cannot read. Each change is one transaction, so
 * windows that change it at the same time lose nothing of each other. Where the browser keeps nothing, it falls
 * back to memory and says so: `volatile`.
 */
export function browserStore(options: BrowserStoreOptions = {}): BrowserStore {
  return new IndexedDbStore(options);
}

/** Of the database. 1: the list of TVs under `list`. */
const version = 1;
const storeName = 'tvs';
const listKey = 'list';
const version1Key = 'fjern.tvs.1';
/** How long the browser has to open the database or to store something, ms. */
const limit = 10_000;

class IndexedDbStore implements BrowserStore {
  private readonly options: BrowserStoreOptions;
  private readonly name: string;
  private readonly listeners = new Set<() => void>();
  private opening: Promise<IDBDatabase | undefined> | undefined;
  private memory: TvStore | undefined;
  private channel: BroadcastChannel | undefined;

  constructor(options: BrowserStoreOptions) {
    this.options = options;
    this.name = options.name ?? 'fjern';
  }

  get volatile(): boolean {
    return this.memory !== undefined;
  }

  async all(): Promise<StoredTv[]> {
    const list = await this.transact('readonly');
    if (!list) return this.memory?.all() ?? [];
    // One that somebody has touched does not take the others with it.
    return list.filter((tv) => problemOfTv(tv, isPrivateKey) === undefined);
  }

  async save(known: KnownTv): Promise<void> {
    if (!(await this.transact('readwrite', (tvs) => withTv(tvs, known))))
      await this.memory?.save(known);
    this.tell();
  }

  async forget(tv: string): Promise<void> {
    if (!(await this.transact('readwrite', (tvs) => withoutTv(tvs, tv))))
      await this.memory?.forget(tv);
    this.tell();
  }

  on(_event: 'change', listener: () => void): () => void {
    this.listeners.add(listener);
    this.openChannel();
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.opening?.then((database) => database?.close()).catch(() => {});
    this.opening = undefined;
    this.channel?.close();
    this.channel = undefined;
  }

  /** Reads, or changes, the list. @returns the list as it was; nothing where there is no database */
  private async transact(
    mode: IDBTransactionMode,
    edit?: (tvs: StoredTv[]) => StoredTv[],
  ): Promise<StoredTv[] | undefined> {
    const database = await this.open();
    if (!database) return undefined;
    let transaction: IDBTransaction;
    try {
      transaction = begin(database, mode);
    } catch {
      // The connection was lost, as phones do to pages in the background: nothing has been asked of it yet.
      this.opening = undefined;
      const again = await this.open();
      if (!again) return undefined;
      try {
        transaction = begin(again, mode);
      } catch (error) {
        throw storeError(error);
      }
    }
    return run(transaction, edit);
  }

  private open(): Promise<IDBDatabase | undefined> {
    if (this.opening) return this.opening;
    const opening = this.openDatabase();
    this.opening = opening;
    const isOver = () => {
      if (this.opening === opening) this.opening = undefined;
    };
    opening.then((database) => {
      if (!database) return;
      database.onclose = isOver;
      // A later version of the application must not wait for this window.
      database.onversionchange = () => {
        database.close();
        isOver();
      };
    }, isOver);
    return opening;
  }

  private async openDatabase(): Promise<IDBDatabase | undefined> {
    if (this.memory) return undefined;
    const old = this.readVersion1();
    try {
      const database = await openDatabase(this.factory(), this.name, old);
      this.removeVersion1();
      return database;
    } catch (error) {
      const name = nameOf(error);
      if (error instanceof StoreError) throw error;
      if (name === 'VersionError')
        throw new StoreError(
          'newer',
          'The TVs were stored by a newer version of this page: reload it.',
          { cause: error },
        );
      if (name === 'AbortError') throw storeError(error);
      // None there, forbidden, or of no use, as in some private windows.
      this.memory = memoryStore(old);
      return undefined;
    }
  }

  private factory(): IDBFactory {
    // A sandboxed page is refused even the property.
    const factory = this.options.indexedDB ?? globalThis.indexedDB;
    if (!factory) throw new DOMException('There is no IndexedDB.', 'NotSupportedError');
    return factory;
  }

  private readVersion1(): StoredTv[] {
    try {
      const storage = this.options.localStorage ?? globalThis.localStorage;
      const stored: unknown = JSON.parse(storage.getItem(version1Key) ?? '[]');
      const tvs = Array.isArray(stored) ? stored.map(fromVersion1) : [];
      return tvs.filter((tv) => tv !== undefined);
    } catch {
      // Storage that is forbidden or damaged knows no TV.
      return [];
    }
  }

  /** It has moved, and its tokens are secret. */
  private removeVersion1(): void {
    try {
      (this.options.localStorage ?? globalThis.localStorage).removeItem(version1Key);
    } catch {
      // Forbidden: then there was none.
    }
  }

  private openChannel(): BroadcastChannel | undefined {
    try {
      this.channel ??= new BroadcastChannel(`${this.name}.tvs`);
      this.channel.onmessage = () => this.emit();
    } catch {
      // None in this browser, or forbidden: then windows learn of each other when they are reloaded.
    }
    return this.channel;
  }

  private tell(): void {
    // What only this page knows is no news for others.
    if (!this.volatile) this.openChannel()?.postMessage('change');
    this.emit();
  }

  private emit(): void {
    for (const listener of [...this.listeners]) guarded(listener);
  }
}

function openDatabase(factory: IDBFactory, name: string, old: StoredTv[]): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      const message = 'The browser does not open its storage: close other windows of this page.';
      reject(new StoreError('busy', message));
    }, limit);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(storeName).put(old, listKey);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      if (isLate) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}

function begin(database: IDBDatabase, mode: IDBTransactionMode): IDBTransaction {
  // Strict: complete means on the disk.
  return database.transaction(storeName, mode, { durability: 'strict' });
}

function run(
  transaction: IDBTransaction,
  edit: ((tvs: StoredTv[]) => StoredTv[]) | undefined,
): Promise<StoredTv[]> {
  return new Promise((resolve, reject) => {
    let list: StoredTv[] = [];
    let cause: unknown;
    const abort = (reason: unknown) => {
      cause ??= reason;
      try {
        transaction.abort();
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(
      () => abort(new StoreError('busy', 'The browser did not store the TV in time: try again.')),
      limit,
    );
    const store = transaction.objectStore(storeName);
    const reading = store.get(listKey);
    reading.onsuccess = () => {
      const stored: unknown = reading.result;
      list = Array.isArray(stored) ? (stored.filter(isRecord) as unknown[] as StoredTv[]) : [];
      try {
        if (edit) store.put(edit(list), listKey);
      } catch (error) {
        abort(error);
      }
    };
    transaction.oncomplete = () => {
      clearTimeout(timer);
      resolve(list);
    };
    transaction.onabort = () => {
      clearTimeout(timer);
      reject(storeError(cause ?? transaction.error));
    };
  });
}

function storeError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  switch (nameOf(cause)) {
    case 'QuotaExceededError':
      return new StoreError('full', 'The browser has no space left for this page: free some.', {
        cause,
      });
    // Also without a cause: the browser gave it up by itself.
    case 'AbortError':
    case undefined:
      return new StoreError('aborted', 'The browser gave the change up: try again.', { cause });
    default:
      return new StoreError('failed', 'The browser could not store the TV: try again.', { cause });
  }
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error || error instanceof DOMException ? error.name : undefined;
}

function isPrivateKey(value: unknown): boolean {
  return isKey(value) || (typeof CryptoKey === 'function' && value instanceof CryptoKey);
}
