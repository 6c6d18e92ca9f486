import type { MediaState, PlaybackState } from '@fjern/protocol';
import { beforeEach, expect, it } from 'vitest';
import { type Controls, press } from './controls.ts';
import { keyOf } from './keys.ts';
import { createScreenStore, noMedia, type ScreenStore } from './state/screen.ts';
import { systemTimers } from './state/time.ts';

let done: string[];
let store: ScreenStore;

const controls: Controls = {
  position: () => 0,
  toggle: () => done.push('toggle'),
  play: () => done.push('play'),
  pause: () => done.push('pause'),
  stop: () => done.push('stop'),
  seekBy: (seconds) => done.push(`seek ${seconds}`),
  changeVolume: (by) => done.push(`volume ${by}`),
  toggleMuted: () => done.push('mute'),
  playAgain: () => done.push('again'),
  connectAgain: () => done.push('connect'),
  removeRemote: async () => {},
};

function show(state: PlaybackState) {
  const media: MediaState = { ...noMedia, state, source: { uri: '/a.mp4' } };
  store.mediaChanged(state === 'idle' ? noMedia : media);
}

beforeEach(() => {
  done = [];
  store = createScreenStore(systemTimers);
  store.linkChanged({ status: 'online' });
  store.pairingChanged({ name: 'TV', remotes: [] });
  return () => store.dispose();
});

it('steers the picture with the keys of the TV’s own remote', () => {
  show('playing');
  for (const key of ['ok', 'left', 'right', 'up', 'down', 'mute', 'stop'] as const)
    expect(press(key, store, controls)).toBe(true);
  expect(done).toEqual([
    'toggle',
    'seek -10',
    'seek 10',
    'volume 0.05',
    'volume -0.05',
    'mute',
    'stop',
  ]);
});

it('leaves the picture only when Back is pressed twice', () => {
  show('playing');
  expect(press('back', store, controls)).toBe(true);
  expect(done).toEqual([]);
  expect(store.activity.value).toEqual({ kind: 'leaving' });
  press('back', store, controls);
  expect(done).toEqual(['stop']);
});

it.each(['loading', 'ended', 'error'] as const)('leaves %s with one Back', (state) => {
  show(state);
  expect(press('back', store, controls)).toBe(true);
  expect(done).toEqual(['stop']);
});

it('leaves Back on the start screen to the set', () => {
  expect(press('back', store, controls)).toBe(false);
});

it('leaves OK and arrows to the buttons where there are some', () => {
  show('ended');
  for (const key of ['ok', 'left', 'right'] as const)
    expect(press(key, store, controls)).toBe(false);
  expect(press('playPause', store, controls)).toBe(true);
  expect(done).toEqual(['again']);
});

it.each([
  [{ key: 'Enter', keyCode: 13 }, 'ok'],
  [{ key: ' ', keyCode: 32 }, 'ok'],
  [{ key: 'MediaPlayPause', keyCode: 0 }, 'playPause'],
  [{ key: 'Unidentified', keyCode: 10252 }, 'playPause'],
  [{ key: 'Escape', keyCode: 27 }, 'back'],
  [{ key: 'GoBack', keyCode: 0 }, 'back'],
  [{ key: 'XF86Back', keyCode: 10009 }, 'back'],
  [{ key: 'Unidentified', keyCode: 461 }, 'back'],
  [{ key: 'q', keyCode: 81 }, undefined],
])('knows %o as %s', (event, key) => {
  expect(keyOf(event)).toBe(key);
});
