import { createHub, type Hub } from '@fjern/hub';
import { connect } from '@fjern/link';
import {
  decodeOfferUrl,
  decodePairResult,
  decodeTvPresence,
  type Element,
  encodeCommand,
  encodeConfirm,
  encodePairRequest,
  encodeSubscribe,
  firstElement,
  type PairResult,
  pairingErrorCondition,
  type Session,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { PlayerError } from '@fjern/tv';
import { createPairing, type Pairing, type StoredPairings } from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Agent, startAgent } from './agent.ts';
import { manualTimers } from './fixtures/manual-timers.ts';
import { createScreenStore, type ScreenStore } from './state/screen.ts';

// The page's agent against a real hub and pairing service, over real sockets; only the player has no screen.

const domain = 'household.local';
const tvJid = `tv@${domain}`;
const film = '/media/film.mp4';

interface Window {
  agent: Agent;
  store: ScreenStore;
  player: ScriptedPlayer;
  time: ReturnType<typeof manualTimers>;
}

let hub: Hub;
let pairing: Pairing;
let config: string;
let windows: Window[];
let sessions: Session[];

beforeEach(async () => {
  config = JSON.stringify({ domain, name: 'Living room' });
  windows = [];
  sessions = [];
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
  await Promise.all(sessions.map((session) => session.close()));
  pairing.close();
  await hub.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function startPairing(): Promise<void> {
  let stored: StoredPairings | undefined;
  pairing = await createPairing({
    session: hub.service,
    domain,
    tvJid,
    name: 'Living room',
    fingerprint: 'f'.repeat(43),
    origin: () => 'http://192.168.1.20:7120',
    store: {
      load: async () => stored,
      save: async (data) => {
        stored = data;
      },
    },
    onrevoke: (username) => hub.disconnect(username),
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

const ask = (session: Session, to: string, payload: Element) =>
  session.request(xml('iq', { type: 'set', to }, payload));

async function pair(
  secret = decodeOfferUrl(pairing.status.offer?.url ?? '').secret,
): Promise<PairResult> {
  const service = hub.webSocketUrl;
  const stranger = connect({ service, domain, credential: { anonymous: true } });
  sessions.push(stranger);
  await stranger.ready({ timeout: 5 });
  const request = encodePairRequest({ secret, name: 'Anna’s phone', kind: 'phone' });
  const answer = await ask(stranger, domain, request);
  return decodePairResult(firstElement(answer) ?? answer);
}

interface Phone {
  session: Session;
  username: string;
  /** While the TV is there, as far as the phone knows: its full JID. */
  readonly tv: { jid: string; epoch: string } | undefined;
}

async function pairedPhone(): Promise<Phone> {
  const { jid, token } = await pair();
  const [username = ''] = jid.split('@');
  const service = hub.webSocketUrl;
  const session = connect({ service, domain, credential: { username, token } });
  sessions.push(session);
  await session.ready({ timeout: 5 });
  let tv: Phone['tv'];
  session.on('presence', (presence) => {
    const { from, type } = presence.attrs;
    const found = decodeTvPresence(presence);
    if (type === 'unavailable' && from === tv?.jid) tv = undefined;
    if (type === undefined && found) tv = { jid: from, epoch: found.epoch };
  });
  session.send(xml('presence'));
  await ask(session, domain, encodeConfirm());
  await expect.poll(() => tv).toBeDefined();
  return {
    session,
    username,
    get tv() {
      return tv;
    },
  };
}

const askTv = ({ session, tv }: Phone, payload: Element) => ask(session, tv?.jid ?? '', payload);
const subscribe = (phone: Phone) => askTv(phone, encodeSubscribe(phone.session.jid));

function loadFilm(phone: Phone): Promise<Element> {
  const { epoch = '' } = phone.tv ?? {};
  const source = { uri: film };
  return askTv(phone, encodeCommand({ name: 'load', id: '1', epoch, expires: 1000, source }));
}

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

  it('waits for a pairing service that starts after the hub', async () => {
    pairing.close();
    const window = openWindow();
    await expect.poll(() => vi.mocked(console.warn).mock.calls.length).toBe(1);
    expect(screenOf(window)).toBe('connecting');
    await startPairing();
    window.time.pass(2000);
    await expect.poll(() => screenOf(window)).toBe('idle');
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
    expect(window.store.greeting.value?.name).toBe('Anna’s phone');
    await subscribe(phone);
  });

  it('that is ended at the TV cuts the phone off', async () => {
    const { agent, store } = await readyWindow();
    const { session, username } = await pairedPhone();
    await agent.unpair(username);
    expect(store.pairing.value?.remotes).toEqual([]);
    await expect.poll(() => session.state.status).toBe('closed');
    await expect(agent.unpair('nobody')).rejects.toBeInstanceOf(StanzaError);
  });

  it('shows that somebody tried a wrong code, and that none is taken after too many', async () => {
    const { store } = await readyWindow();
    const tryWrongCode = async () => {
      const error = await pair('x'.repeat(22)).catch((reason: unknown) => reason);
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
    const { epoch = '' } = phone.tv ?? {};
    const play = encodeCommand({ name: 'play', id: '2', epoch, expires: 1000 });
    await expect(askTv(phone, play)).rejects.toBeInstanceOf(StanzaError);
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
    const phone = await pairedPhone();
    await subscribe(phone);
    agent.close();
    await expect.poll(() => phone.tv).toBeUndefined();
    await expect(agent.unpair(phone.username)).rejects.toThrow();
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
