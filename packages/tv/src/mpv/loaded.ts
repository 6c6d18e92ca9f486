import type { MediaError, MediaMetadata, MediaSource, PlaybackState } from '@fjern/protocol';
import type { PlayerState } from '../player.ts';
import type { Observed } from './observed.ts';

/** Seconds before its end from where media count as at their end: there the last picture begins. */
const lastPicture = 0.05;

/** What is loaded: by `load`, by whoever had this mpv before, or by somebody at mpv itself. */
export interface Loaded {
  /** Absent when somebody loaded what is no business of a remote's, such as a file. */
  readonly source?: MediaSource;
  readonly metadata: MediaMetadata;
  /** By whom: `elsewhere` is not ours to stop. */
  readonly by: 'here' | 'elsewhere';
  /** Where it should start. */
  currentTime: number;
  wantsToPlay: boolean;
  /**
   * `opening` until its metadata is known, `starting` until it plays or is paused where it should, `over` when
   * it has ended and mpv has let go of it.
   */
  phase: 'opening' | 'starting' | 'loaded' | 'over' | 'error';
  /** mpv's ids of it, several for a playlist; none until it has been handed over. */
  readonly entries: Set<number>;
  /** As it was when it was opened. */
  duration?: number | undefined;
  /** It grows while it is received. */
  live: boolean;
  /** Where a seek is under way to. */
  seekTarget?: number | undefined;
  /** It was sought to its end while paused, which mpv does not count as having ended. */
  soughtEnd: boolean;
  /** What can be sought when that is less than the whole. */
  seekable?: { start: number; end: number } | undefined;
  error?: MediaError;
  /** With an error: how far it had come. */
  last?: { currentTime: number; duration?: number };
}

export function newlyLoaded(
  by: Loaded['by'],
  given: Pick<Loaded, 'metadata' | 'currentTime' | 'wantsToPlay'> & { source?: MediaSource },
): Loaded {
  return {
    ...given,
    by,
    phase: by === 'here' ? 'opening' : 'loaded',
    entries: new Set(),
    live: false,
    soughtEnd: false,
  };
}

export function playbackState(
  media: Loaded | undefined,
  observed: Observed,
  isBuffering: boolean,
): PlaybackState {
  if (!media) return 'idle';
  switch (media.phase) {
    case 'opening':
    case 'starting':
      return 'loading';
    case 'error':
      return 'error';
    case 'over':
      return 'ended';
    case 'loaded':
      if (observed.ended || media.soughtEnd) return 'ended';
      if (observed.paused) return 'paused';
      return isBuffering ? 'buffering' : 'playing';
  }
}

export function playerState(
  media: Loaded | undefined,
  observed: Observed,
  isBuffering: boolean,
): PlayerState {
  const state: PlayerState = {
    state: playbackState(media, observed, isBuffering),
    currentTime: 0,
    playbackRate: observed.speed,
    level: Math.min(observed.volume / 100, 1),
    muted: observed.muted,
  };
  if (!media) return state;
  if (media.source) state.source = media.source;
  state.metadata = metadataOf(media, observed);
  if (media.error) state.error = media.error;
  if (media.last) return { ...state, ...media.last };
  if (media.phase === 'opening') {
    state.currentTime = media.currentTime;
    return state;
  }
  state.currentTime = positionOf(media, observed, state.state);
  if (media.live) state.live = true;
  else if (observed.duration !== undefined) state.duration = observed.duration;
  if (media.seekable) state.seekable = media.seekable;
  return state;
}

/** Whether that is where the last picture is, so that mpv has nothing to play from there. */
export function isAtEnd(position: number, { duration }: Observed): boolean {
  return duration !== undefined && position >= duration - lastPicture;
}

function positionOf(media: Loaded, observed: Observed, state: PlaybackState): number {
  if (media.seekTarget !== undefined) return media.seekTarget;
  const position = Math.max(0, observed.position);
  // The last picture is shown for a while, and begins before the end.
  if (state === 'ended' && !media.live) return observed.duration ?? position;
  return Math.min(position, observed.duration ?? Infinity);
}

/** What `load` was given, or else what the media say. */
function metadataOf(media: Loaded, observed: Observed): MediaMetadata {
  if (Object.keys(media.metadata).length > 0) return media.metadata;
  const found: MediaMetadata = {};
  for (const [key, value] of Object.entries(observed.metadata)) {
    if (typeof value !== 'string' || value === '') continue;
    const name = key.toLowerCase();
    if (name === 'title' || name === 'artist' || name === 'album') found[name] = value;
    // What an internet radio says that it plays now.
    else if (name === 'icy-title') found.title ??= value;
  }
  return found;
}
