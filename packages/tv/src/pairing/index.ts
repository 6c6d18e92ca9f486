export type { ShownOffer } from './offers.ts';
export { createPairing, type Pairing, type PairingEvents, type PairingOptions } from './pairing.ts';
export {
  type PairingStore,
  PairingStoreError,
  type PairingStoreErrorCode,
  type StoredAccount,
  type StoredPairings,
} from './store.ts';
export { type PairingWatch, type WatchEvents, type WatchOptions, watchPairing } from './watch.ts';
