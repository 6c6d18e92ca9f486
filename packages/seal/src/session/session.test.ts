import { createHub, type Hub } from '@fjern/hub';
import {
  type Element,
  NS,
  NS_SEAL,
  parseElement,
  type Session,
  SessionError,
  StanzaError,
  sealCondition,
  xml,
} from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyPair, toBase64Url } from '../keys.ts';
import { createSealedClient, createSealedServer, keyPair, primitives } from '../node.ts';
import { PeerRefusal, type SealedClient, UndeliveredError } from './client.ts';
import type { Admission, SealedPeer, SealedServer } from './server.ts';

const domain = 'house.local';
const tv = `tv@${domain}`;
const secretTitle = 'The Secret Film';

let hub: Hub;
let tvSession: Session;
let remoteSession: Session;
let tvKey: KeyPair;
let remoteKey: KeyPair;
let server: SealedServer;
let client: SealedClient;
let admissions: Map<string, Admission>;
/** Everything that went through the hub, as it would be written. */
let wire: string[];
const errors: unknown[] = [];

const newKey = () => keyPair(primitives, primitives.random(32));
const title = xml('title', { xmlns: NS }, secretTitle);
const ask = (name = 'title') => xml(name, { xmlns: NS });

function tap(session: Session): Session {
  const original = session.send.bind(session);
  const request = session.request.bind(session);
  session.send = (stanza) => {
    wire.push(stanza.toString());
    original(stanza);
  };
  session.request = async (iq, options) => {
    wire.push(iq.toString());
    const result = await request(iq, options);
    wire.push(result.toString());
    return result;
  };
  return session;
}

function newClient(options: { own?: KeyPair; peer?: KeyPair; session?: Session } = {}) {
  return createSealedClient({
    session: options.session ?? remoteSession,
    peer: tv,
    keys: { own: options.own ?? remoteKey, peer: (options.peer ?? tvKey).publicKey },
  });
}

beforeEach(async () => {
  errors.length = 0;
  wire = [];
  hub = await createHub({ domain, host: '127.0.0.1', accounts: { find: () => undefined } });
  tvSession = tap(hub.attach(`${tv}/screen`));
  remoteSession = tap(hub.attach(`anna@${domain}/phone`));
  tvSession.send(xml('presence'));
  remoteSession.send(xml('presence'));
  tvKey = newKey();
  remoteKey = newKey();
  admissions = new Map([[toBase64Url(remoteKey.publicKey), 'welcome']]);
  server = createSealedServer({
    session: tvSession,
    key: tvKey,
    admit: (key) => admissions.get(key),
    now: () => performance.now(),
    onerror: (error) => errors.push(error),
  });
  server.handle(
    'get',
    NS,
    (payload) => {
      if (payload.getName() === 'title') return title;
      if (payload.getName() === 'slow') return Promise.resolve(title);
      if (payload.getName() === 'broken') throw new Error('a defect');
      throw new StanzaError('item-not-found', { text: `no ${secretTitle}` });
    },
    { early: true },
  );
  server.handle('set', NS, () => undefined);
  client = newClient();
});

afterEach(async () => {
  client.close();
  server.close();
  await hub.close();
});

