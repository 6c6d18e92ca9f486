import {
  type MediaMetadata,
  type MediaState,
  mediaErrorConditions,
  playbackStates,
  type VolumeState,
} from '@fjern/protocol';
import type { PlayerState } from './player.ts';

// What a player says is checked before anything is built on it: players are other people's code, and a NaN
// in one attribute would make the whole facet undecodable for every remote.

export function readVolume(state: PlayerState): VolumeState {
  return { level: wireNumber(state.level, 0, 1) ?? 1, muted: state.muted === true };
}

/** @param at when `state` was read: seconds on the TV's clock */
export function readMedia(state: PlayerState, at: number): MediaState {
  const endless = state.live === true || state.duration === Infinity;
  const duration = endless ? undefined : wireNumber(state.duration, 0);
  const start = wireNumber(state.seekable?.start, 0);
  const end = wireNumber(state.seekable?.end, 0);
  const { source, metadata, error } = state;
  const media: MediaState = {
    state: playbackStates.find((known) => known === state.state) ?? 'idle',
    currentTime: wireNumber(state.currentTime, 0) ?? 0,
    at,
    playbackRate: wireNumber(state.playbackRate, 0) ?? 1,
  };
  if (duration !== undefined) media.duration = duration;
  if (endless) media.live = true;
  if (start !== undefined && end !== undefined && start <= end) media.seekable = { start, end };
  if (source?.uri)
    media.source = { uri: String(source.uri), ...(source.type ? { type: source.type } : {}) };
  if (metadata) media.metadata = readMetadata(metadata);
  if (media.state === 'error') {
    media.error = {
      condition: mediaErrorConditions.find((known) => known === error?.condition) ?? 'media-failed',
      ...(error?.text ? { text: String(error.text) } : {}),
    };
  }
  return media;
}

function readMetadata({ title, artist, album, artwork }: MediaMetadata): MediaMetadata {
  const metadata: MediaMetadata = {};
  if (title) metadata.title = String(title);
  if (artist) metadata.artist = String(artist);
  if (album) metadata.album = String(album);
  if (artwork && artwork.length > 0) metadata.artwork = artwork.filter(({ src }) => src);
  return metadata;
}

/** Numbers as the wire has them: finite, microseconds, and below 1e21, where notation changes. */
function wireNumber(value: unknown, min: number, max = 1e12): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  return Math.round(Math.min(Math.max(value, min), max) * 1e6) / 1e6 + 0;
}
