import { defaultPermissions, type Grant, type MediaState, type VolumeState } from '@fjern/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RemoteStore } from './remote.ts';
import type { LinkState, TvRemote } from './tv-remote.ts';

/** A remote whose TV answers when the test says so. */
class ScriptedRemote implements TvRemote {
  name = 'Living room';
  link: LinkState = { status: 'live' };
  tv: TvRemote['tv'] = { status: 'present' };
  rates = { min: 0.5, max: 2 };
  catalogue = { items: [] };
  grant: Grant | undefined = { role: 'owner', ...defaultPermissions.owner };
  generation: number | undefined = 3;
  remotes = {
    list: async () => [],
    rename: () => this.ask('rename'),
    setRole: () => this.ask('role'),
    revoke: () => this.ask('revoke'),
  };
  service = 'ws://192.168.1.20:7120/xmpp-websocket';
  moveTo(service: string): void {
    this.service = service;
  }
  closed = false;
  time = 62;
  state: MediaState | undefined = {
    state: 'playing',
    currentTime: 62,
    at: 0,
    playbackRate: 1,
    duration: 220,
  };
  level: VolumeState | undefined = { level: 0.5, muted: false };
  asked: { command: string; done: () => void; fail: (error: Error) => void }[] = [];
  private listeners = new Set<() => void>();

  readonly media = readMedia(this);
  readonly volume = readVolume(this);

  ask(command: string): Promise<void> {
    return new Promise((done, fail) => {
      this.asked.push({ command, done, fail });
    });
  }

  get commands(): string[] {
    return this.asked.map(({ command }) => command);
  }

