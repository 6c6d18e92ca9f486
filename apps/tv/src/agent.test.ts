import { createHub, type Hub } from '@fjern/hub';
import { decodeTvPresence, pairingErrorCondition, StanzaError } from '@fjern/protocol';
import { fingerprint, keyPair, primitives } from '@fjern/seal';
import { PlayerError } from '@fjern/tv';
import {
  createPairing,
  type Pairing,
  type PairingOptions,
  type StoredPairings,
} from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Agent, startAgent } from './agent.ts';
import { manualTimers } from './fixtures/manual-timers.ts';
import { type Phone, pairedPhone as pairPhone, pairWithPin } from './fixtures/phone.ts';
import { createScreenStore, type ScreenStore } from './state/screen.ts';

// The page's agent against a real hub and pairing service, over real sockets; only the player has no screen.

const domain = 'household.local';
const tvJid = `tv@${domain}`;
const identity = primitives.random(32);
const film = '/media/film.mp4';

interface Window {
  agent: Agent;
  store: ScreenStore;
  player: ScriptedPlayer;
  time: ReturnType<typeof manualTimers>;
}

let hub: Hub;
let pairing: Pairing;
/** What the box has stored. */
let stored: StoredPairings | undefined;
const kept = {
  load: async () => stored,
  save: async (data: StoredPairings) => {
    stored = data;
  },
};
let config: string;
let windows: Window[];
let phones: Phone[];

beforeEach(async () => {
  config = JSON.stringify({ domain, name: 'Living room' });
  windows = [];
  phones = [];
  stored = undefined;
  const json = (body: () => string) => () => ({ contentType: 'application/json', body: body() });
  hub = await createHub({
    domain,
    host: '127.0.0.1',
    anonymous: true,
    accounts: {
      find: (username) =>
        username === 'tv' ? { token: 'tv-token', exclusive: true } : pairing.find(username),
    },
    documents: {
      '/tv/config.json': json(() => config),
      '/media/catalogue.json': json(() => JSON.stringify([{ id: 'film', uri: film }])),
    },
  });
  await startPairing();
  // As in a page: addresses are relative to where it came from.
  const fetchAbsolute = fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    fetchAbsolute(new URL(path, hub.url), init),
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
  for (const { remote } of phones) remote.close();
  await Promise.all(phones.map(({ session }) => session.close()));
  pairing.close();
  await hub.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function startPairing(options: Partial<PairingOptions> = {}): Promise<void> {
  pairing = await createPairing({
    session: hub.service,
    domain,
    tvJid,
    name: 'Living room',
    identity,
    fingerprint: fingerprint(primitives, keyPair(primitives, identity).publicKey),
    screenSecret: 'tv-token',
    origin: () => 'http://192.168.1.20:7120',
    store: kept,
    onrevoke: (username) => hub.disconnect(username),
    ...options,
  });
}

function openWindow(token = 'tv-token'): Window {
  const time = manualTimers();
  const store = createScreenStore(time.timers);
  const player = new ScriptedPlayer({ media: { [film]: { duration: 600 } } });
  const service = hub.webSocketUrl;
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

const box = () => ({ service: hub.webSocketUrl, domain });
const pinOf = () => pairing.status.offer?.pin ?? '';

async function pairedPhone(): Promise<Phone> {
  const phone = await pairPhone(box(), pinOf());
  phones.push(phone);
  return phone;
}

const loadFilm = ({ remote }: Phone) => remote.command({ name: 'load', source: { uri: film } });

describe('a page that has just been opened', () => {
  it('becomes the TV: name, catalogue, code', async () => {
    const { agent, store } = await readyWindow();
    expect(store.name.value).toBe('Living room');
    expect(agent.catalogue.items.map(({ id }) => id)).toEqual(['film']);
    expect(store.pairing.value).toEqual(pairing.status);
  });

  it('asks again until the box knows who it is', async () => {
    config = '{}';
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('offline');
    config = JSON.stringify({ domain, name: 'Kitchen' });
    window.time.pass(2000);
    await expect.poll(() => screenOf(window)).toBe('idle');
  });

  it('says that the box does not open the channel, and goes on when it does', async () => {
    pairing.close();
    await startPairing({ screenSecret: 'another token' });
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('unsealed');
    pairing.close();
    await startPairing();
    window.time.pass(2000);
    await expect.poll(() => screenOf(window)).toBe('idle');
  });

  it('says so of a box that does not know what is asked', async () => {
    pairing.close();
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
    const phone = await pairedPhone();
    await expect.poll(() => window.store.greeting.value?.name).toBe('Anna’s phone');
    expect(window.store.pairing.value?.remotes).toMatchObject([{ grant: { role: 'owner' } }]);
    await phone.remote.subscribe();
  });

  it('that is ended at the TV cuts the phone off', async () => {
    const { agent, store } = await readyWindow();
    const { session, id, remote } = await pairedPhone();
    await remote.subscribe();
    await agent.remotes.remove(id);
    await expect.poll(() => store.pairing.value?.remotes).toEqual([]);
    await expect.poll(() => session.state.status).toBe('closed');
    await expect(agent.remotes.remove('nobody')).rejects.toBeInstanceOf(StanzaError);
  });

  it('asks the viewer, who decides', async () => {
    pairing.close();
    await startPairing({ approval: 'always' });
    const { agent, store, time } = await readyWindow();
    // The first one needs nobody to say yes.
    await pairedPhone();
    const key = keyPair(primitives, primitives.random(32));
    const guess = () => pairWithPin(box(), pinOf(), key);
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
    await pairedPhone();
    const second = await pairedPhone();
    await agent.remotes.changeRole(second.id, 'guest');
    const roles = () => store.pairing.value?.remotes.map(({ grant }) => grant.role);
    await expect.poll(roles).toEqual(['owner', 'guest']);
    await expect(loadFilm(second)).rejects.toMatchObject({
      application: { name: 'not-permitted' },
    });
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
      const wrong = pinOf() === '123457' ? '123458' : '123457';
      const error = await pairWithPin(box(), wrong, key).catch((reason: unknown) => reason);
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
    pairing.setName('Kitchen');
    await expect.poll(() => store.name.value).toBe('Kitchen');
  });
});

describe('the picture', () => {
  it('is what phones command and the screen shows', async () => {
    const window = await readyWindow();
    await loadFilm(await pairedPhone());
    await expect.poll(() => screenOf(window)).toBe('playing');
    expect(window.store.activity.value).toEqual({ kind: 'loaded', by: 'Anna’s phone' });
    await window.player.setVolume(0.5);
    await expect.poll(() => window.store.volume.value.level).toBe(0.5);
  });

  it('that needs a key press first says so', async () => {
    const window = await readyWindow();
    const phone = await pairedPhone();
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
    await loadFilm(await pairedPhone());
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
    const { session, remote, id } = await pairedPhone();
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
    config = '{}';
    const window = openWindow();
    await expect.poll(() => screenOf(window)).toBe('offline');
    const pending = window.time.pending();
    window.agent.close();
    expect(window.time.pending()).toBe(pending - 1);
  });
});