describe('a sealed session', () => {
  it('is made, and asks, in one round trip', async () => {
    const [answer, other] = await client.open([
      { type: 'get', payload: ask() },
      { type: 'get', payload: ask('nothing') },
    ]);
    expect(answer).toMatchObject({ payload: expect.anything() });
    expect(answer && 'payload' in answer && answer.payload?.getText()).toBe(secretTitle);
    expect(other && 'error' in other && other.error.condition).toBe('item-not-found');
    expect(wire.filter((stanza) => stanza.includes('handshake'))).toHaveLength(2);
    expect(client.jid).toBe(`${tv}/screen`);
  });

  it('shows nothing of what is said', async () => {
    await client.open([{ type: 'get', payload: ask() }]);
    await client.request('get', ask());
    await expect(client.request('get', ask('nothing'))).rejects.toThrow(secretTitle);
    const told = new Promise((resolve) => client.on('message', resolve));
    for (const peer of server.peers) server.send(peer, title);
    await told;
    expect(wire.length).toBeGreaterThan(6);
    for (const stanza of wire.filter((text) => !text.startsWith('<presence'))) {
      expect(stanza).not.toMatch(/Secret|title|item-not-found/);
      expect(stanza).toContain(NS_SEAL);
    }
  });

  it('answers with what the handler threw, and keeps its defects to itself', async () => {
    await client.open([]);
    const refused = client.request('get', ask('nothing'));
    await expect(refused).rejects.toMatchObject({
      name: 'StanzaError',
      condition: 'item-not-found',
    });
    await expect(client.request('get', ask('broken'))).rejects.toMatchObject({
      condition: 'internal-server-error',
      message: 'internal-server-error',
    });
    expect(errors).toHaveLength(1);
    await expect(client.request('get', xml('x', { xmlns: 'urn:other' }))).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
  });

  it('keeps answers and news apart, however they overtake each other', async () => {
    await client.open([]);
    const heard: string[] = [];
    client.on('message', ([element]) => heard.push(element?.getText() ?? ''));
    const gap = vi.fn();
    client.on('gap', gap);
    const asked = Array.from({ length: 50 }, (_, index) => {
      for (const peer of server.peers) server.send(peer, xml('n', {}, String(index)));
      return client.request('get', ask(index % 2 ? 'slow' : 'title'));
    });
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => answer?.getText())).toEqual(Array(50).fill(secretTitle));
    await client.request('get', ask());
    expect(heard.length).toBeGreaterThanOrEqual(49);
    expect(gap).not.toHaveBeenCalled();
  });

  it('takes no command with a handshake, which may be a repeated one', async () => {
    const [answer] = await client.open([{ type: 'set', payload: ask() }]);
    expect(answer && 'error' in answer && answer.error.condition).toBe('not-allowed');
  });

  it('is refused to keys that the TV does not know', async () => {
    const stranger = newClient({ own: newKey() });
    await expect(stranger.open([])).rejects.toMatchObject({ condition: 'forbidden' });
    await expect(stranger.request('get', ask())).rejects.toBeInstanceOf(SessionError);
    stranger.close();
  });

  it('tells a key that was known once why it is not any more', async () => {
    admissions.set(toBase64Url(remoteKey.publicKey), { farewell: xml('bye', {}, 'by Kim') });
    const refusal = await client.open([]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PeerRefusal);
    expect((refusal as PeerRefusal).content[0]?.getText()).toBe('by Kim');
    expect(wire.join()).not.toContain('Kim');
    expect(client.jid).toBeUndefined();
  });

  it('is not made with whoever has another key than the TV', async () => {
    const misled = newClient({ peer: newKey() });
    await expect(misled.open([])).rejects.toSatisfy(
      (error) => error instanceof StanzaError && sealCondition(error) === 'unsealable',
    );
    misled.close();
  });

  it('times out, and can be aborted', async () => {
    server.close();
    await expect(client.open([], { timeout: 0.05 })).rejects.toMatchObject({ code: 'timeout' });
    const controller = new AbortController();
    const opening = client.open([], { signal: controller.signal });
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is over when the TV ends it, after a last word', async () => {
    await client.open([]);
    await client.request('get', ask());
    const word = new Promise<Element[]>((resolve) => client.on('message', resolve));
    const closed: SealedPeer[] = [];
    server.on('close', (peer) => closed.push(peer));
    server.end(toBase64Url(remoteKey.publicKey), xml('bye'));
    expect((await word)[0]?.getName()).toBe('bye');
    expect(closed).toHaveLength(1);
    await expect(client.request('get', ask())).rejects.toMatchObject({ code: 'no-session' });
  });

  it('is over when its full JID is gone', async () => {
    await client.open([]);
    await client.request('get', ask());
    await remoteSession.close();
    expect(server.peers).toEqual([]);
  });

  it('knows a screen by the secret that both were given', async () => {
    server.close();
    const psk = primitives.random(32);
    server = createSealedServer({
      session: tvSession,
      key: tvKey,
      admit: () => undefined,
      psk,
      now: () => performance.now(),
      onerror: (error) => errors.push(error),
    });
    const seen: SealedPeer[] = [];
    server.handle('get', NS, (_, peer) => {
      seen.push(peer);
      return title;
    });
    const screen = createSealedClient({ session: remoteSession, peer: tv, keys: { psk } });
    await screen.open([]);
    expect((await screen.request('get', ask()))?.getText()).toBe(secretTitle);
    expect(seen[0]?.key).toBeUndefined();
    screen.close();
    const other = createSealedClient({
      session: remoteSession,
      peer: tv,
      keys: { psk: primitives.random(32) },
    });
    await expect(other.open([])).rejects.toBeInstanceOf(StanzaError);
    other.close();
  });
});

