import { createHub, type Hub } from '@fjern/hub';
import { type Credential, connect } from '@fjern/link';
import {
  decodeOfferUrl,
  decodePairResult,
  type Element,
  encodeConfirm,
  encodePairingRequest,
  encodePairRequest,
  encodeUnpair,
  firstElement,
  type PairingStatus,
  type PairResult,
  pairingErrorCondition,
  type Session,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/index.ts';
import { cleanName } from './name.ts';
import { createPairing, type Pairing, type PairingOptions } from './pairing.ts';
import { type PairingStore, PairingStoreError, type StoredPairings } from './store.ts';
import { watchPairing } from './watch.ts';

const domain = 'household.local';
const tvJid = `tv@${domain}`;

/** Stores as a file does: text. */
class MemoryStore implements PairingStore {
  text: string | undefined;
  saving: () => Promise<void> = async () => {};

  async load(): Promise<StoredPairings | undefined> {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async save(data: StoredPairings): Promise<void> {
    await this.saving();
    this.text = JSON.stringify(data);
  }
}

let hub: Hub;
let clock: ManualClock;
let store: MemoryStore;
let pairing: Pairing;
let revoked: string[];
let log: string[];
let sessions: Session[];

function startHub(port = 0): Promise<Hub> {
  const find = (username: string) =>
    username === 'tv' ? { token: 'tv-token' } : pairing.find(username);
  return createHub({ domain, host: '127.0.0.1', port, anonymous: true, accounts: { find } });
}

async function start(options: Partial<PairingOptions> = {}): Promise<Pairing> {
  const created = await createPairing({
    session: hub.service,
    domain,
    tvJid,
    name: 'Living room',
    fingerprint: 'f'.repeat(43),
    origin: () => 'http://192.168.1.20:7120',
    store,
    clock,
    onrevoke: (username) => revoked.push(username),
    ...options,
  });
  created.on('offer', (offer) => log.push(offer ? 'offer' : 'no offer'));
  created.on('paired', ({ name }) => log.push(`paired ${name}`));
  created.on('revoked', ({ name }) => log.push(`revoked ${name}`));
  created.on('error', (error) => log.push(`error ${error}`));
  return created;
}

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 1));
  store = new MemoryStore();
  revoked = [];
  log = [];
  sessions = [];
  hub = await startHub();
  pairing = await start();
});

afterEach(async () => {
  pairing.close();
  await Promise.all(sessions.map((session) => session.close()));
  await hub.close();
  expect(clock.pending).toBe(0);
});

const secret = () => decodeOfferUrl(pairing.status.offer?.url ?? '').secret;

function ask(session: Session, payload: Element, type: 'get' | 'set' = 'set'): Promise<Element> {
  return session.request(xml('iq', { type, to: domain }, payload));
}

/** A real login over a real socket. */
async function login(credential: Credential): Promise<Session> {
  const session = connect({ service: hub.webSocketUrl, domain, credential });
  sessions.push(session);
  await new Promise<void>((resolve, reject) => {
    session.on('state', (state) => {
      if (state.status === 'online') resolve();
      if (state.status === 'closed') reject(state.error);
    });
  });
  return session;
}

const tvPage = () => hub.attach(`${tvJid}/page`);

async function pair(code = secret(), name = 'Anna’s phone'): Promise<PairResult> {
  const stranger = await login({ anonymous: true });
  const answer = await ask(stranger, encodePairRequest({ secret: code, name, kind: 'phone' }));
  await stranger.close();
  return decodePairResult(firstElement(answer) ?? answer);
}

/** A remote that has paired and confirmed. */
async function pairedRemote(name?: string): Promise<{ session: Session; username: string }> {
  const { jid, token } = await pair(undefined, name);
  const [username = ''] = jid.split('@');
  const session = await login({ username, token });
  await ask(session, encodeConfirm());
  return { session, username };
}

async function condition(request: Promise<unknown>): Promise<string | undefined> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof StanzaError)) throw error;
  return pairingErrorCondition(error) ?? error.condition;
}

