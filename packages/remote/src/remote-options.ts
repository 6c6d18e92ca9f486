import type { Capabilities, Grant, Session } from '@fjern/protocol';
import type { KeyPair } from '@fjern/seal';
import type { LocalClock } from './clock.ts';
import type { CommandHandle } from './handle.ts';
import type { LinkState } from './link-state.ts';
import type { TvPresence } from './presence.ts';
import type { RemoteKey } from './store/key.ts';

export interface RemoteOptions {
  /** Bare JID of the TV. */
  tv: string;
  /** The TV's public key, base64url: whoever answers without it is not the TV. */
  tvKey: string;
  /** Own key pair, by which the TV knows this remote. */
  key: KeyPair | RemoteKey;
  /** The TV's name as it was when last known; its own word replaces it. */
  name?: string;
  /** JID of the pairing service; absent when there is none. */
  pairing?: string;
  /** The TV has not been shown yet that the pairing is complete: done before anything else. */
  provisional?: boolean;
  /** What `Remote.generation` was when last known. */
  generation?: number;
  clock?: LocalClock;
}

export interface RemoteEvents {
  /** The connection. */
  link: (link: LinkState) => void;
  /** The TV. */
  tv: (tv: TvPresence) => void;
  capabilities: (capabilities: Capabilities) => void;
  /** What this remote may do is known, or has changed. */
  grant: (grant: Grant) => void;
  /**
   * The TV's list of remotes is an earlier one than before, as from a backup: remotes that were removed since may be
   * paired again. Worth telling an owner.
   */
  rollback: (generation: { before: number; now: number }) => void;
  /** A command was issued, or has a new status. */
  command: (command: CommandHandle) => void;
  /** Something went wrong and was survived, for a log: a state that could not be read, an answer that did not come. */
  error: (error: Error) => void;
}

/** A session that can be told to try at once: a Link. */
export type WakeableSession = Session & { wake?(): void };
