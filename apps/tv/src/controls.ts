import type { Key } from './keys.ts';
import type { ScreenStore } from './state/screen.ts';

/** What the viewer can do at the TV itself. */
export interface Controls {
  /** Seconds into the media, now. */
  position(): number;
  toggle(): void;
  play(): void;
  pause(): void;
  stop(): void;
  /** Seconds, either way. */
  seekBy(seconds: number): void;
  /** -1..1. */
  changeVolume(by: number): void;
  toggleMuted(): void;
  /** Plays what has ended, or failed, once more. */
  playAgain(): void;
  /** Becomes the TV again after another window took over, or the hub ended the session. */
  connectAgain(): void;
  /** @param id local part of the remote's JID */
  removeRemote(id: string): Promise<void>;
}

const seekStep = 10;
const volumeStep = 0.05;

/** Does what `key` means on the present screen; false when it means nothing there. */
export function press(key: Key, store: ScreenStore, controls: Controls): boolean {
  const { name } = store.screen.value;
  if (key === 'back') return goBack(store, controls);
  if (name === 'start' && (key === 'play' || key === 'playPause')) {
    controls.play();
    return true;
  }
  if (name === 'ended' && (key === 'play' || key === 'playPause')) {
    controls.playAgain();
    return true;
  }
  if (name !== 'playing' && name !== 'paused' && name !== 'buffering' && name !== 'loading')
    return false;
  playerKeys[key]?.(controls);
  return playerKeys[key] !== undefined;
}

const playerKeys: Partial<Record<Key, (controls: Controls) => void>> = {
  ok: (controls) => controls.toggle(),
  playPause: (controls) => controls.toggle(),
  play: (controls) => controls.play(),
  pause: (controls) => controls.pause(),
  stop: (controls) => controls.stop(),
  left: (controls) => controls.seekBy(-seekStep),
  right: (controls) => controls.seekBy(seekStep),
  rewind: (controls) => controls.seekBy(-seekStep),
  forward: (controls) => controls.seekBy(seekStep),
  up: (controls) => controls.changeVolume(volumeStep),
  down: (controls) => controls.changeVolume(-volumeStep),
  mute: (controls) => controls.toggleMuted(),
};

/**
 * One level up. On the start screen there is none: Back then belongs to the set, which leaves the app.
 * What plays for everybody in the room is not stopped by one careless press.
 */
function goBack(store: ScreenStore, controls: Controls): boolean {
  switch (store.screen.value.name) {
    case 'playing':
    case 'paused':
    case 'buffering':
      if (store.activity.value?.kind === 'leaving') controls.stop();
      else store.warnOfLeaving();
      return true;
    case 'loading':
    case 'ended':
    case 'error':
    case 'start':
      controls.stop();
      return true;
    default:
      return store.back();
  }
}