describe('pairing', () => {
  it('goes from the code to an account that logs in, and ends with its confirmation', async () => {
    const shown = secret();
    const { jid, token, tv, name } = await pair();
    expect({ tv, name }).toEqual({ tv: tvJid, name: 'Living room' });
    const stored: StoredPairings = JSON.parse(store.text ?? '');
    expect(stored.accounts).toMatchObject([{ token, confirmed: false, name: 'Anna’s phone' }]);
    expect(pairing.status.remotes).toEqual([]);
    expect(pairing.authorize(jid)).toBeUndefined();
    expect(secret()).not.toBe(shown);

    const [username = ''] = jid.split('@');
    const remote = await login({ username, token });
    await ask(remote, encodeConfirm());
    await ask(remote, encodeConfirm());
    expect(pairing.status.remotes).toMatchObject([
      { id: username, name: 'Anna’s phone', kind: 'phone', online: true },
    ]);
    expect(pairing.authorize(jid)).toEqual({ name: 'Anna’s phone' });
    expect(pairing.remotes()).toEqual([jid]);
    expect(log).toEqual(['offer', 'paired Anna’s phone']);
    await clock.advance(61_000);
    expect(revoked).toEqual([]);
  });

  it('survives a restart of the process', async () => {
    const { username } = await pairedRemote();
    const { status } = pairing;
    pairing.close();
    pairing = await start();
    expect(pairing.status.remotes).toEqual(
      status.remotes.map((remote) => ({ ...remote, online: false })),
    );
    expect(pairing.find(username)).toBeDefined();
  });

  it('takes an account back that nobody confirms', async () => {
    const { jid, token } = await pair();
    const [username = ''] = jid.split('@');
    const remote = await login({ username, token });
    // A restart gives it its time again.
    await clock.advance(59_000);
    pairing.close();
    pairing = await start();
    await clock.advance(59_000);
    expect(pairing.find(username)).toBeDefined();
    await clock.advance(1000);
    expect(pairing.find(username)).toBeUndefined();
    expect(revoked).toEqual([username]);
    expect(JSON.parse(store.text ?? '')).toEqual({ version: 1, accounts: [] });
    expect(await condition(ask(remote, encodeConfirm()))).toBe('forbidden');
  });

  it('is for anonymous streams, and knows no other requests', async () => {
    const { session } = await pairedRemote();
    const again = encodePairRequest({ secret: secret(), name: 'A', kind: 'phone' });
    expect(await condition(ask(session, again))).toBe('not-allowed');
    const other = xml('borrow', { xmlns: 'urn:xmpp:second-screen:pair:0' });
    expect(await condition(ask(session, other))).toBe('feature-not-implemented');
    expect(await condition(ask(session, encodePairingRequest(), 'get'))).toBe('forbidden');
  });

  it('leaves nothing behind when it cannot be stored, and the code good', async () => {
    const shown = secret();
    store.saving = () => Promise.reject(new Error('disk full'));
    expect(await condition(pair())).toBe('resource-constraint');
    expect(log.at(-1)).toContain('error');
    store.saving = async () => {};
    expect(secret()).toBe(shown);
    await pair(shown);
    expect(JSON.parse(store.text ?? '').accounts.length).toBe(1);
  });

  it('does not wait for a store that hangs', async () => {
    store.saving = () => new Promise(() => {});
    const stranger = await login({ anonymous: true });
    const request = encodePairRequest({ secret: secret(), name: 'A', kind: 'phone' });
    const refused = condition(ask(stranger, request));
    // The deadline of the store is a second timer beside the code's.
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(10_000);
    expect(await refused).toBe('resource-constraint');
  });
});

