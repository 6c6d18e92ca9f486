export {
  createPairing,
  type Pairing,
  type PairingEvents,
  type PairingOptions,
} from './pairing.ts';
export type { GuestTerms, Permissions } from './roster.ts';
export { screenPsk } from './screen-psk.ts';
export {
  type PairingStore,
  PairingStoreError,
  type PairingStoreErrorCode,
  type StoredAccount,
  type StoredPairings,
  type StoredRevocation,
} from './store.ts';
export { type PairingWatch, type WatchEvents, type WatchOptions, watchPairing } from './watch.ts';
