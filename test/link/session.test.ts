import { createHub } from '@fjern/hub';
import { connect, type Link, type LinkOptions } from '@fjern/link';
import { type Element, xml } from '@fjern/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHub, startProsody, type TestServer } from './servers.ts';

const NS_TEST = 'urn:example:test';

describe.each([
  ['the hub', startHub],
  ['Prosody', startProsody],
])('a link through %s', (name, start) => {
  let server: TestServer;
  const links: Link[] = [];
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.close());
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()));
  });

  function open(username: string, options: Partial<LinkOptions> = {}): Link {
    const link = connect({
      service: server.service,
      domain: server.domain,
      credential: server.credential(username),
      timing: { retryBase: 0.02 },
      ...options,
    });
    links.push(link);
    return link;
  }

  /** A TV that counts what it is asked, and a phone. */
  async function pair() {
    const tv = open('tv');
    const phone = open('phone');
    await Promise.all([tv.ready({ timeout: 10 }), phone.ready({ timeout: 10 })]);
    let asked = 0;
    tv.handle('set', NS_TEST, () => {
      asked++;
      return xml('done', { xmlns: NS_TEST });
    });
    const got: string[] = [];
    phone.on('message', (message) => got.push(message.getChildText('body') ?? ''));
    const ask = () =>
      phone.request(xml('iq', { type: 'set', to: tv.jid }, xml('do', { xmlns: NS_TEST })));
    const tell = (text: string) =>
      tv.send(xml('message', { to: phone.jid, type: 'chat' }, xml('body', {}, text)));
    return { tv, phone, got, ask, tell, asked: () => asked };
  }

  /** Resolves when the link is online again after the connection was cut. */
  function back(link: Link): Promise<boolean> {
    return new Promise((resolve) => {
      const off = link.on('state', (state) => {
        if (state.status !== 'online') return;
        off();
        resolve(state.resumed);
      });
    });
  }

  it('asks and is answered', async () => {
    const { tv, phone, ask } = await pair();
    expect((await ask()).attrs).toMatchObject({ type: 'result', from: tv.jid, to: phone.jid });
  });

  it('delivers nothing twice after a cut (stock: everything since the last answer)', async () => {
    const { tv, phone, got, ask, tell } = await pair();
    for (let i = 0; i < 5; i++) await ask();
    for (const text of ['1', '2', '3']) tell(text);
    await expect.poll(() => got).toEqual(['1', '2', '3']);
    const jid = phone.jid;
    const resumed = Promise.all([back(tv), back(phone)]);
    server.network.cut();
    expect(await resumed).toEqual([true, true]);
    expect(phone.jid).toBe(jid);
    tell('4');
    await expect.poll(() => got.at(-1)).toBe('4');
    expect(got).toEqual(['1', '2', '3', '4']);
  });

  it('keeps a request that was under way when the connection was cut', async () => {
    const { tv, phone, asked } = await pair();
    let answer: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      tv.handle('get', NS_TEST, () => {
        resolve();
        return new Promise<Element>((done) => {
          answer = () => done(xml('late', { xmlns: NS_TEST }));
        });
      });
    });
    const pending = phone.request(
      xml('iq', { type: 'get', to: tv.jid }, xml('ask', { xmlns: NS_TEST })),
    );
    await arrived;
    const resumed = Promise.all([back(tv), back(phone)]);
    server.network.cut();
    answer();
    expect(await resumed).toEqual([true, true]);
    expect((await pending).getChild('late', NS_TEST)).toBeDefined();
    expect(asked()).toBe(0);
  });

  it('resumes after 6,000 requests (stock: too many unacknowledged stanzas)', async () => {
    const { tv, phone, ask, asked, got, tell } = await pair();
    for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 60 }, ask));
    expect(asked()).toBe(6000);
    const resumed = Promise.all([back(tv), back(phone)]);
    server.network.cut();
    expect(await resumed).toEqual([true, true]);
    await ask();
    expect(asked()).toBe(6001);
    tell('still here');
    await expect.poll(() => got).toEqual(['still here']);
  });

  it('says that the session is a new one when the server forgot it', async () => {
    const { tv, phone } = await pair();
    tv.handle('get', NS_TEST, () => new Promise(() => {}));
    const pending = phone.request(
      xml('iq', { type: 'get', to: tv.jid }, xml('ask', { xmlns: NS_TEST })),
    );
    const online = Promise.all([back(tv), back(phone)]);
    await server.restart();
    await expect(pending).rejects.toMatchObject({ code: 'lost' });
    expect(await online).toEqual([false, false]);
    phone.wake();
    expect(phone.state.status).toBe('online');
  });

  it('does not take the answer of somebody else', async () => {
    const { tv, phone } = await pair();
    const evil = open('evil');
    await evil.ready({ timeout: 10 });
    const asked = new Promise<[string, () => void]>((resolve) => {
      tv.handle('get', NS_TEST, (_, iq) => {
        return new Promise<Element>((done) => {
          resolve([iq.attrs.id, () => done(xml('true', { xmlns: NS_TEST }))]);
        });
      });
    });
    const pending = phone.request(
      xml('iq', { type: 'get', to: tv.jid }, xml('ask', { xmlns: NS_TEST })),
    );
    const [id, answer] = await asked;
    evil.send(xml('iq', { type: 'result', id, to: phone.jid }, xml('false', { xmlns: NS_TEST })));
    const heard = new Promise((resolve) => phone.on('message', resolve));
    evil.send(xml('message', { to: phone.jid }, xml('body', {}, 'the answer was sent before me')));
    await heard;
    answer();
    expect((await pending).getChild('true', NS_TEST)).toBeDefined();
  });

  it('is closed when the credential is wrong', async () => {
    const right = server.credential('phone');
    const credential =
      'token' in right ? { ...right, token: 'wrong' } : { username: 'phone', password: 'wrong' };
    await expect(open('phone', { credential }).ready({ timeout: 10 })).rejects.toMatchObject({
      code: 'refused',
      condition: 'not-authorized',
    });
  });

  it('is closed when another takes its place, and does not take it back', async () => {
    const first = open('tv', { resource: 'agent' });
    await first.ready({ timeout: 10 });
    const closed = new Promise((resolve) => first.on('state', resolve));
    const second = open('tv', { resource: 'agent' });
    await second.ready({ timeout: 10 });
    expect(await closed).toMatchObject({ status: 'closed', error: { code: 'conflict' } });
    expect(second.state.status).toBe('online');
  });

  it('comes in anonymously', async () => {
    const domain = name === 'Prosody' ? 'guest.localhost' : server.domain;
    const guest = open('', { domain, credential: { anonymous: true } });
    await guest.ready({ timeout: 10 });
    expect(guest.jid).toMatch(/@(guest\.localhost|anonymous\.house\.local)\//);
  });

  it('logs in with a password, and resumes', async () => {
    const anna = open('', { credential: server.password });
    await anna.ready({ timeout: 10 });
    const resumed = back(anna);
    server.network.cut();
    expect(await resumed).toBe(true);
    const credential = { ...server.password, password: 'wrong horse' };
    await expect(open('', { credential }).ready({ timeout: 10 })).rejects.toMatchObject({
      code: 'refused',
    });
  });

  it('frees its session when it is closed', async () => {
    const { tv, phone, ask } = await pair();
    await tv.close();
    await expect(ask()).rejects.toMatchObject({ condition: 'service-unavailable' });
    await phone.close();
    expect(phone.state).toEqual({ status: 'closed' });
  });
});

it('says why the server has ended the account', async () => {
  const text = 'Anna’s phone removed this remote.';
  const disabled = { text };
  const hub = await createHub({
    domain: 'house.local',
    host: '127.0.0.1',
    accounts: { find: () => ({ token: 'right', disabled }) },
  });
  const login = (token: string) => {
    const link = connect({
      service: `ws://127.0.0.1:${hub.port}/xmpp-websocket`,
      domain: 'house.local',
      credential: { username: 'phone', token },
    });
    return link.ready({ timeout: 10 });
  };
  await expect(login('right')).rejects.toMatchObject({
    code: 'refused',
    condition: 'account-disabled',
    message: expect.stringContaining(text),
  });
  // Whoever has not even the token is told nothing of it.
  const error = await login('wrong').then(
    () => new Error('let in'),
    (refused: Error) => refused,
  );
  expect(error).toMatchObject({ code: 'refused', condition: 'not-authorized' });
  expect(error.message).not.toContain(text);
  await hub.close();
});
