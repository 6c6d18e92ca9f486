export { ManualClock } from './manual-clock.ts';
export {
  type ScriptedMedia,
  ScriptedPlayer,
  type ScriptedPlayerOptions,
} from './scripted-player.ts';
export { connectRemote, TestRemote, type TestRemoteOptions } from './test-remote.ts';
