export type { Clock } from './clock.ts';
export type { CommandOutcome } from './commands.ts';
export * from './player.ts';
export type { Random } from './random.ts';
export { admission, type PairedKey, type Remote, type RemoteDirectory } from './remotes.ts';
export { createTv, type FacetChange, type Tv, type TvEvents, type TvOptions } from './tv.ts';
