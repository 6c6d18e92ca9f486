import type { Role } from '@fjern/protocol';
import type { Key } from './keys.ts';
import type { Screen, ScreenStore } from './state/screen.ts';

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
  readonly remotes: RemoteControls;
}

/** What the viewer decides about remotes. Rejects when the box refuses, or is not there. */
export interface RemoteControls {
  /** Ends the pairing with a remote. @param id local part of its JID */
  remove(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  changeRole(id: string, role: Role): Promise<void>;
  /** Decides about a remote that waits. @param role another than the code's */
  decide(request: string, allow: boolean, role?: Role): Promise<void>;
  /** Shows another code: whoever uses it becomes this. */
  invite(role: Role): Promise<void>;
}

/** As much of it as keys alone can reach. */
export interface KeyControls extends Omit<Controls, 'position' | 'connectAgain' | 'remotes'> {
  readonly remotes: Pick<RemoteControls, 'decide'>;
}

/** Screens where the keys steer the player. */
const playing: readonly Screen['name'][] = ['playing', 'paused', 'buffering', 'loading'];

const seekStep = 10;
const volumeStep = 0.05;

/** Does what `key` means on the present screen; false when it means nothing there. */
export function press(key: Key, store: ScreenStore, controls: KeyControls): boolean {
  const { name } = store.screen.value;
  if (store.question.value) return pressInQuestion(key, store, controls);
  if (key === 'back') return goBack(store, controls);
  if (name === 'start' && (key === 'play' || key === 'playPause')) {
    controls.play();
    return true;
  }
  if (name === 'ended' && (key === 'play' || key === 'playPause')) {
    controls.playAgain();
    return true;
  }
  if (!playing.includes(name)) return false;
  playerKeys[key]?.(controls);
  return playerKeys[key] !== undefined;
}

/** Of the keys that mean one thing only, wherever they are pressed. */
const mediaKeys: readonly Key[] = [
  'playPause',
  'play',
  'pause',
  'stop',
  'rewind',
  'forward',
  'mute',
];

/**
 * While a remote waits for an answer, and whatever plays goes on: arrows and OK are for its buttons, and Back says
 * no. What is pressed as it appears was meant for the screen before, and is lost.
 */
function pressInQuestion(key: Key, store: ScreenStore, controls: KeyControls): boolean {
  if (mediaKeys.includes(key)) {
    if (playing.includes(store.screen.value.name)) playerKeys[key]?.(controls);
    return true;
  }
  if (store.question.value?.state === 'settling') {
    store.disturbQuestion();
    return true;
  }
  if (key !== 'back') return false;
  answer(store, controls, false);
  return true;
}

/** The viewer's answer about the remote that waits. @param role another than the code's */
export function answer(
  store: ScreenStore,
  controls: KeyControls,
  allow: boolean,
  role?: Role,
): void {
  const question = store.question.value;
  if (!question || question.state === 'settling' || question.state === 'busy') return;
  const { id } = question.request;
  store.answeringQuestion('busy');
  controls.remotes.decide(id, allow, role).catch((error) => {
    console.warn(error);
    if (store.question.value?.request.id === id) store.answeringQuestion('failed');
  });
}

const playerKeys: Partial<Record<Key, (controls: KeyControls) => void>> = {
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
function goBack(store: ScreenStore, controls: KeyControls): boolean {
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
