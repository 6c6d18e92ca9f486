export type {
  Artwork,
  Capabilities,
  Catalogue,
  CatalogueItem,
  CommandAction,
  CommandName,
  CommandResult,
  FacetName,
  Facets,
  Grant,
  MediaError,
  MediaMetadata,
  MediaState,
  PairedRemote,
  PlaybackState,
  RemoteKind,
  Revocation,
  RevocationReason,
  Role,
  VolumeState,
} from '@fjern/protocol';
export type { DragOutcome } from './coalesce.ts';
export type { CommandOptions } from './commander.ts';
export type { CommandStatus } from './commands.ts';
export { CommandError, type CommandErrorCode, PairError, type PairErrorCode } from './errors.ts';
export type { CommandHandle } from './handle.ts';
export { type AccountTv, type ConnectOptions, connect, type KnownTv } from './known-tv.ts';
export type { DoubtCode, LinkReason, LinkState, LostCode } from './link-state.ts';
export type { LoadRequest, MediaControl } from './media.ts';
export type { PairOptions, PairProgress, PinTarget, ResumeOptions } from './pairing.ts';
export { pair, pairWithPin, resumePairing } from './pairing-on-demand.ts';
export type { TvPresence } from './presence.ts';
export { Remote } from './remote.ts';
export type { RemoteEvents, RemoteOptions } from './remote-options.ts';
export type { RemotesControl } from './remotes.ts';
export type { RemoteKey } from './store/key.ts';
export type { VolumeControl } from './volume.ts';
