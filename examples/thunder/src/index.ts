export { Thunder, ThunderError, type ThunderErrorCode } from './thunder.ts';
export { type ThunderPlayerOptions, thunderPlayer } from './thunder-player.ts';
