export { type MpvCommand, MpvError, type MpvErrorCode } from './ipc.ts';
export { mpvPlayer } from './mpv-player.ts';
export type { MpvOptions, MpvPlayer, MpvSpawn, MpvStatus, MpvTiming } from './options.ts';
