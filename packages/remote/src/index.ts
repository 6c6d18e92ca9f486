export type {
  Artwork,
  Capabilities,
  Catalogue,
  CatalogueItem,
  CommandAction,
  CommandResult,
  FacetName,
  Facets,
  MediaError,
  MediaMetadata,
  MediaState,
  PlaybackState,
  RemoteKind,
  VolumeState,
} from '@fjern/protocol';
export type { DragOutcome } from './coalesce.ts';
export type { CommandOptions } from './commander.ts';
export type { CommandStatus } from './commands.ts';
export { CommandError, type CommandErrorCode, PairError, type PairErrorCode } from './errors.ts';
export type { CommandHandle } from './handle.ts';
export { type AccountTv, type ConnectOptions, connect, type KnownTv } from './known-tv.ts';
export type { LinkReason, LinkState, LostCode } from './link-state.ts';
export type { LoadRequest, MediaControl } from './media.ts';
export type { PairOptions, PairProgress, ResumeOptions } from './pairing.ts';
export { pair, resumePairing } from './pairing-on-demand.ts';
export type { TvPresence } from './presence.ts';
export { Remote, type RemoteEvents, type RemoteOptions } from './remote.ts';
export type { VolumeControl } from './volume.ts';
