import type { Player } from '../player.ts';

/** A player as the kit needs it: fresh, with nothing loaded, and media that it can get at. */
export interface PlayerUnderTest {
  player: Player;
  media: TestMedia;
  /**
   * What somebody does at the TV itself (its remote control, another app), past the player. With it the kit
   * finds out whether the player notices.
   */
  viewer?: {
    /** While something plays. */
    pause?(): Promise<void>;
    /** While something is loaded. */
    seek?(currentTime: number): Promise<void>;
    /** @param level 0..1 */
    setVolume?(level: number): Promise<void>;
  };
  /** Makes what does the playing crash, or drops the connection to it. The player has to recover by itself. */
  crash?(): Promise<void>;
  /** Ends it all. Called after the player's own `close`; no error may come of that. */
  close(): Promise<void>;
}

/** URIs, absolute or relative, as a remote would send them. */
export interface TestMedia {
  /** At least 20 s long, seekable. */
  film: string;
  /** 2 to 4 s long. */
  short: string;
  /** Nothing is there: 404, or a host that refuses. */
  missing: string;
  /** Something is there that is no media (an HTML page, say). */
  unsupported: string;
  /** Starts as media and is broken from some point on. */
  damaged?: string;
  /** Endless. */
  live?: string;
  /** Accepts the connection and sends nothing. */
  stalled?: string;
}

/** Makes a {@link PlayerUnderTest}; called for each case. */
export type PlayerFactory = () => Promise<PlayerUnderTest>;