describe('on a hostile way', () => {
  it.each([false, true])('a repeated first message is refused (session used: %s)', async (used) => {
    await client.open([{ type: 'get', payload: ask() }]);
    if (used) await client.request('get', ask());
    const sent = wire.find((stanza) => stanza.includes('<handshake') && stanza.includes('to="tv@'));
    remoteSession.send(parseElement(sent ?? ''));
    const refusals = () => wire.filter((stanza) => stanza.includes('<unsealable'));
    await vi.waitFor(() => expect(refusals()).toHaveLength(1));
    expect((await client.request('get', ask()))?.getText()).toBe(secretTitle);
    expect(server.peers).toHaveLength(1);
  });

  it('refuses what was said before, or was changed', async () => {
    await client.open([]);
    await client.request('get', ask());
    const sent = wire.find((stanza) => stanza.startsWith('<iq type="get"'));
    const repeated = remoteSession.request(parseElement(sent ?? ''));
    await expect(repeated).rejects.toSatisfy(
      (error) => error instanceof StanzaError && sealCondition(error) === 'unsealable',
    );
    const asSet = parseElement(
      (sent ?? '').replace('type="get"', 'type="set"').replace('n="0"', 'n="1"'),
    );
    await expect(remoteSession.request(asSet)).rejects.toMatchObject({
      condition: 'not-acceptable',
    });
    expect((await client.request('get', ask()))?.getText()).toBe(secretTitle);
  });

  it('answers a request that comes twice once, with its answer', async () => {
    await client.open([]);
    const { request } = remoteSession;
    remoteSession.request = async (iq, options) => {
      const answer = request(iq, options);
      // The same again, as it was written, before there is an answer.
      remoteSession.send(parseElement(iq.toString()));
      return answer;
    };
    expect((await client.request('get', ask('slow')))?.getText()).toBe(secretTitle);
    remoteSession.request = request;
    expect((await client.request('get', ask()))?.getText()).toBe(secretTitle);
  });

  it('refuses a handshake of another kind at once', async () => {
    const id = 'x1';
    const refused = new Promise<Element>((resolve) => {
      remoteSession.on('message', (message) => resolve(message));
    });
    const kind = xml('handshake', { xmlns: NS_SEAL, id, pattern: 'NN' }, 'AAAA');
    remoteSession.send(xml('message', { type: 'headline', to: tv }, kind));
    const message = await refused;
    expect(message.attrs.type).toBe('error');
    expect(message.getChild('handshake', NS_SEAL)?.attrs.id).toBe(id);
  });

  it('does not take an unsealed error for the word of the TV', async () => {
    await client.open([]);
    server.close();
    const failed = client.request('get', ask());
    await expect(failed).rejects.toBeInstanceOf(UndeliveredError);
    await expect(failed).rejects.toMatchObject({ code: 'bounced' });
  });

  it('notices what was held back, and says so once', async () => {
    await client.open([]);
    await client.request('get', ask());
    const gap = vi.fn();
    client.on('gap', gap);
    const send = tvSession.send.bind(tvSession);
    tvSession.send = () => {};
    for (const peer of server.peers) server.send(peer, title);
    tvSession.send = send;
    await client.request('get', ask());
    await vi.waitFor(() => expect(gap).toHaveBeenCalledTimes(1), { timeout: 3000 });
    await client.request('get', ask());
    expect(gap).toHaveBeenCalledTimes(1);
  });

  it('limits how many handshakes one account may make', async () => {
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i++)
      outcomes.push(
        await client.open([]).then(
          () => 'made',
          (error: StanzaError) => error.condition,
        ),
      );
    expect(outcomes.slice(0, 16)).toEqual(Array(16).fill('made'));
    expect(outcomes.slice(16)).toEqual(Array(4).fill('resource-constraint'));
  });
});
