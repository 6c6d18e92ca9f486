export { type MpvCommand, MpvError, type MpvErrorCode } from './ipc.ts';
export { type MpvPlayer, mpvPlayer } from './mpv-player.ts';
export type { MpvOptions, MpvSpawn, MpvStatus, MpvTiming } from './options.ts';
