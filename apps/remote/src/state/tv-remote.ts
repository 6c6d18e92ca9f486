import type { Catalogue, Grant, MediaState, Revocation, VolumeState } from '@fjern/protocol';
import type { RemotesControl } from '@fjern/remote';

export interface LinkState {
  status: 'connecting' | 'live' | 'stale' | 'lost';
  /** For how long; ms since the Unix epoch. What is shown while it is `stale` is that old. */
  since?: number;
  /** When it is tried next, while it is not being tried; likewise. */
  retryAt?: number;
  /**
   * Why it is not live; `message` is for people, the codes `unpaired`, `refused` and `conflict` are told from the
   * others. With `unpaired` comes the TV's own word on who ended the pairing, if the TV could give it.
   */
  reason?: { code: string; message: string; revocation?: Revocation };
}

/**
 * What this page needs of `@fjern/remote`'s Remote. The gallery and the tests bring their own; the
 * commands resolve once the state shows their effect and reject with a `message` for people.
 */
export interface TvRemote {
  readonly name: string;
  readonly link: LinkState;
  readonly tv: { status: 'unknown' | 'present' | 'absent' };
  /** What this phone may; nothing before the TV has said it. */
  readonly grant: Grant | undefined;
  /** Counts the changes of the TV's list of remotes: to be kept for the next visit. */
  readonly generation: number | undefined;
  readonly rates: { min: number; max: number };
  readonly media: {
    readonly value: MediaState | undefined;
    /** Seconds, computed. */
    readonly currentTime: number;
    play(): Promise<unknown>;
    pause(): Promise<unknown>;
    stop(): Promise<unknown>;
    scrub(currentTime: number): Promise<unknown>;
    setRate(playbackRate: number): Promise<unknown>;
    load(request: { uri: string }): Promise<unknown>;
  };
  readonly volume: {
    readonly value: VolumeState | undefined;
    drag(level: number): Promise<unknown>;
    mute(): Promise<unknown>;
    unmute(): Promise<unknown>;
  };
  readonly catalogue: Catalogue | undefined;
  /** URL of the TV's WebSocket, as it is tried or was reached last. */
  readonly service: string;
  /** Tries at once, from now on there. */
  moveTo(service: string): void;
  readonly remotes: RemotesControl;
  /** Called after a change of link, TV presence, grant or a facet; returns the function that ends it. */
  watch(changed: () => void): () => void;
  /** The TV was set back to an earlier state than this phone has seen. */
  onRollback(listener: () => void): () => void;
  /** Ends the pairing at the TV as well, and closes. Rejects when the TV could not be told. */
  unpair(): Promise<void>;
  close(): Promise<void>;
}
