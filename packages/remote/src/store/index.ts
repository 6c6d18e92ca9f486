export { type BrowserStore, type BrowserStoreOptions, browserStore } from './browser.ts';
export type { RemoteKey } from './key.ts';
export { memoryStore } from './memory.ts';
export {
  type KnownTv,
  type OutdatedTv,
  type StoredTv,
  StoreError,
  type StoreErrorCode,
  type TvStore,
} from './tv-store.ts';