describe('codes', () => {
  it('are for one remote, also when two come at once', async () => {
    const code = secret();
    let stored = () => {};
    const storing = new Promise<void>((onStoring) => {
      store.saving = () => {
        onStoring();
        return new Promise((resolve) => {
          stored = resolve;
        });
      };
    });
    const first = condition(pair(code));
    await storing;
    expect(await condition(pair(code))).toBe('code-used');
    stored();
    expect(await first).toBeUndefined();
    expect(await condition(pair(code))).toBe('code-used');
  });

  it('expire, and the next one is shown', async () => {
    const code = secret();
    expect(pairing.status.offer?.expires).toBe(clock.now() + 300_000);
    await clock.advance(300_000);
    expect(log).toEqual(['offer']);
    expect(await condition(pair(code))).toBe('code-expired');
    await pair();
  });

  it('lock after wrong tries, longer each time, until somebody has the right one', async () => {
    for (let i = 0; i < 5; i++) expect(await condition(pair('x'.repeat(22)))).toBe('code-wrong');
    expect(await condition(pair())).toBe('locked');
    await clock.advance(10_000);
    expect(await condition(pair('y'))).toBe('code-wrong');
    await clock.advance(19_000);
    expect(await condition(pair())).toBe('locked');
    await clock.advance(1000);
    await pair();
    expect(await condition(pair('z'))).toBe('code-wrong');
    await pair();
  });

  it('that are refused are news for the screen, until somebody pairs', async () => {
    const watch = await watchPairing(tvPage(), domain);
    const used = secret();
    await pair(used);
    expect(watch.status.refused).toBeUndefined();
    await clock.advance(1000);
    expect(await condition(pair(used))).toBe('code-used');
    const { expires = 0 } = pairing.status.offer ?? {};
    expect(watch.status.refused).toEqual({ at: clock.now() });
    const expired = secret();
    await clock.advance(expires - clock.now());
    expect(await condition(pair(expired))).toBe('code-expired');
    expect(watch.status.refused).toEqual({ at: expires });

    for (let i = 0; i < 5; i++) await condition(pair('x'));
    const lockedUntil = clock.now() + 10_000;
    expect(watch.status.refused).toEqual({ at: expires, lockedUntil });
    await clock.advance(5000);
    expect(await condition(pair())).toBe('locked');
    expect(watch.status.refused).toEqual({ at: expires, lockedUntil });
    await clock.advance(5000);
    expect(watch.status.refused).toEqual({ at: expires });
    await pair();
    expect(watch.status.refused).toBeUndefined();
    watch.close();
  });

  it('that come while none is shown are no news', async () => {
    pairing.setOpen(false);
    expect(await condition(pair('x'))).toBe('pairing-closed');
    expect(pairing.status.refused).toBeUndefined();
  });

  it('are not shown while pairing is closed', async () => {
    const code = secret();
    pairing.setOpen(false);
    expect(pairing.status.offer).toBeUndefined();
    expect(await condition(pair(code))).toBe('code-expired');
    expect(await condition(pair('x'))).toBe('pairing-closed');
    pairing.setOpen(true);
    await pair();
  });

  it('follow the name and the address of the TV', async () => {
    const code = secret();
    pairing.setName('Kitchen');
    expect(decodeOfferUrl(pairing.status.offer?.url ?? '')).toMatchObject({
      name: 'Kitchen',
      secret: code,
      origin: 'http://192.168.1.20:7120',
      tv: tvJid,
    });
    pairing.refresh();
    expect(log).toEqual(['offer', 'offer']);
  });
});

describe('ending', () => {
  it('by the remote itself: it is answered, then cut off', async () => {
    const { session, username } = await pairedRemote();
    await ask(session, encodeUnpair());
    expect(pairing.find(username)).toBeUndefined();
    expect(revoked).toEqual([]);
    await clock.advance(0);
    expect(revoked).toEqual([username]);
    expect(log.at(-1)).toBe('revoked Anna’s phone');
    expect(await condition(ask(session, encodeUnpair()))).toBe('forbidden');
  });

  it('by the TV, and by nobody else', async () => {
    const { username } = await pairedRemote();
    const { session: other } = await pairedRemote('Ben');
    expect(await condition(ask(other, encodeUnpair(username)))).toBe('forbidden');
    const page = tvPage();
    expect(await condition(ask(page, encodeUnpair('nobody')))).toBe('item-not-found');
    expect(await condition(ask(page, encodeUnpair()))).toBe('bad-request');
    await ask(page, encodeUnpair(username));
    expect(revoked).toEqual([username]);
    expect(pairing.status.remotes.map(({ name }) => name)).toEqual(['Ben']);
  });

  it('is not said before it is stored', async () => {
    const { session, username } = await pairedRemote();
    store.saving = () => Promise.reject(new Error('disk full'));
    expect(await condition(ask(session, encodeUnpair()))).toBe('resource-constraint');
    expect(pairing.find(username)).toBeDefined();
  });
});

