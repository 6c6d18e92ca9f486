import { NS_FAST, NS_SASL, NS_SASL2, NS_SM } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Behaviour, FakeServer, token } from './fake-server.testing.ts';
import { closeFrame, hostileFrames } from './hostile-frames.testing.ts';
import { bodies, byToken, connectTo, message, question, until } from './link.testing.ts';
import type { Link, LinkOptions } from './node.ts';

let server: FakeServer;
let link: Link | undefined;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(async () => {
  await link?.close();
  await server.close();
});

function open(behaviour: Behaviour = {}, options: Partial<LinkOptions> = {}): Link {
  server.behaviour = behaviour;
  link = connectTo(server, { random: () => 0, ...options });
  return link;
}

const greeting = (body: string) =>
  `<message xmlns='jabber:client' from='tv@fake.local/x'><body>${body}</body></message>`;

describe('a hostile server', () => {
  it.each(hostileFrames)(
    'that sends %s loses the stream, not the process',
    async (_, frame, condition) => {
      const link = open();
      await link.ready();
      const first = server.last;
      const seen = bodies(link);
      first.send(frame, greeting('after'));
      const { error } = await until(link, 'waiting');
      expect(error).toMatchObject({ code: 'protocol', condition });
      const answer = await first.named('error');
      expect(answer.getChild(condition)).toBeDefined();
      await first.closed;
      await link.ready();
      expect(seen).toEqual([]);
    },
  );

  it.each(['hello', '</x>', greeting('early')])(
    'that sends %j before the login is no better off',
    async (frame) => {
      const link = open({
        intercept(connection, { name }) {
          if (name === 'open') connection.send(frame);
          return false;
        },
      });
      const states: string[] = [];
      link.on('state', ({ status }) => states.push(status));
      await server.connection(2);
      server.behaviour = {};
      await link.ready();
      expect(states).toContain('waiting');
    },
  );

  it('that sends a binary frame loses the stream', async () => {
    const link = open();
    await link.ready();
    server.last.send(Buffer.from(greeting('x')));
    expect((await until(link, 'waiting')).error.code).toBe('protocol');
  });

  it('that sends more than the limit loses the stream', async () => {
    const link = open({}, { limits: { maxFrame: 2000 } });
    await link.ready();
    server.last.send(greeting('x'.repeat(2000)));
    await until(link, 'waiting');
  });

  it('is not heard after its <close/>', async () => {
    const link = open();
    await link.ready();
    const seen = bodies(link);
    server.last.send(closeFrame, greeting('after'), 'hello');
    expect((await until(link, 'waiting')).error.code).toBe('stream-error');
    await link.ready();
    expect(seen).toEqual([]);
  });

  it('may not acknowledge what was not sent (stock: TypeError)', async () => {
    for (const h of ['4000000000', '1', '-1', 'x', '']) {
      const link = open();
      await link.ready();
      server.last.send(`<a xmlns='${NS_SM}' h='${h}'/>`);
      expect((await until(link, 'waiting')).error.code).toBe('protocol');
      await link.close();
    }
  });

  it('may not bind somebody who did not log in', async () => {
    const link = open(
      {
        intercept(connection, { name }) {
          if (name !== 'open') return false;
          connection.send(
            `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>`,
            `<success xmlns='${NS_SASL}'/>`,
            `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`,
          );
          return true;
        },
      },
      { credential: { username: 'me', password: 'pencil' } },
    );
    expect((await until(link, 'waiting')).error).toMatchObject({ code: 'protocol' });
    expect(server.last.received.some(({ name }) => name === 'iq')).toBe(false);
  });

  it('does not end the process through a listener that throws', async () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
    const link = open();
    await link.ready();
    link.on('message', () => {
      throw new Error('a mistake of the application');
    });
    const seen = bodies(link);
    server.last.send(greeting('x'));
    await vi.waitFor(() => expect(seen).toEqual(['x']));
    expect(complain).toHaveBeenCalledTimes(1);
    expect(link.state.status).toBe('online');
    complain.mockRestore();
  });
});

describe('a server that cannot prove who it is', () => {
  it.each([
    ['HT-SHA-256-NONE', { credential: { username: 'me', token: 'another-token' } }, {}],
    [
      'SCRAM-SHA-256 (stock: online)',
      { credential: { username: 'me', password: 'x' } },
      { sasl1: 'SCRAM-SHA-256' },
    ],
    [
      'SCRAM-SHA-1 (stock: online)',
      { credential: { username: 'me', password: 'x' } },
      { sasl1: 'SCRAM-SHA-1' },
    ],
  ] as const)('does not get a session: %s', async (_, options, behaviour) => {
    const link = open(behaviour, options);
    expect((await until(link, 'waiting')).error.code).toBe('protocol');
  });

  it('gets no password: PLAIN is not spoken', async () => {
    const link = open({ sasl1: 'PLAIN' }, { credential: { username: 'me', password: 'pencil' } });
    expect((await until(link, 'waiting')).error.condition).toBe('unsupported-feature');
    expect(server.last.received.map(({ name }) => name)).not.toContain('auth');
  });
});

