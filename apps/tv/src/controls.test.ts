import type { ApprovalRequest, MediaState, PlaybackState } from '@fjern/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answer, type Controls, press } from './controls.ts';
import { manualTimers } from './fixtures/manual-timers.ts';
import { keyOf } from './keys.ts';
import { questionTiming } from './state/question.ts';
import { createScreenStore, noMedia, type ScreenStore } from './state/screen.ts';

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
  remotes: {
    remove: async () => {},
    rename: async () => {},
    changeRole: async () => {},
    decide: (id, allow, role) => {
      done.push([allow ? 'allow' : 'deny', id, role].filter(Boolean).join(' '));
      return decision;
    },
    invite: async () => {},
  },
};

/** What comes of a decision. */
let decision: Promise<void>;
let time: ReturnType<typeof manualTimers>;

/** Remotes that wait to be let in. */
function knock(...ids: string[]) {
  const requests = ids.map(
    (id): ApprovalRequest => ({ id, name: id, kind: 'phone', role: 'member', expires: 60_000 }),
  );
  store.pairingChanged({ name: 'TV', requests, remotes: [], revoked: [] });
}

function show(state: PlaybackState) {
  const media: MediaState = { ...noMedia, state, source: { uri: '/a.mp4' } };
  store.mediaChanged(state === 'idle' ? noMedia : media);
}

beforeEach(() => {
  done = [];
  decision = Promise.resolve();
  time = manualTimers();
  store = createScreenStore(time.timers);
  store.linkChanged({ status: 'online' });
  knock();
  return () => {
    store.dispose();
    vi.restoreAllMocks();
  };
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

describe('a remote that waits to be let in', () => {
  beforeEach(() => {
    show('playing');
    knock('mira', 'ben');
  });

  it('takes no answer that was meant for something else', () => {
    for (const key of ['ok', 'back', 'left'] as const) {
      time.pass(questionTiming.settle - 1);
      expect(press(key, store, controls)).toBe(true);
    }
    answer(store, controls, true);
    expect(done).toEqual([]);
    expect(store.activity.value?.kind).not.toBe('leaving');
    time.pass(questionTiming.settle);
    // Arrows and OK are for the buttons now.
    expect(press('ok', store, controls)).toBe(false);
    expect(press('left', store, controls)).toBe(false);
    answer(store, controls, true, 'guest');
    expect(done).toEqual(['allow mira guest']);
  });

  it('is refused with Back', () => {
    time.pass(questionTiming.settle);
    expect(press('back', store, controls)).toBe(true);
    expect(done).toEqual(['deny mira']);
  });

  it('leaves the player its own keys', () => {
    for (const key of ['playPause', 'mute'] as const) press(key, store, controls);
    expect(done).toEqual(['toggle', 'mute']);
    // They are not what could be pressed by mistake.
    time.pass(questionTiming.settle);
    expect(store.question.value?.state).toBe('open');
  });

  it('is answered once, and gives way to the next', () => {
    time.pass(questionTiming.settle);
    answer(store, controls, true);
    answer(store, controls, false);
    expect(done).toEqual(['allow mira']);
    expect(store.question.value?.state).toBe('busy');
    knock('ben');
    expect(store.question.value).toMatchObject({ request: { id: 'ben' }, state: 'settling' });
    expect(press('back', store, controls)).toBe(true);
    expect(done).toEqual(['allow mira']);
  });

  it('can be answered again when the answer did not arrive', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    time.pass(questionTiming.settle);
    decision = Promise.reject(new Error('no box'));
    answer(store, controls, true);
    await expect.poll(() => store.question.value?.state).toBe('failed');
    decision = Promise.resolve();
    answer(store, controls, true);
    expect(done).toEqual(['allow mira', 'allow mira']);
  });
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
