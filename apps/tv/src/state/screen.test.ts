import {
  type ApprovalRequest,
  defaultPermissions,
  type KnownRemote,
  type MediaState,
  type PairingStatus,
  type RefusedCode,
  SessionError,
} from '@fjern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { manualTimers } from '../fixtures/manual-timers.ts';
import { linkOf } from './link.ts';
import { questionTiming } from './question.ts';
import { createScreenStore, noMedia, type ScreenStore, timing } from './screen.ts';

const anna: KnownRemote = {
  id: 'a',
  key: 'A'.repeat(43),
  grant: { role: 'owner', ...defaultPermissions.owner },
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
const tell = (status: Partial<PairingStatus>) =>
  store.pairingChanged({ name: 'TV', requests: [], remotes: [], revoked: [], ...status });
const pair = (...remotes: KnownRemote[]) => tell({ remotes });
const refuse = (refused: RefusedCode) => tell({ refused });

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

  it('may lead to a box that does not open the channel', () => {
    store.linkChanged({ status: 'online' });
    store.linkChanged({ status: 'unsealed' });
    expect(screen()).toBe('unsealed');
    store.linkChanged({ status: 'waiting' });
    expect(screen()).toBe('offline');
    store.linkChanged({ status: 'online' });
    pair();
    expect(screen()).toBe('idle');
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
    store.askToRemove(anna.id);
    expect(store.screen.value).toMatchObject({ name: 'remotes', dialog: { remote: anna } });
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

  it('is told of a wrong code on any screen, for a while, however long no code is taken', () => {
    pair(anna);
    store.mediaChanged(film);
    tell({ remotes: [anna], refused: { at: 1000, lockedUntil: 300_000 } });
    expect(store.codeNotice.value).toBe('locked');
    time.pass(timing.wrongCode);
    expect(store.codeNotice.value).toBeUndefined();
    expect(store.wrongCode.value).toBe('locked');
    tell({ remotes: [anna], refused: { at: 9000 } });
    expect(store.codeNotice.value).toBe('refused');
  });

  it('has a list with dialogs, and Back leads out of each', () => {
    pair(anna);
    store.openRemotes();
    store.openRemote(anna.id);
    store.askToRemove(anna.id);
    const seen = [store.screen.value];
    while (store.back()) seen.push(store.screen.value);
    expect(seen).toEqual([
      { name: 'remotes', dialog: { kind: 'removal', remote: anna } },
      { name: 'remotes', dialog: { kind: 'actions', remote: anna } },
      { name: 'remotes', dialog: undefined },
      { name: 'idle' },
    ]);
  });

  it('leads from the name of a remote back to what can be done with it', () => {
    pair(anna);
    store.openRemotes();
    store.openRemote(anna.id);
    store.askForName(anna.id);
    expect(store.screen.value).toEqual({
      name: 'remotes',
      dialog: { kind: 'name', remote: anna },
    });
    store.back();
    expect(store.screen.value).toMatchObject({ dialog: { kind: 'actions' } });
  });

  it('shows a changed remote in its dialog, and none when the remote is gone', () => {
    pair(anna);
    store.openRemotes();
    store.openRemote(anna.id);
    const away = { ...anna, online: false };
    pair(away);
    expect(store.screen.value).toMatchObject({ dialog: { remote: away } });
    pair();
    expect(store.screen.value).toEqual({ name: 'remotes', dialog: undefined });
  });

  it('shows the code for whom the viewer chose, until somebody has used it', () => {
    pair(anna);
    store.openRemotes();
    store.askWhomToInvite();
    expect(store.screen.value).toEqual({ name: 'remotes', dialog: { kind: 'roles' } });
    store.showInvitation();
    expect(screen()).toBe('invite');
    store.back();
    expect(screen()).toBe('remotes');
    store.showInvitation();
    pair(anna, { ...anna, id: 'j' });
    expect(screen()).toBe('remotes');
    expect(store.greeting.value?.id).toBe('j');
  });
});

describe('a remote that waits to be let in', () => {
  const request = (id: string, expires = 60_000): ApprovalRequest => ({
    id,
    name: id,
    kind: 'phone',
    role: 'member',
    expires,
  });

  beforeEach(() => {
    store.linkChanged({ status: 'online' });
    pair(anna);
  });

  it('is asked about on top of any screen, the one that waits longest first', () => {
    store.mediaChanged(film);
    tell({ requests: [request('mira'), request('ben')] });
    expect(screen()).toBe('playing');
    expect(store.question.value).toMatchObject({ request: { id: 'mira' }, others: 1 });
    tell({ requests: [request('ben')] });
    expect(store.question.value).toMatchObject({ request: { id: 'ben' }, others: 0 });
    tell({});
    expect(store.question.value).toBeUndefined();
  });

  it('takes an answer when no key has been pressed for a moment, and not anew with each news', () => {
    tell({ requests: [request('mira')] });
    time.pass(questionTiming.settle - 1);
    store.disturbQuestion();
    time.pass(questionTiming.settle - 1);
    expect(store.question.value?.state).toBe('settling');
    tell({ requests: [request('mira'), request('ben')] });
    time.pass(1);
    expect(store.question.value?.state).toBe('open');
    store.disturbQuestion();
    expect(store.question.value?.state).toBe('open');
  });

  it.each([
    ['the box’s clock', 42_000, 42_000],
    ['its own clock when the box’s is ahead', 900_000, 60_000],
    ['its own clock when the box’s is behind', -900_000, 60_000],
  ])('goes away by itself by %s', (_, expires, after) => {
    tell({ requests: [request('mira', expires)] });
    expect(store.question.value?.until).toBe(after);
    time.pass(after - 1);
    expect(store.question.value).toBeDefined();
    time.pass(1);
    expect(store.question.value).toBeUndefined();
  });

  it('is not asked about in a window that is not the TV any more', () => {
    tell({ requests: [request('mira')] });
    store.linkChanged({ status: 'conflict' });
    expect(store.question.value).toBeUndefined();
  });
});

it('leaves no timer behind', () => {
  store.linkChanged({ status: 'waiting' });
  store.mediaChanged(film);
  store.mediaChanged({ ...film, state: 'ended' });
  pair();
  tell({
    refused: { at: 1000 },
    requests: [{ id: 'm', name: 'Mira', kind: 'phone', role: 'member', expires: 60_000 }],
  });
  store.dispose();
  expect(time.pending()).toBe(0);
});
