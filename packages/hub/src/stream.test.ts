import { NS_FRAMING, NS_SASL, NS_SASL2, NS_STREAM_LIMITS, xml } from '@fjern/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type Hub, type HubLimits, type HubOptions, scramVerifier } from './index.ts';
import { authenticate, eventually, open, RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
const start = async (limits: Partial<HubLimits> = {}, options: Partial<HubOptions> = {}) => {
  hub = await startHub({ limits, anonymous: true, ...options });
  return hub;
};
afterEach(() => hub.close());

const ping = () => xml('ping', { xmlns: 'urn:xmpp:ping' });

describe('opening a stream', () => {
  it('offers what it can, and its limits', async () => {
    const client = await RawClient.connect(await start());
    client.send(open('HOUSE.local'));
    expect((await client.next('open')).attrs).toMatchObject({
      from: 'house.local',
      version: '1.0',
    });
    const features = await client.next('features');
    const mechanisms = (parent: string, xmlns: string) =>
      features
        .getChild(parent, xmlns)
        ?.getChildren('mechanism')
        .map((m) => m.getText());
    expect(mechanisms('mechanisms', NS_SASL)).toEqual([
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'ANONYMOUS',
    ]);
    const inline = features.getChild('authentication', NS_SASL2)?.getChild('inline');
    expect(inline?.getChild('fast')?.getChildText('mechanism')).toBe('HT-SHA-256-NONE');
    expect(features.getChild('limits', NS_STREAM_LIMITS)?.getChildText('max-bytes')).toBe('8192');
    client.send(xml('close', { xmlns: NS_FRAMING }));
    await client.next('close');
    expect(await client.closed).toBe(1000);
  });

  it('answers at the domain of those who pair, by its name', async () => {
    const client = await RawClient.connect(await start());
    client.send(open('anonymous.house.local'));
    expect((await client.next('open')).attrs.from).toBe('anonymous.house.local');
    await client.next('features');
  });

  it.each([
    ['another domain', open('elsewhere.local'), 'host-unknown'],
    ['no domain', xml('open', { xmlns: NS_FRAMING, version: '1.0' }), 'host-unknown'],
    [
      'an old version',
      xml('open', { xmlns: NS_FRAMING, to: 'house.local' }),
      'unsupported-version',
    ],
    ['another namespace', xml('open', { xmlns: 'urn:x' }), 'invalid-namespace'],
    ['RFC 6120 framing', '<stream xmlns="http://etherx.jabber.org/streams"/>', 'bad-format'],
    ['what is no XML', '<open', 'not-well-formed'],
    ['a DTD', '<!DOCTYPE a><a/>', 'restricted-xml'],
    ['an undeclared prefix', '<a:b/>', 'bad-namespace-prefix'],
    ['white space', ' ', 'bad-format'],
    ['too much', `<open xmlns="${NS_FRAMING}" to="${'x'.repeat(9000)}"/>`, 'policy-violation'],
  ])('with %s ends in an error after a stream header', async (_what, frame, condition) => {
    const client = await RawClient.connect(await start());
    client.send(frame);
    await client.next('open');
    expect(await client.streamError()).toBe(condition);
    expect(client.inbox.map((e) => e.name)).toEqual(['close']);
  });

  it('refuses binary frames', async () => {
    const client = await RawClient.connect(await start());
    client.ws.send(Buffer.from(open().toString()));
    expect(await client.streamError()).toBe('bad-format');
  });

  it('survives frames far beyond the limit', async () => {
    const client = await RawClient.connect(await start({ frameBytes: 1024 }));
    client.send(open('x'.repeat(100_000)));
    expect(await client.closed).toBe(1009);
    expect((await RawClient.login(hub, 'anna')).jid).toMatch(/^anna@/);
  });
});

describe('authentication', () => {
  it('takes open and authenticate in one go', async () => {
    const client = await RawClient.login(await start(), 'anna', { tag: 'phone', sm: true });
    expect(client.jid).toMatch(/^anna@house\.local\/phone\/[\w-]{12}$/);
    expect(client.smId).not.toBe('');
  });

  it('works the old way: SASL, restart, bind', async () => {
    const client = await RawClient.connect(await start());
    client.send(open());
    await client.next('features');
    client.send(xml('auth', { xmlns: NS_SASL, mechanism: 'ANONYMOUS' }));
    await client.next('success');
    client.send(open());
    const features = await client.next('features');
    expect(features.getChild('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBeDefined();
    const bind = xml(
      'bind',
      { xmlns: 'urn:ietf:params:xml:ns:xmpp-bind' },
      xml('resource', {}, 'x'),
    );
    const bound = await client.request('set', undefined, bind);
    const jid = bound.getChild('bind')?.getChildText('jid');
    expect(jid).toMatch(/^[\da-f]{24}@anonymous\.house\.local\/x$/);
  });

  it('gives the token to a client that came with the password, once it asks', async () => {
    const account = { token: 'secret', scram: scramVerifier('pw') };
    await start({}, { accounts: { find: () => account } });
    const client = await RawClient.connect(hub);
    client.send(open());
    client.send(
      authenticate('anna', 'secret').cnode(
        xml('request-token', {
          xmlns: 'urn:xmpp:fast:0',
          mechanism: 'HT-SHA-256-NONE',
        }),
      ).parent ?? '',
    );
    const token = (await client.next('success')).getChild('token', 'urn:xmpp:fast:0');
    expect(token?.attrs.token).toBe('secret');
    expect(Date.parse(token?.attrs.expiry)).toBeGreaterThan(Date.now());
  });

  const attempt = (mechanism: string, response?: string) =>
    xml(
      'authenticate',
      { xmlns: NS_SASL2, mechanism },
      response === undefined ? undefined : xml('initial-response', {}, response),
    );

  it.each([
    ['an unknown mechanism', attempt('PLAIN', 'AA=='), 'invalid-mechanism'],
    ['no base64', attempt('HT-SHA-256-NONE', '*'), 'incorrect-encoding'],
    ['half a message', attempt('HT-SHA-256-NONE', 'AA=='), 'malformed-request'],
    ['a wrong token', authenticate('anna', 'guess'), 'not-authorized'],
    ['an unknown name', authenticate('nobody', 'nobody-token'), 'not-authorized'],
  ])('fails with %s, and may be tried again', async (_what, frame, condition) => {
    const client = await RawClient.connect(await start());
    client.send(open());
    client.send(frame);
    expect((await client.next('failure')).getChild(condition, NS_SASL)).toBeDefined();
    client.send(authenticate('anna', 'anna-token'));
    await client.next('success');
  });

  it('ends the stream after three failures', async () => {
    const client = await RawClient.connect(await start());
    client.send(open());
    for (let i = 0; i < 3; i++) client.send(authenticate('anna', `guess ${i}`));
    expect(await client.streamError()).toBe('policy-violation');
  });

  const condition = async (client: RawClient) =>
    (await client.next('failure')).children.map((child) =>
      typeof child === 'string' ? '' : child.name,
    )[0];
  const comeFrom = async (localAddress: string, username: string, token: string) => {
    const client = await RawClient.connect(hub, { localAddress });
    client.send(open());
    client.send(authenticate(username, token));
    return client;
  };

  it('makes an address wait that failed too often, and no other', async () => {
    await start({ failedLoginsPerAddress: 2 });
    expect(await condition(await comeFrom('127.0.0.2', 'anna', 'guess'))).toBe('not-authorized');
    expect(await condition(await comeFrom('127.0.0.2', 'nobody', 'guess'))).toBe('not-authorized');
    for (const [username, token] of [
      ['anna', 'guess'],
      ['bert', 'bert-token'],
      ['nobody', 'guess'],
    ] as const)
      expect(await condition(await comeFrom('127.0.0.2', username, token))).toBe(
        'temporary-auth-failure',
      );
    await (await comeFrom('127.0.0.3', 'anna', 'anna-token')).next('success');
  });

  it('allows an account that is guessed at one try an address, and always the right one', async () => {
    await start({ failedLoginsPerAccount: 2 });
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) {
      expect(await condition(await comeFrom(address, 'anna', 'guess'))).toBe('not-authorized');
    }
    expect(await condition(await comeFrom('127.0.0.4', 'anna', 'anna-token'))).toBe(
      'temporary-auth-failure',
    );
    await (await comeFrom('127.0.0.4', 'bert', 'bert-token')).next('success');
    await (await comeFrom('127.0.0.5', 'anna', 'anna-token')).next('success');
  });

  it('says that an account is disabled, in both protocols, to its owner alone', async () => {
    const text = 'Removed at the TV on Monday.';
    await start({}, { accounts: { find: () => ({ token: 'anna-token', disabled: { text } }) } });
    const client = await RawClient.connect(hub);
    client.send(open());
    client.send(authenticate('anna', 'guess'));
    const refused = await client.next('failure');
    expect(refused.getChild('not-authorized', NS_SASL)).toBeDefined();
    expect(refused.toString()).not.toContain('Removed');
    client.send(authenticate('anna', 'anna-token'));
    const sasl2 = await client.next('failure');
    expect(sasl2.getChild('account-disabled', NS_SASL)).toBeDefined();
    expect(sasl2.getChildText('text', NS_SASL2)).toBe(text);
    const response = authenticate('anna', 'anna-token').getChildText('initial-response') ?? '';
    client.send(xml('auth', { xmlns: NS_SASL, mechanism: 'HT-SHA-256-NONE' }, response));
    const sasl1 = await client.next('failure');
    expect(sasl1.getChild('account-disabled', NS_SASL)).toBeDefined();
    expect(sasl1.getChildText('text', NS_SASL)).toBe(text);
  });

  it('may be aborted', async () => {
    const client = await RawClient.connect(await start());
    client.send(open());
    client.send(attempt('SCRAM-SHA-256', Buffer.from('n,,n=anna,r=abc').toString('base64')));
    await client.next('challenge');
    client.send(xml('abort', { xmlns: NS_SASL2 }));
    expect((await client.next('failure')).getChild('aborted', NS_SASL)).toBeDefined();
  });

  it.each([
    ['a stanza', '<message xmlns="jabber:client"/>', 'not-authorized'],
    ['a second open', open(), 'policy-violation'],
    ['an answer to nothing', xml('response', { xmlns: NS_SASL2 }), 'policy-violation'],
    ['a stanza in another namespace', '<message xmlns="urn:x"/>', 'invalid-namespace'],
  ])('comes before %s', async (_what, frame, condition) => {
    const client = await RawClient.connect(await start());
    client.send(open());
    client.send(frame);
    expect(await client.streamError()).toBe(condition);
  });

  it('has a time limit and a frame limit', async () => {
    await start({ unauthenticatedSeconds: 0.05, unauthenticatedFrames: 5 });
    expect(await (await RawClient.connect(hub)).streamError()).toBe('connection-timeout');
    const chatty = await RawClient.connect(hub);
    chatty.send(open());
    const answer = attempt('SCRAM-SHA-256');
    for (let i = 0; i < 5; i++)
      chatty.send(i === 0 ? answer : xml('response', { xmlns: NS_SASL2 }));
    expect(await chatty.streamError()).toBe('policy-violation');
  });

  it('of many anonymous streams, and of many streams from an address, is refused', async () => {
    await start({ anonymousStreams: 1, streamsPerAddress: 2 });
    await RawClient.anonymous(hub);
    const second = await RawClient.connect(hub);
    second.send(open());
    second.send(attempt('ANONYMOUS'));
    const refused = await second.next('failure');
    expect(refused.getChild('temporary-auth-failure', NS_SASL)).toBeDefined();
    await expect(RawClient.connect(hub)).rejects.toThrow('429');
    await second.close();
    await eventually(() => second.ws.readyState === second.ws.CLOSED);
    expect((await RawClient.login(hub, 'anna')).jid).toMatch(/^anna@/);
  });
});

describe('a bound stream', () => {
  it.each([
    ['an unknown element', '<strange xmlns="urn:x"/>', 'unsupported-stanza-type'],
    ['an unknown stanza', '<strange xmlns="jabber:client"/>', 'unsupported-stanza-type'],
    ['a stanza without namespace', '<message/>', 'invalid-namespace'],
    [
      'a lie about itself',
      '<message xmlns="jabber:client" from="tv@house.local"/>',
      'invalid-from',
    ],
    [
      'an ack without stream management',
      '<a xmlns="urn:xmpp:sm:3" h="0"/>',
      'unsupported-stanza-type',
    ],
    ['a comment', '<message xmlns="jabber:client"><!-- --></message>', 'restricted-xml'],
    [
      'a large frame',
      `<message xmlns="jabber:client">${'x'.repeat(132_000)}</message>`,
      'policy-violation',
    ],
  ])('ends with %s', async (_what, frame, condition) => {
    const client = await RawClient.login(await start(), 'anna');
    client.send(frame);
    expect(await client.streamError()).toBe(condition);
  });

  it('may name itself, full or bare', async () => {
    const client = await RawClient.login(await start(), 'anna');
    for (const from of [client.jid, 'anna@house.local']) {
      client.stanza('iq', { type: 'get', id: from, to: 'house.local', from }, ping());
      await client.next((e) => e.attrs.id === from);
    }
  });

  it('is dropped when its peer is silent, without an answer to pings', async () => {
    await start({ deadPeerSeconds: 0.2 });
    const client = await RawClient.connect(hub, { autoPong: false });
    client.send(open());
    client.send(authenticate('anna', 'anna-token'));
    await client.next('features');
    expect(await client.closed).toBe(1006);
    const answering = await RawClient.login(hub, 'anna');
    let pings = 0;
    answering.ws.on('ping', () => pings++);
    // Three would be as many as fit into the limit.
    await eventually(() => pings > 6);
    await answering.request('get', 'house.local', ping());
  });

  it('tells who came and went', async () => {
    await start();
    const seen: unknown[] = [];
    hub.on('login', (login) => seen.push(login));
    hub.on('logout', (logout) => seen.push(logout));
    const client = await RawClient.login(hub, 'anna');
    await client.close();
    const { jid } = client;
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([
      { jid, username: 'anna', address: '127.0.0.1', resumed: false },
      { jid, username: 'anna' },
    ]);
  });

  it('is told when the hub shuts down, and the port is free then', async () => {
    await start();
    const { port } = hub;
    const client = await RawClient.login(hub, 'anna', { sm: true });
    const closing = hub.close();
    expect(await client.streamError()).toBe('system-shutdown');
    await closing;
    hub = await startHub({ port });
    expect(hub.port).toBe(port);
  });

  it('does not hold up the shutdown when its peer does not answer', async () => {
    await start({ closeSeconds: 0.1 });
    const client = await RawClient.login(hub, 'anna');
    // Nothing is read any more, not even the closing handshake.
    client.ws.pause();
    await hub.close();
  });
});

describe('a client that sends too fast', () => {
  const pings = (count: number) => {
    const sent: string[] = [];
    for (let i = 0; i < count; i++)
      sent.push(
        `<iq xmlns="jabber:client" id="${i}" type="get" to="house.local"><ping xmlns="urn:xmpp:ping"/></iq>`,
      );
    return sent;
  };

  it('is not read for a while, and loses nothing', async () => {
    await start({ stanzasPerSecond: 100, stanzaBurst: 50 });
    const client = await RawClient.login(hub, 'anna');
    const started = performance.now();
    for (const ping of pings(80)) client.send(ping);
    await eventually(() => client.inbox.length === 80);
    await client.request('get', 'house.local', ping());
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(client.inbox.map((e) => e.attrs.id)).toEqual(pings(80).map((_, i) => String(i)));
  });

  it('is ended when it goes on regardless', async () => {
    await start({ stanzasPerSecond: 1, stanzaBurst: 5 });
    const client = await RawClient.login(hub, 'anna');
    for (const ping of pings(40)) client.send(ping);
    expect(await client.streamError()).toBe('policy-violation');
  });

  it('can be told goodbye while it is not read', async () => {
    await start({ stanzasPerSecond: 0.01, stanzaBurst: 50, closeSeconds: 5 });
    const client = await RawClient.login(hub, 'anna');
    for (const ping of pings(60)) client.send(ping);
    await client.next((e) => e.attrs.id === '50');
    const started = performance.now();
    await hub.close();
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('may not flood with pings of the WebSocket either', async () => {
    await start({ stanzasPerSecond: 1, stanzaBurst: 5 });
    const client = await RawClient.login(hub, 'anna');
    for (let i = 0; i < 40; i++) client.ws.ping();
    expect(await client.streamError()).toBe('policy-violation');
  });
});

describe('a client that reads slowly', () => {
  const big = 'x'.repeat(20_000);

  it('gets the newest of each item once it reads again', async () => {
    await start({ outboundBytes: 4 * 1024 * 1024 });
    const tv = hub.attach('tv@house.local/box');
    const client = await RawClient.login(hub, 'anna');
    client.ws.pause();
    const notify = (item: string, revision: number) =>
      tv.send(
        xml(
          'message',
          { to: client.jid, type: 'headline' },
          xml(
            'event',
            { xmlns: 'http://jabber.org/protocol/pubsub#event' },
            xml(
              'items',
              { node: 'state' },
              xml('item', { id: item }, xml('v', { r: revision }, big)),
            ),
          ),
          xml('no-store', { xmlns: 'urn:xmpp:hints' }),
        ),
      );
    for (let revision = 1; revision <= 1000; revision++) {
      notify('media', revision);
      notify('volume', revision);
      // Lets the kernel take what it will, as the network would.
      if (revision % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    client.ws.resume();
    const revision = (item: string) => (e: ReturnType<typeof xml>) => {
      const found = e.getChild('event')?.getChild('items')?.getChild('item');
      return found?.attrs.id === item && found.getChild('v')?.attrs.r === '1000';
    };
    await client.next(revision('media'));
    await client.next(revision('volume'));
    const got = client.inbox.filter((e) => e.name === 'message').length;
    expect(got).toBeLessThan(1500);
  });

  it('is ended when that is not enough', async () => {
    await start({ outboundBytes: 256 * 1024, closeSeconds: 0.1 });
    const tv = hub.attach('tv@house.local/box');
    const client = await RawClient.login(hub, 'anna');
    const gone = new Promise<void>((resolve) => hub.on('logout', () => resolve()));
    client.ws.pause();
    for (let i = 0; i < 1000; i++)
      tv.send(xml('message', { to: client.jid }, xml('body', {}, big)));
    await gone;
    client.ws.resume();
    await client.closed;
    expect((await RawClient.login(hub, 'anna')).jid).toMatch(/^anna@/);
  });
});
