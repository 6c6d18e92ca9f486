import { decodeTvPresence, pairingErrorCondition, StanzaError } from '@fjern/protocol';
import { keyPair, primitives } from '@fjern/seal';
import { PlayerError } from '@fjern/tv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Agent, startAgent } from './agent.ts';
import { domain, film, startBox, type TestBox, tvToken } from './fixtures/box.ts';
import { manualTimers } from './fixtures/manual-timers.ts';
import { type Phone, pairWithPin } from './fixtures/phone.ts';
import { createScreenStore, type ScreenStore } from './state/screen.ts';

// The page's agent against a real hub and pairing service, over real sockets; only the player has no screen.

interface Window {
  agent: Agent;
  store: ScreenStore;
  player: ScriptedPlayer;
  time: ReturnType<typeof manualTimers>;
}

let box: TestBox;
let windows: Window[];

beforeEach(async () => {
  windows = [];
  box = await startBox();
  // As in a page: addresses are relative to where it came from.
  const fetchAbsolute = fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    fetchAbsolute(new URL(path, box.hub.url), init),
  );
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  for (const { agent, store, player, time } of windows) {
    agent.close();
    store.dispose();
    await player.close();
    expect(time.pending()).toBe(0);
  }
  await box.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function openWindow(token = tvToken): Window {
  const time = manualTimers();
  const store = createScreenStore(time.timers);
  const player = new ScriptedPlayer({ media: { [film]: { duration: 600 } } });
  const { service } = box.address;
  const agent = startAgent({ store, player, token, timers: time.timers, service });
  const window = { agent, store, player, time };
  windows.push(window);
  return window;
}

const screenOf = ({ store }: Window) => store.screen.value.name;

async function readyWindow(): Promise<Window> {
  const window = openWindow();
  await expect.poll(() => screenOf(window)).toBe('idle');
  return window;
}

const loadFilm = ({ remote }: Phone) => remote.command({ name: 'load', source: { uri: film } });

describe('a page that has just been opened', () => {
  it('becomes the TV: name, catalogue, code', async () => {
    const { agent, store } = await readyWindow();
    expect(store.name.value).toBe('Living room');
    expect(agent.catalogue.items.map(({ id }) => id)).toEqual(['film']);
    expect(store.pairing.value).toEqual(box.pairing.status);
  });

  it('asks again until the box knows who it is', async () => {
    box.config = '{}';
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('offline');
    box.config = JSON.stringify({ domain, name: 'Kitchen' });
    window.time.pass(2000);
    await expect.poll(() => screenOf(window)).toBe('idle');
  });

  it('says that the box does not open the channel, and goes on when it does', async () => {
    await box.startPairing({ screenSecret: 'another token' });
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('unsealed');
    await box.startPairing();
    window.time.pass(2000);
    await expect.poll(() => screenOf(window)).toBe('idle');
  });

  it('says so of a box that does not know what is asked', async () => {
    box.pairing.close();
    const window = openWindow();
    await expect.poll(() => window.store.link.value.status).toBe('online');
    window.time.pass(15_000);
    expect(screenOf(window)).toBe('unsealed');
  });

  it('says that its token is out of date', async () => {
    const window = openWindow('another');
    await expect.poll(() => screenOf(window)).toBe('refused');
  });
});

describe('pairing', () => {
  it('shows who has paired, and serves them', async () => {
    const window = await readyWindow();
    const phone = await box.pairedPhone();
    await expect.poll(() => window.store.greeting.value?.name).toBe('Anna’s phone');
    expect(window.store.pairing.value?.remotes).toMatchObject([{ grant: { role: 'owner' } }]);
    await phone.remote.subscribe();
  });

  it('that is ended at the TV cuts the phone off', async () => {
    const { agent, store } = await readyWindow();
    const { session, id, remote } = await box.pairedPhone();
    await remote.subscribe();
    await agent.remotes.remove(id);
    await expect.poll(() => store.pairing.value?.remotes).toEqual([]);
    await expect.poll(() => session.state.status).toBe('closed');
    await expect(agent.remotes.remove('nobody')).rejects.toBeInstanceOf(StanzaError);
  });

  it('asks the viewer, who decides', async () => {
    await box.startPairing({ approval: 'always' });
    const { agent, store, time } = await readyWindow();
    // The first one needs nobody to say yes.
    await box.pairedPhone();
    const key = keyPair(primitives, primitives.random(32));
    const guess = () => pairWithPin(box.address, box.pin, key);
    const refused = guess().catch((error: unknown) => error);
    await expect.poll(() => store.question.value?.request.name).toBe('Anna’s phone');
    time.pass(600);
    expect(store.question.value?.state).toBe('open');
    await agent.remotes.decide(store.question.value?.request.id ?? '', false);
    const error = await refused;
    expect(error instanceof StanzaError && pairingErrorCondition(error)).toBe('declined');
    await expect.poll(() => store.question.value).toBeUndefined();

    const allowed = guess();
    await expect.poll(() => store.question.value).toBeDefined();
    await agent.remotes.decide(store.question.value?.request.id ?? '', true, 'guest');
    expect(await allowed).toMatchObject({ role: 'guest' });
  });

  it('changes what a remote may', async () => {
    const { agent, store } = await readyWindow();
    await box.pairedPhone();
    const second = await box.pairedPhone();
    await agent.remotes.changeRole(second.id, 'guest');
    const roles = () => store.pairing.value?.remotes.map(({ grant }) => grant.role);
    await expect.poll(roles).toEqual(['owner', 'guest']);
    await expect(loadFilm(second)).rejects.toMatchObject({
      application: { name: 'not-permitted' },
    });
  });

  it('calls a remote by another name', async () => {
    const { agent, store } = await readyWindow();
    const { id } = await box.pairedPhone();
    await agent.remotes.rename(id, 'Kitchen tablet');
    await expect.poll(() => store.pairing.value?.remotes[0]?.name).toBe('Kitchen tablet');
    await expect(agent.remotes.rename('nobody', 'Nobody')).rejects.toBeInstanceOf(StanzaError);
  });

  it('shows a code for a guest', async () => {
    const { agent, store } = await readyWindow();
    await agent.remotes.invite('guest');
    await expect.poll(() => store.pairing.value?.offer?.role).toBe('guest');
  });

  it('shows that somebody tried a wrong code, and that none is taken after too many', async () => {
    const { store } = await readyWindow();
    const key = keyPair(primitives, primitives.random(32));
    const tryWrongCode = async () => {
      const wrong = box.pin === '123457' ? '123458' : '123457';
      const error = await pairWithPin(box.address, wrong, key).catch((reason: unknown) => reason);
      return error instanceof StanzaError && pairingErrorCondition(error);
    };
    expect(await tryWrongCode()).toBe('code-wrong');
    await expect.poll(() => store.wrongCode.value).toBe('refused');
    for (let i = 0; i < 4; i++) await tryWrongCode();
    await expect.poll(() => store.wrongCode.value).toBe('locked');
    expect(await tryWrongCode()).toBe('locked');
  });

  it('tells of a new name', async () => {
    const { store } = await readyWindow();
    box.pairing.setName('Kitchen');
    await expect.poll(() => store.name.value).toBe('Kitchen');
  });
});

describe('the picture', () => {
  it('is what phones command and the screen shows', async () => {
    const window = await readyWindow();
    await loadFilm(await box.pairedPhone());
    await expect.poll(() => screenOf(window)).toBe('playing');
    expect(window.store.activity.value).toEqual({ kind: 'loaded', by: 'Anna’s phone' });
    await window.player.setVolume(0.5);
    await expect.poll(() => window.store.volume.value.level).toBe(0.5);
  });

  it('that needs a key press first says so', async () => {
    const window = await readyWindow();
    const phone = await box.pairedPhone();
    window.player.next('play', new PlayerError('interaction-required', 'Press a key first.'));
    await loadFilm(phone);
    await window.player.pause();
    await expect(phone.remote.command({ name: 'play' })).rejects.toBeInstanceOf(StanzaError);
    await expect.poll(() => screenOf(window)).toBe('start');
  });
});

describe('two windows', () => {
  it('are one TV: the later one, until the first is chosen again', async () => {
    const first = await readyWindow();
    await loadFilm(await box.pairedPhone());
    const second = await readyWindow();
    await expect.poll(() => screenOf(first)).toBe('conflict');
    expect(first.player.state.state).toBe('paused');
    first.agent.connectAgain();
    await expect.poll(() => screenOf(first)).toBe('paused');
    await expect.poll(() => screenOf(second)).toBe('conflict');
  });
});

describe('a page that is left', () => {
  it('tells the phones that the TV is gone', async () => {
    const { agent } = await readyWindow();
    const { session, remote, id } = await box.pairedPhone();
    const seen: (string | undefined)[] = [];
    session.on('presence', (presence) => {
      if (presence.attrs.type === 'unavailable') seen.push('gone');
      else if (decodeTvPresence(presence)) seen.push('there');
    });
    await remote.subscribe();
    agent.close();
    await expect.poll(() => seen[seen.length - 1]).toBe('gone');
    await expect(agent.remotes.remove(id)).rejects.toThrow();
  });

  it('before the box answered leaves nothing behind', async () => {
    box.config = '{}';
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('offline');
    const pending = window.time.pending();
    window.agent.close();
    expect(window.time.pending()).toBe(pending - 1);
  });
});
