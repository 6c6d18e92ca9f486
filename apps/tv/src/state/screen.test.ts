import {
  type MediaState,
  type PairedRemote,
  type RefusedCode,
  SessionError,
} from '@fjern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { manualTimers } from '../fixtures/manual-timers.ts';
import { linkOf } from './link.ts';
import { createScreenStore, noMedia, type ScreenStore, timing } from './screen.ts';

const anna: PairedRemote = {
  id: 'a',
  name: 'Anna’s phone',
  kind: 'phone',
  pairedAt: 0,
  online: true,
};
const film: MediaState = {
  state: 'playing',
  currentTime: 0,
  at: 0,
  playbackRate: 1,
  source: { uri: '/a.mp4' },
};

let time: ReturnType<typeof manualTimers>;
let store: ScreenStore;
const screen = () => store.screen.value.name;
const pair = (...remotes: PairedRemote[]) => store.pairingChanged({ name: 'TV', remotes });
const refuse = (refused: RefusedCode) => store.pairingChanged({ name: 'TV', remotes: [], refused });

beforeEach(() => {
  time = manualTimers();
  store = createScreenStore(time.timers);
});

describe('the way to the hub', () => {
  it('is looked for before anything is known', () => {
    expect(screen()).toBe('connecting');
  });

  it('leads to the idle screen when pairing is known, too', () => {
    store.linkChanged({ status: 'online' });
    expect(screen()).toBe('connecting');
    pair();
    expect(screen()).toBe('idle');
  });

  it('says at once that there is none, at the beginning', () => {
    store.linkChanged({ status: 'waiting' });
    expect(screen()).toBe('offline');
  });

  it('may be lost for a moment without a word', () => {
    store.linkChanged({ status: 'online' });
    pair();
    store.linkChanged({ status: 'waiting' });
    time.pass(timing.outage - 1);
    store.linkChanged({ status: 'connecting' });
    expect(screen()).toBe('idle');
    time.pass(1);
    expect(screen()).toBe('offline');
    store.linkChanged({ status: 'online' });
    expect(screen()).toBe('idle');
  });

  it('is no reason to take the picture away, only to say so for a while', () => {
    store.linkChanged({ status: 'online' });
    pair();
    store.mediaChanged(film);
    store.linkChanged({ status: 'waiting' });
    time.pass(timing.outage);
    expect([screen(), store.cutOff.value]).toEqual(['playing', true]);
    time.pass(timing.cutOff);
    expect([screen(), store.cutOff.value]).toEqual(['playing', false]);
    store.mediaChanged(noMedia);
    expect(screen()).toBe('offline');
  });

  it.each([
    ['conflict', 'conflict'],
    ['refused', 'refused'],
    ['stream-error', 'stopped'],
  ] as const)('closed by %s is %s', (code, name) => {
    store.linkChanged(linkOf({ status: 'closed', error: new SessionError(code, code) }));
    expect(screen()).toBe(name);
  });

  it('in another window ends the picture in this one', () => {
    store.mediaChanged(film);
    store.linkChanged({ status: 'conflict' });
    expect(screen()).toBe('conflict');
  });
});

describe('the picture', () => {
  beforeEach(() => {
    store.linkChanged({ status: 'online' });
    pair(anna);
  });

  it.each(['loading', 'playing', 'paused', 'buffering', 'ended', 'error'] as const)(
    '%s',
    (state) => {
      store.mediaChanged({ ...film, state });
      expect(screen()).toBe(state);
    },
  );

  it('gives way to the idle screen a while after its end', () => {
    store.mediaChanged(film);
    store.mediaChanged({ ...film, state: 'ended' });
    time.pass(timing.ended);
    expect(screen()).toBe('idle');
    store.mediaChanged(film);
    store.mediaChanged({ ...film, state: 'ended' });
    expect(screen()).toBe('ended');
  });

  it('waits for the viewer when the browser wants that', () => {
    store.mediaChanged({ ...film, state: 'paused' });
    store.startNeeded(true);
    expect(screen()).toBe('start');
    store.mediaChanged(film);
    expect(screen()).toBe('playing');
  });

  it('closes the panel that it covers', () => {
    store.openRemotes();
    store.askToRemove(anna);
    expect(store.screen.value).toEqual({ name: 'remotes', removing: anna });
    store.mediaChanged(film);
    store.mediaChanged(noMedia);
    expect(screen()).toBe('idle');
  });

  it('says what happened for three seconds from the last time', () => {
    store.mediaChanged(film);
    store.mediaChanged({ ...film, state: 'paused', by: anna.name });
    time.pass(timing.activity - 1);
    expect(store.activity.value).toEqual({ kind: 'paused', by: anna.name });
    store.volumeChanged({ level: 0.5, muted: false });
    time.pass(timing.activity - 1);
    expect(store.activity.value).toEqual({ kind: 'volume', level: 0.5 });
    time.pass(1);
    expect(store.activity.value).toBeUndefined();
  });
});

describe('pairing', () => {
  beforeEach(() => store.linkChanged({ status: 'online' }));

  it('greets a new remote, not those that were there before', () => {
    pair(anna);
    expect(store.greeting.value).toBeUndefined();
    const jonas = { ...anna, id: 'j', name: 'Jonas’ tablet' };
    pair(anna, jonas);
    expect(store.greeting.value).toEqual(jonas);
    time.pass(timing.greeting);
    expect(store.greeting.value).toBeUndefined();
  });

  it('says that a code was refused, for a while, and not of one that was refused before', () => {
    refuse({ at: 1000 });
    expect(store.wrongCode.value).toBeUndefined();
    refuse({ at: 2000 });
    expect(store.wrongCode.value).toBe('refused');
    time.pass(timing.wrongCode - 1);
    refuse({ at: 2000 });
    time.pass(1);
    expect(store.wrongCode.value).toBeUndefined();
  });

  it('says so until somebody has paired', () => {
    pair();
    refuse({ at: 1000 });
    expect(store.wrongCode.value).toBe('refused');
    pair(anna);
    expect(store.wrongCode.value).toBeUndefined();
  });

  it('says for as long as it lasts that no code is taken, also to a page that was just opened', () => {
    refuse({ at: 1000, lockedUntil: 300_000 });
    time.pass(200_000);
    expect(store.wrongCode.value).toBe('locked');
    refuse({ at: 1000 });
    expect(store.wrongCode.value).toBeUndefined();
  });

  it('has a panel with a question, and Back leads out of both', () => {
    pair(anna);
    store.openRemotes();
    store.askToRemove(anna);
    expect(store.back()).toBe(true);
    expect(store.screen.value).toEqual({ name: 'remotes', removing: undefined });
    expect(store.back()).toBe(true);
    expect(screen()).toBe('idle');
    expect(store.back()).toBe(false);
  });

  it('answers the question by itself when the remote is gone', () => {
    pair(anna);
    store.openRemotes();
    store.askToRemove(anna);
    pair();
    expect(store.screen.value).toEqual({ name: 'remotes', removing: undefined });
  });
});

it('leaves no timer behind', () => {
  store.linkChanged({ status: 'waiting' });
  store.mediaChanged(film);
  store.mediaChanged({ ...film, state: 'ended' });
  pair();
  refuse({ at: 1000 });
  store.dispose();
  expect(time.pending()).toBe(0);
});