describe('the page’s side', () => {
  it('knows the status and what becomes of it', async () => {
    const page = tvPage();
    const watch = await watchPairing(page, domain);
    expect(watch.status).toEqual(pairing.status);
    const changes: PairingStatus[] = [];
    watch.on('change', (status) => changes.push(status));
    const { session, username } = await pairedRemote();
    // It knows as soon as the remote knows.
    expect(watch.authorize(`${username}@${domain}`)).toEqual({ name: 'Anna’s phone' });
    expect(watch.remotes()).toEqual([`${username}@${domain}`]);
    pairing.setOnline(session.jid, false);
    expect(watch.status.remotes[0]?.online).toBe(false);
    await watch.unpair(username);
    expect(watch.remotes()).toEqual([]);
    expect(changes.at(-1)).toEqual(pairing.status);
    await expect(watch.unpair('nobody')).rejects.toBeInstanceOf(StanzaError);
    watch.close();
    const count = changes.length;
    pairing.setName('Kitchen');
    expect(changes.length).toBe(count);
  });

  it('asks again after a restart of the hub', async () => {
    const page = await login({ username: 'tv', token: 'tv-token' });
    const watch = await watchPairing(page, domain);
    const { username } = await pairedRemote();
    await expect.poll(() => watch.remotes()).toEqual([`${username}@${domain}`]);
    const { port } = hub;
    pairing.close();
    await hub.close();
    hub = await startHub(port);
    pairing = await start();
    await pairing.unpair(username);
    await expect.poll(() => watch.remotes(), { timeout: 10_000 }).toEqual([]);
    expect(watch.status).toEqual(pairing.status);
    watch.close();
  }, 15_000);

  it('is refused where it has no business, or no service', async () => {
    const { session } = await pairedRemote();
    await expect(watchPairing(session, domain)).rejects.toMatchObject({ condition: 'forbidden' });
    pairing.close();
    await expect(watchPairing(tvPage(), domain)).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
  });

  it('can be aborted, and ends with its session', async () => {
    const page = tvPage();
    const abort = AbortSignal.abort('enough');
    await expect(watchPairing(page, domain, { signal: abort })).rejects.toMatchObject({
      code: 'aborted',
    });
    await page.close();
    await expect(watchPairing(page, domain)).rejects.toBeInstanceOf(SessionError);
  });
});

describe('what was stored', () => {
  it.each([
    [{ version: 2, accounts: [] }, 'newer'],
    [{ version: 1, accounts: [{ username: 'x' }] }, 'unreadable'],
    [{ version: 1 }, 'unreadable'],
    ['nonsense', 'unreadable'],
  ])('%j: %s', async (stored, code) => {
    pairing.close();
    store.text = JSON.stringify(stored);
    await expect(start()).rejects.toMatchObject({ name: 'PairingStoreError', code });
  });

  it('cannot be read', async () => {
    pairing.close();
    store.load = () => Promise.reject(new Error('no disk'));
    await expect(start()).rejects.toBeInstanceOf(PairingStoreError);
  });
});

it('shows names as one harmless line', () => {
  expect(cleanName('  Anna’s\n\u202ephone\u0007 ', 'phone')).toBe('Anna’s phone');
  expect(cleanName('\u200b', 'tablet')).toBe('Tablet');
  expect(Array.from(cleanName('👩‍💻'.repeat(40), 'phone')).length).toBeLessThanOrEqual(32);
});