  watch(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  change(change: () => void): void {
    change();
    for (const listener of this.listeners) listener();
  }

  private rollbacks = new Set<() => void>();

  onRollback(listener: () => void): () => void {
    this.rollbacks.add(listener);
    return () => this.rollbacks.delete(listener);
  }

  rollBack(): void {
    for (const listener of this.rollbacks) listener();
  }

  /** As the SDK does: nothing stays unanswered. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { fail } of this.asked)
      fail(Object.assign(new Error('Nobody knows.'), { code: 'outcome-unknown' }));
  }

  unpairable = true;

  async unpair(): Promise<void> {
    if (!this.unpairable) throw new Error('The TV is away.');
    this.closed = true;
  }

  get watched(): number {
    return this.listeners.size + this.rollbacks.size;
  }
}

function readMedia(remote: ScriptedRemote): TvRemote['media'] {
  return {
    get value() {
      return remote.state;
    },
    get currentTime() {
      return remote.time;
    },
    play: () => remote.ask('play'),
    pause: () => remote.ask('pause'),
    stop: () => remote.ask('stop'),
    scrub: (time) => remote.ask(`scrub ${time}`),
    setRate: (rate) => remote.ask(`rate ${rate}`),
    load: ({ uri }) => remote.ask(`load ${uri}`),
  };
}

function readVolume(remote: ScriptedRemote): TvRemote['volume'] {
  return {
    get value() {
      return remote.level;
    },
    drag: (level) => remote.ask(`drag ${level}`),
    mute: () => remote.ask('mute'),
    unmute: () => remote.ask('unmute'),
  };
}

let remote: ScriptedRemote;
let store: RemoteStore;

beforeEach(() => {
  vi.useFakeTimers();
  remote = new ScriptedRemote();
  store = new RemoteStore(remote);
});

afterEach(async () => {
  await store.close();
  await answered();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const answered = () => vi.advanceTimersByTimeAsync(0);

test('shows what the TV says, from the first frame', () => {
  expect(store.stage.value).toBe('media');
  expect(store.status.value.text).toBe('Connected');
  expect(store.position.value).toMatchObject({ value: 62, max: 220 });
  expect(store.blocked.value).toBeUndefined();
});

test('a press is never shown as done before the TV says so', async () => {
  store.pause();
  expect(store.media.value?.state).toBe('playing');
  expect(store.pending.value.get('pause')).toBe('sent');
  await vi.advanceTimersByTimeAsync(149);
  expect(store.pending.value.get('pause')).toBe('sent');
  await vi.advanceTimersByTimeAsync(1);
  expect(store.pending.value.get('pause')).toBe('slow');
  remote.change(() => {
    if (remote.state) remote.state = { ...remote.state, state: 'paused' };
  });
  expect(store.media.value?.state).toBe('paused');
  remote.asked[0]?.done();
  await answered();
  expect(store.pending.value.size).toBe(0);
});

test('the position goes on while it plays, without a word from the TV, and stands while it does not', async () => {
  remote.time = 63;
  await vi.advanceTimersByTimeAsync(250);
  expect(store.position.value?.value).toBe(63);
  remote.change(() => {
    if (remote.state) remote.state = { ...remote.state, state: 'paused' };
  });
  remote.time = 99;
  await vi.advanceTimersByTimeAsync(1000);
  expect(store.position.value?.value).toBe(63);
});

test('incoming state does not pull the scrubber from under the finger', async () => {
  store.scrub.grab();
  store.scrub.move(100);
  remote.time = 64;
  remote.change(() => {});
  expect(store.position.value?.value).toBe(100);
  store.scrub.release();
  expect(store.position.value?.value).toBe(100);
  remote.time = 100.2;
  remote.change(() => {});
  remote.asked[0]?.done();
  await answered();
  expect(store.position.value?.value).toBe(100.2);
});

test('skips add up before the TV has answered, and stay within the media', () => {
  store.skipForward();
  store.skipForward();
  store.skip(1000);
  store.skip(-1000);
  expect(remote.commands).toEqual(['scrub 72', 'scrub 82', 'scrub 220', 'scrub 0']);
});

test('what the TV refuses is told in its words, and goes by itself', async () => {
  store.play();
  remote.asked[0]?.fail(new Error('Press a button at the TV first.'));
  await answered();
  expect(store.notice.value?.text).toBe('Press a button at the TV first.');
  await vi.advanceTimersByTimeAsync(6000);
  expect(store.notice.value).toBeUndefined();
});

test('a command that a newer one made pointless is not worth a word', async () => {
  store.load('a.mp4');
  remote.asked[0]?.fail(Object.assign(new Error('Later.'), { code: 'superseded' }));
  await answered();
  expect(store.notice.value).toBeUndefined();
  expect(store.loading.value).toBeUndefined();
});

test('while the link is down the last state stays, and nothing can be pressed', () => {
  remote.change(() => {
    remote.link = { status: 'stale' };
  });
  expect(store.stage.value).toBe('media');
  expect(store.status.value.text).toBe('Reconnecting…');
  expect(store.blocked.value).toContain('Lost touch with Living room');
  store.toggle();
  store.skipForward();
  store.changeLevel(0.1);
  store.toggleMuted();
  expect(remote.commands).toEqual([]);
  store.online.value = false;
  expect(store.blocked.value).toBe('This phone is offline.');
});

test('a TV that went is another thing than a link that broke', () => {
  remote.change(() => {
    remote.tv = { status: 'absent' };
  });
  expect(store.stage.value).toBe('absent');
  expect(store.status.value.text).toBe('TV is off');
  remote.change(() => {
    remote.tv = { status: 'present' };
  });
  expect(store.stage.value).toBe('media');
});

test('advice comes when connecting takes long, and goes with success', async () => {
  remote.change(() => {
    remote.link = { status: 'connecting' };
  });
  await vi.advanceTimersByTimeAsync(5999);
  expect(store.slow.value).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(store.slow.value).toBe(true);
  remote.change(() => {
    remote.link = { status: 'live' };
  });
  expect(store.slow.value).toBe(false);
});

test('steps of the volume add up and stay between 0 and 1', () => {
  store.changeLevel(0.05);
  store.changeLevel(0.05);
  store.changeLevel(2);
  store.changeLevel(-2);
  expect(remote.commands).toEqual(['drag 0.55', 'drag 0.6', 'drag 1', 'drag 0']);
});

test('one key for play and pause', () => {
  store.toggle();
  remote.change(() => {
    if (remote.state) remote.state = { ...remote.state, state: 'ended' };
  });
  store.toggle();
  remote.change(() => {
    if (remote.state) remote.state = { ...remote.state, state: 'idle' };
  });
  store.toggle();
  expect(remote.commands).toEqual(['pause', 'play']);
});

test('closing lets go of the remote', async () => {
  store.play();
  await store.close();
  await answered();
  expect(store.notice.value).toBeUndefined();
  expect(remote.closed).toBe(true);
  expect(remote.watched).toBe(0);
});

test('a TV that is away does not keep this phone from leaving it', async () => {
  remote.unpairable = false;
  await store.unpair();
  expect(remote.closed).toBe(true);
  expect(remote.watched).toBe(0);
});

const guest: Grant = { role: 'guest', ...defaultPermissions.guest };

test('what a guest may not do is not sent, and it is said why', async () => {
  remote.change(() => {
    remote.grant = guest;
  });
  expect([store.lacks('stop'), store.lacks('pause')]).toEqual([true, false]);
  await store.stop();
  expect(store.notice.value?.text).toBe('Guests can’t stop what plays.');
  expect(await store.load('a.mp4')).toBe(false);
  expect(store.notice.value?.text).toBe('Guests can’t choose what plays.');
  expect(store.loading.value).toBeUndefined();
  store.pause();
  store.skipForward();
  expect(remote.commands).toEqual(['pause', 'scrub 72']);
  expect(store.notice.value).toBeUndefined();
});

test('keys and skips keep to the grant, too', () => {
  remote.change(() => {
    remote.grant = { ...guest, commands: [] };
  });
  store.toggle();
  store.skipForward();
  store.changeLevel(0.1);
  store.toggleMuted();
  expect(remote.commands).toEqual([]);
  expect(store.notice.value?.text).toBe('Guests can’t turn the sound off or on.');
});

test('a grant that is changed counts at once', () => {
  remote.change(() => {
    remote.grant = guest;
  });
  expect(store.lacks('stop')).toBe(true);
  remote.change(() => {
    remote.grant = { role: 'member', ...defaultPermissions.member };
  });
  expect(store.lacks('stop')).toBe(false);
  expect(store.stay.value).toBeUndefined();
});

test('before the TV has said what this phone may, it is tried', () => {
  remote.change(() => {
    remote.grant = undefined;
  });
  store.stop();
  expect(remote.commands).toEqual(['stop']);
});

test('what the TV itself does not permit is told in its words', async () => {
  store.stop();
  const refusal = new Error('Guests may not stop what others watch.');
  remote.asked[0]?.fail(Object.assign(refusal, { code: 'not-permitted' }));
  await answered();
  expect(store.notice.value?.text).toBe('Guests may not stop what others watch.');
});

test('a TV that keeps to itself what it plays is controlled all the same', () => {
  remote.change(() => {
    remote.state = undefined;
    remote.grant = { ...guest, facets: ['volume'] };
  });
  expect(store.stage.value).toBe('hidden');
  expect(store.hides('media')).toBe(true);
});

test('a TV that was set back says so until somebody has read it', () => {
  expect(store.rolledBack.value).toBe(false);
  remote.rollBack();
  expect(store.rolledBack.value).toBe(true);
  store.acceptRollback();
  expect(store.rolledBack.value).toBe(false);
});

test('says how long a guest may stay, until the guest is gone', () => {
  remote.change(() => {
    remote.grant = { role: 'guest', ...defaultPermissions.guest, untilStandby: true };
  });
  expect(store.stay.value).toBe('Guest until the TV goes off');
  remote.change(() => {
    remote.link = { status: 'lost' };
  });
  expect(store.stay.value).toBeUndefined();
});