describe('the login by token', () => {
  it('sends everything at once, and is online with the first answer', async () => {
    const link = open(
      {},
      {
        resource: 'phone',
        userAgent: { id: 'd4565fa7-4d72-4749-b3d3-740edbf87770', software: 'Fjern', device: 'P' },
      },
    );
    await link.ready();
    const [first, login, ...rest] = server.last.received;
    expect([first?.name, login?.name, rest]).toEqual(['open', 'authenticate', []]);
    expect(login?.attrs.mechanism).toBe('HT-SHA-256-NONE');
    expect(login?.getChild('fast', NS_FAST)).toBeDefined();
    expect(login?.getChild('user-agent', NS_SASL2)?.attrs.id).toBe(
      'd4565fa7-4d72-4749-b3d3-740edbf87770',
    );
    expect(login?.getChild('bind')?.getChildText('tag')).toBe('phone');
    expect(link.jid).toBe('me@fake.local/r');
    expect(link.state).toEqual({ status: 'online', resumed: false });
  });

  it('waits for the features at a server that did not understand', async () => {
    const link = open({
      intercept(connection, { name }) {
        if (name !== 'authenticate' || server.connections.length > 1) return false;
        connection.send(
          `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><unsupported-stanza-type xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
        );
        return true;
      },
    });
    await link.ready();
    expect(server.connections.length).toBe(2);
  });

  it('goes on with the token that the server gave last (stock: with the first)', async () => {
    const onToken = vi.fn();
    const link = open(
      {
        intercept(connection, frame) {
          if (frame.getName() !== 'authenticate') return false;
          const send = connection.send.bind(connection);
          connection.send = (...frames) => {
            connection.send = send;
            const renewed = `<token xmlns='${NS_FAST}' token='second' expiry='2100-01-01T00:00:00Z'/></success>`;
            send(...frames.map((text) => String(text).replace('</success>', renewed)));
          };
          return false;
        },
      },
      { onToken },
    );
    await link.ready();
    expect(onToken).toHaveBeenCalledWith({ token: 'second', expiry: '2100-01-01T00:00:00Z' });
    const proof = server.last.received[1]?.getChildText('initial-response');
    server.last.socket.terminate();
    const second = await server.connection(2);
    expect((await second.named('authenticate')).getChildText('initial-response')).not.toBe(proof);
  });

  it.each([
    ['Bind 2', {}],
    ['Bind 2 without stream management', { sm: false }],
    ['RFC 6120', { sasl1: 'ANONYMOUS' }],
    ['RFC 6120 without stream management', { sasl1: 'ANONYMOUS', sm: false }],
  ])(
    'or another, with %s, delivers nothing before it is ready and nothing out of order',
    async (_, behaviour) => {
      const credential = 'sasl1' in behaviour ? ({ anonymous: true } as const) : byToken;
      const link = open(
        { ...behaviour, afterLogin: [greeting('1'), greeting('2')] },
        { credential },
      );
      const order: string[] = [];
      link.on('state', ({ status }) => order.push(status));
      link.on('message', (stanza) => order.push(stanza.getChildText('body') ?? ''));
      await vi.waitFor(() => expect(order.length).toBe(3));
      expect(order).toEqual(['online', '1', '2']);
    },
  );

  it.each([
    ['Bind 2', {}],
    ['RFC 6120', { sasl1: 'ANONYMOUS' }],
  ])(
    'or another, with %s, counts what comes in one breath with <enabled/> (stock: counts from zero after it)',
    async (_, behaviour) => {
      const credential = 'sasl1' in behaviour ? ({ anonymous: true } as const) : byToken;
      const link = open(
        { ...behaviour, afterLogin: [greeting('1'), greeting('2')] },
        { credential },
      );
      await link.ready();
      server.last.send(greeting('3'), `<r xmlns='${NS_SM}'/>`);
      expect((await server.last.named('a')).attrs.h).toBe('3');
    },
  );
});

describe('a session that lost its connection', () => {
  it('is resumed; what was unacknowledged is sent again, and requests live on', async () => {
    const link = open({ intercept: (_, frame) => frame.getChildText('body') === 'lost' });
    await link.ready();
    link.send(message('tv@fake.local/x', 'arrived'));
    link.send(message('tv@fake.local/x', 'lost'));
    const answer = link.request(question('tv@fake.local/x'));
    const { attrs } = await server.last.frame((frame) => frame.getChild('q') !== undefined);
    // The question arrived, but the count says that it did not: so it comes twice with the same id.
    server.handled = 1;
    server.behaviour = {};
    server.last.socket.terminate();
    const second = await server.connection(2);
    await link.ready();
    expect(link.state).toEqual({ status: 'online', resumed: true });
    const again = await second.frame((frame) => frame.getChild('q') !== undefined);
    expect(again.attrs.id).toBe(attrs.id);
    expect(second.received.map((frame) => frame.getChildText('body'))).toContain('lost');
    expect(second.received.map((frame) => frame.getChildText('body'))).not.toContain('arrived');
    second.send(
      `<iq xmlns='jabber:client' type='result' id='${attrs.id}' from='tv@fake.local/x'/>`,
    );
    expect((await answer).attrs.type).toBe('result');
  });

  it('gives the answer of a handler that was at work meanwhile', async () => {
    const link = open();
    let finish: () => void = () => {};
    link.handle(
      'get',
      'urn:q',
      () => new Promise((resolve) => (finish = () => resolve(undefined))),
    );
    await link.ready();
    server.last.send(
      `<iq xmlns='jabber:client' type='get' id='q1' from='tv@fake.local/x'><q xmlns='urn:q'/></iq>`,
    );
    await vi.waitFor(() => expect(String(finish)).toContain('resolve'));
    server.last.socket.terminate();
    await until(link, 'waiting');
    finish();
    const second = await server.connection(2);
    const answer = await second.frame((frame) => frame.attrs.id === 'q1');
    expect(answer.attrs).toMatchObject({ type: 'result', to: 'tv@fake.local/x' });
  });

  it('and cannot be resumed says so, and what was pending is lost', async () => {
    const link = open({ resume: false });
    await link.ready();
    const answer = link.request(question('tv@fake.local/x'));
    server.last.socket.terminate();
    await expect(answer).rejects.toMatchObject({ code: 'lost' });
    await until(link, 'online');
    expect(link.state).toEqual({ status: 'online', resumed: false });
    const login = await server.last.named('authenticate');
    expect(login.getChild('resume', NS_SM)).toBeUndefined();
  });

  it('and that the server forgot says so, and what was pending is lost', async () => {
    const link = open({
      intercept(connection, frame) {
        if (!frame.getChild('resume', NS_SM)) return false;
        const send = connection.send.bind(connection);
        connection.send = (...frames) => {
          connection.send = send;
          // In the order that @xmpp/sasl2 would take for the end of the new session.
          const forgot = `<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='${NS_SM}' id='r2' resume='true'/></bound><failed xmlns='${NS_SM}'/>`;
          send(...frames.map((text) => String(text).replace(/<resumed[^>]*>/, forgot)));
        };
        return false;
      },
    });
    await link.ready();
    const answer = link.request(question('tv@fake.local/x'));
    server.last.socket.terminate();
    await expect(answer).rejects.toMatchObject({ code: 'lost' });
    await until(link, 'online');
    expect(link.state).toEqual({ status: 'online', resumed: false });
    link.send(message('tv@fake.local/x', 'new'));
    link.wake();
    await server.last.named('r');
  });

  it('300 times leaves no listener, timer or socket behind', async () => {
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|Timeout/.test(name)).length;
    const link = open({}, { timing: { settled: 0 } });
    await link.ready();
    const before = handles();
    for (let i = 1; i <= 300; i++) {
      server.last.socket.terminate();
      await server.connection(i + 1);
      await link.ready();
      expect(link.state).toMatchObject({ resumed: true });
    }
    await vi.waitFor(() => expect(handles()).toBeLessThanOrEqual(before));
    await link.close();
    await vi.waitFor(() => expect(handles()).toBeLessThan(before));
  }, 30_000);
});

describe('send()', () => {
  it('refuses what XML cannot carry and what the server does not take, and stays online', async () => {
    const link = open();
    await link.ready();
    const refused = { code: 'protocol' };
    expect(() => link.send(message('a@b', 'a\u0000b'))).toThrow(expect.objectContaining(refused));
    expect(() => link.send(message('a@b', 'x'.repeat(300_000)))).toThrow(
      expect.objectContaining(refused),
    );
    const answer = link.request(question('a@b\ud800'));
    await expect(answer).rejects.toMatchObject(refused);
    expect(link.state.status).toBe('online');
  });

  it('refuses while there is no session (stock: TypeError, or dropped in silence)', async () => {
    const link = open();
    const notOnline = expect.objectContaining({ code: 'not-online' });
    expect(() => link.send(message('a@b', 'x'))).toThrow(notOnline);
    await link.ready();
    link.on('state', ({ status }) => {
      if (status === 'waiting') expect(() => link.send(message('a@b', 'x'))).toThrow(notOnline);
    });
    server.last.socket.terminate();
    await until(link, 'waiting');
  });

  it('asks for an acknowledgement now and then, however fast it is', async () => {
    const link = open();
    await link.ready();
    for (let i = 0; i < 64; i++) link.send(message('a@b', String(i)));
    await server.last.frame((frame) => frame.getChildText('body') === '63');
    await server.last.named('r');
  });

  it('gives a server up that acknowledges nothing, rather than queue for ever', async () => {
    const link = open({ intercept: (_, { name }) => name === 'r' });
    await link.ready();
    const lost = until(link, 'waiting');
    expect(() => {
      for (let i = 0; i < 20_000; i++) link.send(message('a@b', String(i)));
    }).toThrow(expect.objectContaining({ code: 'not-online' }));
    expect(await lost).toMatchObject({ error: { code: 'protocol' } });
  });
});

it('knows the token only as a proof', async () => {
  const link = open();
  await link.ready();
  expect(server.last.received.map(String).join()).not.toContain(token);
});
