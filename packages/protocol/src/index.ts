export * from './advertisement.ts';
export * from './capabilities.ts';
export type { Catalogue, CatalogueItem } from './catalogue.ts';
export * from './clock.ts';
export * from './commands.ts';
export * from './errors.ts';
export * from './facets.ts';
export * from './grants.ts';
export * from './in-flight.ts';
export { bareJid } from './jid.ts';
export {
  type Artwork,
  currentTimeAt,
  type MediaError,
  type MediaErrorCondition,
  type MediaMetadata,
  type MediaSource,
  type MediaState,
  mediaErrorConditions,
  type PlaybackState,
  playbackStates,
} from './media.ts';
export * from './namespaces.ts';
export * from './offer.ts';
export * from './pairing.ts';
export * from './parse.ts';
export * from './remotes.ts';
export * from './screen.ts';
export * from './seal.ts';
export * from './session.ts';
export * from './state.ts';
export { isToken } from './values.ts';
export type { VolumeState } from './volume.ts';
export * from './xml.ts';
