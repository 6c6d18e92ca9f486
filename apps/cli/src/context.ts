import type { Output } from './output.ts';
import type { Tvs } from './tvs.ts';

/** What every command of the program has. */
export interface Context {
  out: Output;
  tvs: Tvs;
  /** Name or id of the TV; without it, the default. */
  wanted: string | undefined;
  /** Seconds to wait for the TV. */
  timeout: number;
  /** Aborted by Ctrl-C, and when it is to end. */
  signal: AbortSignal;
}

/** Loads what commands need: not for those who ask for help or a version. */
export type Open = () => Promise<Context>;
