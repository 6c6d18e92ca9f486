import type { Clock } from '../clock.ts';
import type { Player } from '../player.ts';
import type { MpvCommand } from './ipc.ts';

export interface MpvOptions {
  /** Path of mpv's IPC socket (`--input-ipc-server`), in a directory that is nobody else's: who can open it controls mpv. */
  socket: string;
  /** How to start mpv. Absent: mpv is somebody else's, and is only connected to, again and again while it is away. */
  spawn?: MpvSpawn;
  /** What relative URIs are relative to; asked at each load. */
  baseUrl?: () => string;
  /** Which URI schemes may be loaded, without colon; default `http` and `https`. */
  schemes?: readonly string[];
  timing?: Partial<MpvTiming>;
  clock?: Clock;
}

export interface MpvSpawn {
  /** Default `mpv`. */
  command?: string;
  /** After the default ones, so that they win. mpv's configuration files are read before both. */
  args?: readonly string[];
  /** Default this process's. */
  env?: NodeJS.ProcessEnv;
}

/** All in seconds. */
export interface MpvTiming {
  /** For the answer to a command. */
  request: number;
  /** Between signs of life that mpv is asked for. */
  ping: number;
  /** Of silence, after which mpv counts as hanging and is killed. */
  hang: number;
  /** For a started mpv to answer. */
  start: number;
  /** For mpv to quit when asked to, before it is killed. */
  quit: number;
  /** Before the first attempt to restart; each further one waits twice as long … */
  restart: number;
  /** … up to this. */
  longestRestart: number;
  /** After which a restarted mpv counts as sound, and delays are short again. */
  sound: number;
}

export const defaultTiming: MpvTiming = {
  request: 4,
  ping: 5,
  hang: 10,
  start: 15,
  quit: 2,
  restart: 0.1,
  longestRestart: 30,
  sound: 10,
};

export type MpvStatus =
  | { status: 'starting' }
  /** `pid` of the process, for logs. */
  | { status: 'ready'; pid?: number }
  /** `reason` is a sentence, `restarts` counts failures in a row, `nextTry` is in so many seconds. */
  | { status: 'away'; reason: string; restarts: number; nextTry?: number };

export interface MpvEvents {
  status: (status: MpvStatus) => void;
  message: (args: readonly string[]) => void;
  error: (error: unknown) => void;
}

/** A {@link Player} on mpv, and the way to everything else that mpv can do. */
export interface MpvPlayer extends Player {
  readonly status: MpvStatus;
  /**
   * Any IPC command, for what is not playing: overlays, keys, properties. Resolves with mpv's `data`.
   * @throws MpvError `not-ready`, `refused`, `timeout`, `aborted`
   */
  command(command: MpvCommand, options?: { signal?: AbortSignal }): Promise<unknown>;
  on(event: 'status', listener: (status: MpvStatus) => void): () => void;
  /** mpv's `client-message`: what a key binding with `script-message` sends. */
  on(event: 'message', listener: (args: readonly string[]) => void): () => void;
  /** What a listener threw: a defect of the caller's. */
  on(event: 'error', listener: (error: unknown) => void): () => void;
  /**
   * Ends an mpv that was started, or adopted, here; one that is somebody else's only stops what was loaded here.
   * With `keep` it plays on, and whoever makes a player with the same `socket` next adopts it. Never rejects.
   */
  close(options?: { keep?: boolean }): Promise<void>;
}
