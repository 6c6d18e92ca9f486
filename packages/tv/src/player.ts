import type { MediaError, MediaMetadata, MediaSource, PlaybackState } from '@fjern/protocol';

/**
 * What renders media behind the agent. An integrator implements this for the player of the device;
 * everything else (addresses, permissions, repeats, versions) is the agent's. `describePlayer` of
 * `@fjern/tv/conformance` finds out whether all of this is kept.
 *
 * Times are seconds into the media, volumes 0..1, rates 1 for normal speed.
 *
 * Calls come in the order in which remotes asked and may overlap: the agent does not wait for one before it
 * makes the next, and the last one wins. An earlier one may then resolve, or reject with `superseded`. A call
 * that does not settle in time (20 s for `load`, 5 s for the others) is answered with `player-failed`; its late
 * outcome is ignored. Whatever a method throws or rejects with that is not a {@link PlayerError} counts as
 * `player-failed`.
 *
 * When a call resolves, `state` shows what it did, and listeners have been told or are within the same second.
 *
 * When what does the playing crashes or cannot be reached any more, the media it had are shown as `error` with
 * `player-failed`, and the next `load` brings it back or says why not. The player itself stays usable for ever.
 */
export interface Player {
  readonly capabilities: PlayerCapabilities;

  /**
   * A complete snapshot, true at the instant of reading: a new object each time, which the player does not change
   * afterwards. Cheap: it is read before and after each command. Never throws, also after `close`.
   */
  readonly state: PlayerState;

  /**
   * Replaces whatever is loaded. Resolves when the metadata is known and, with `autoplay`, playback has begun
   * or waits for data only. From the call on, before it returns, `state.source` is the new source, `state.state` is
   * `loading` and `state.currentTime` where it shall start. `play`, `pause` and `seek` meanwhile change what it will
   * do then. Rate, volume and muting stay as they are, whatever comes of it. `media` is not changed.
   *
   * `signal` is aborted with a PlayerError: `superseded` before a later `load` or `stop` is called, and the
   * player must not touch what that one sets up, however late something of this one comes; `player-failed` when it
   * took too long, and it unloads. It rejects with that error at once. After `load` has settled an abort means nothing.
   *
   * @throws PlayerError `media-unreachable`, `media-unsupported`, `media-failed` (state becomes `error`, with
   *   `state.error` of the same condition, and source and metadata as given), `out-of-range` (`currentTime` is past
   *   the end; nothing stays loaded), `interaction-required` (loaded, but paused until a viewer acts)
   */
  load(media: MediaToLoad, signal: AbortSignal): Promise<void>;

  /**
   * Resolves when time moves or would, had the player data; at once when it does already. From `ended` it starts
   * again at 0.
   * @throws PlayerError `no-media` when idle or after an error
   */
  play(): Promise<void>;

  /**
   * Resolves when time stands still; at once when it does already. `ended` stays `ended`.
   * @throws PlayerError `no-media` when idle or after an error
   */
  pause(): Promise<void>;

  /** Unloads the media or the error: `state` becomes `idle`, without source. No error when nothing is loaded. @throws PlayerError */
  stop(): Promise<void>;

  /**
   * Resolves when playback goes on from there, or is paused there: within 0.35 s. Seeking to the duration ends
   * the media, playing or paused; seeking back from `ended` leaves it paused.
   * The agent refuses what lies outside `seekable` and `duration` itself.
   * @throws PlayerError `out-of-range`, `no-media` when idle or after an error
   */
  seek(currentTime: number): Promise<void>;

  /** Resolves when it is in force, for what is loaded now or next; it is kept across `load`. Lies within `capabilities`. @throws PlayerError */
  setRate(playbackRate: number): Promise<void>;

  /** Resolves when it is in force, with and without media; does not unmute, and 0 does not mute. @throws PlayerError */
  setVolume(level: number): Promise<void>;

  /** @throws PlayerError */
  setMuted(muted: boolean): Promise<void>;

  /**
   * Calls `listener` whenever `state` may have changed in a way that extrapolation by rate does not predict,
   * whoever caused it: a command, the viewer, the media itself. Calling it too often costs a comparison only, but
   * more than ten calls a second while nothing happens cost a small device its time.
   * Returns the function that removes it, which may be called during a call and more than once.
   */
  onchange(listener: () => void): () => void;

  /**
   * Stops, and lets go of what the player holds; a `load` under way rejects with `superseded` or `player-failed`.
   * No listener is called afterwards, and `state` is idle. May be repeated. Never rejects.
   */
  close(): Promise<void>;
}

export interface PlayerCapabilities {
  /** MIME types that it plays, without parameters. */
  mediaTypes: string[];
  /** Limits of `setRate`; both 1 when the speed cannot be changed. */
  playbackRate: { min: number; max: number };
}

export interface MediaToLoad {
  /** The URI is http(s), absolute or relative to the TV's HTTP endpoint. */
  source: MediaSource;
  /** For the screen, and to be given back in `state`. */
  metadata: MediaMetadata;
  /** Where to start, seconds. */
  currentTime: number;
  /** Whether to play, or to wait paused. */
  autoplay: boolean;
}

export interface PlayerState {
  /**
   * `idle` when nothing is loaded. A `buffering` shorter than about 300 ms (at each seek) is left out. At the end it
   * goes from `playing` to `ended` directly, and stays there with its source.
   */
  state: PlaybackState;
  /** Finite, 0 when idle, and not past the duration. While `playing` it moves with `playbackRate`. */
  currentTime: number;
  /** The rate that is set, also while paused. */
  playbackRate: number;
  /** Absent while unknown, and for endless media. */
  duration?: number;
  live?: boolean;
  /** Absent when it is 0..duration. */
  seekable?: { start: number; end: number };
  /** As it was given to `load`; there unless idle. */
  source?: MediaSource;
  /** What was given to `load`; the player may add what it was not given. */
  metadata?: MediaMetadata;
  /** With state `error`, and only then. `text` is a sentence for the people in front of the TV. */
  error?: MediaError;
  /** Kept while muted. */
  level: number;
  muted: boolean;
}

export type PlayerErrorCode =
  /** Could not be fetched: no such host, no such file, no network. */
  | 'media-unreachable'
  /** Not a format that this player plays. */
  | 'media-unsupported'
  /** Damaged data, decoder failure. */
  | 'media-failed'
  /** Nothing is loaded that this could apply to. */
  | 'no-media'
  /** A value that this media or player does not allow. */
  | 'out-of-range'
  /** A viewer has to act first (a browser's autoplay policy). */
  | 'interaction-required'
  /** A later call took its place. */
  | 'superseded'
  /** It did not do it. */
  | 'player-failed';

export class PlayerError extends Error {
  override name = 'PlayerError';
  readonly code: PlayerErrorCode;

  constructor(code: PlayerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
