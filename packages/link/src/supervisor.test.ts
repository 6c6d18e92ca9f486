import { createServer } from 'node:net';
import type { SessionState } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from './clock.testing.ts';
import { type Behaviour, domain, FakeServer } from './fake-server.testing.ts';
import { byToken, connectTo, message, question, until } from './link.testing.ts';
import { connect, type Link } from './node.ts';

let server: FakeServer;
let clock: ManualClock;
let link: Link | undefined;
beforeEach(async () => {
  clock = new ManualClock();
  server = await FakeServer.start();
});
afterEach(async () => {
  await link?.close();
  await server.close();
});

function open(behaviour: Behaviour = {}, options: Parameters<typeof connectTo>[1] = {}): Link {
  server.behaviour = behaviour;
  link = connectTo(server, { clock, random: () => 1, ...options });
  return link;
}

/** Moves the clock to the next attempt, and no further. */
function retry({ state }: Link): void {
  if (state.status === 'waiting') clock.advance((state.retryAt - clock.now()) / 1000);
}

const stalls: [string, Behaviour, (frame: string) => boolean][] = [
  ['<open/>', { silentFrom: 'open' }, (name) => name === 'open'],
  ['features', { silentFrom: 'features', sasl1: 'ANONYMOUS' }, (name) => name === 'open'],
  ['login', { silentFrom: 'login' }, (name) => name === 'authenticate'],
  ['login (SASL1)', { silentFrom: 'login', sasl1: 'ANONYMOUS' }, (name) => name === 'auth'],
  ['bind', { silentFrom: 'bind', sasl1: 'ANONYMOUS' }, (name) => name === 'iq'],
  ['<enable/>', { silentFrom: 'enable', sasl1: 'ANONYMOUS' }, (name) => name === 'enable'],
];

describe('an attempt that stalls', () => {
  it.each(stalls)(
    'at %s is given up, and the next succeeds (stock: stuck for good)',
    async (_, behaviour, at) => {
      const credential = behaviour.sasl1 ? ({ anonymous: true } as const) : byToken;
      const link = open(behaviour, { credential });
      const first = await server.connection(1);
      await first.frame((frame) => at(frame.getName()));
      clock.advance(9.9);
      expect(link.state.status).toBe('connecting');
      clock.advance(0.2);
      expect(link.state).toMatchObject({ status: 'waiting', error: { code: 'timeout' } });
      await first.closed;
      server.behaviour = behaviour.sasl1 ? { sasl1: behaviour.sasl1 } : {};
      clock.advance(1);
      await link.ready();
    },
  );

  it('before the WebSocket is open is given up', async () => {
    const sockets: { destroy(): void }[] = [];
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    link = connect({ service: `ws://127.0.0.1:${port}`, domain, credential: byToken, clock });
    await vi.waitFor(() => expect(sockets.length).toBe(1));
    clock.advance(10);
    expect(link.state).toMatchObject({ status: 'waiting', error: { code: 'timeout' } });
    await link.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  it('while the address is looked up is given up, and what comes late is not used', async () => {
    let answer: (url: string) => void = () => {};
    const service = () => new Promise<string>((resolve) => (answer = resolve));
    const link = open({}, { service });
    await vi.waitFor(() => expect(answer).not.toBe(undefined));
    clock.advance(10);
    expect(link.state).toMatchObject({ status: 'waiting', error: { code: 'timeout' } });
    answer(server.url);
    await Promise.resolve();
    expect(server.connections.length).toBe(0);
  });
});

describe('retries', () => {
  it('back off with jitter up to the cap', async () => {
    link = connect({
      service: 'ws://127.0.0.1:1/',
      domain,
      credential: byToken,
      clock,
      random: () => 1,
      timing: { retryBase: 0.2, retryCap: 1 },
    });
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) {
      const state = await until(link, 'waiting');
      expect(state.error).toMatchObject({ code: 'unreachable', cause: { code: 'ECONNREFUSED' } });
      delays.push((state.retryAt - clock.now()) / 1000);
      retry(link);
    }
    expect(delays).toEqual([0.2, 0.4, 0.8, 1, 1]);
  });

  it('ask anew for the address, so that a TV that moved is followed', async () => {
    const urls = ['ws://127.0.0.1:1/', 'no url', server.url];
    const asked: string[] = [];
    const service = async () => {
      const url = urls.shift();
      if (!url) throw new Error('no TV');
      asked.push(url);
      return url;
    };
    const link = open({}, { service });
    for (let i = 0; i < 2; i++) {
      await until(link, 'waiting');
      retry(link);
    }
    await link.ready();
    expect(asked.length).toBe(3);
    server.last.socket.terminate();
    expect(await until(link, 'waiting')).toMatchObject({ error: { code: 'unreachable' } });
    retry(link);
    expect((await until(link, 'waiting')).error.message).toContain('address');
  });

  it('start at once when the network or the page returns', async () => {
    let wake: () => void = () => {};
    const forget = vi.fn();
    const link = open(
      { silentFrom: 'open' },
      {
        wake: (callback) => {
          wake = callback;
          return forget;
        },
      },
    );
    await server.connection(1);
    // Too young an attempt is left alone; an older one is from before the sleep.
    wake();
    clock.advance(2);
    wake();
    await server.connection(2);
    clock.advance(10);
    expect(link.state.status).toBe('waiting');
    server.behaviour = {};
    wake();
    await link.ready();
    expect(server.connections.length).toBe(3);
    await link.close();
    expect(forget).toHaveBeenCalledTimes(1);
  });
});

describe('a peer that is gone without a goodbye', () => {
  it.each([
    ['with stream management', { silentFrom: 'online' }, 'r'],
    ['without it, by ping', { silentFrom: 'online', sm: false }, 'iq'],
  ] as const)('is noticed within 15 s %s (stock: 90 s)', async (_, behaviour, probe) => {
    const link = open(behaviour);
    await link.ready();
    clock.advance(6.1);
    await server.last.named(probe);
    expect(link.state.status).toBe('online');
    const lost = until(link, 'waiting');
    clock.advance(8.8);
    expect(await lost).toMatchObject({ error: { code: 'unreachable' } });
  });

  it.each([
    ['with stream management', {}],
    ['without it', { sm: false }],
  ])('is not imagined while the server answers %s', async (_, behaviour) => {
    const link = open(behaviour);
    await link.ready();
    for (let i = 1; i <= 5; i++) {
      const heard = server.last.received.length;
      clock.advance(6.1);
      await vi.waitFor(() => expect(server.last.received.length).toBe(heard + 1));
      await link.request(question(domain));
    }
    expect(link.state.status).toBe('online');
    expect(server.connections.length).toBe(1);
  });

  it('is looked for at once on wake', async () => {
    const link = open({ silentFrom: 'online' });
    await link.ready();
    link.wake();
    await server.last.named('r');
    clock.advance(2);
    expect(link.state.status).toBe('waiting');
  });
});

describe('the end', () => {
  it.each(['open', 'login', 'online', 'close'] as const)(
    'is prompt when the server is silent from %s on (stock: 4 s)',
    async (silentFrom) => {
      const link = open({ silentFrom });
      const connection = await server.connection(1);
      const online = silentFrom === 'online' || silentFrom === 'close';
      if (online) await link.ready();
      const states: SessionState[] = [];
      link.on('state', (state) => states.push(state));
      const closed = link.close();
      if (online) {
        await connection.named('close');
        clock.advance(1);
      }
      await closed;
      expect(states).toEqual([{ status: 'closed' }]);
      await connection.closed;
      expect(clock.pending).toBe(0);
      await link.close();
    },
  );

  it('rejects what is pending and what comes after', async () => {
    const link = open();
    await link.ready();
    const pending = link.request(question('tv@fake.local/x'));
    await server.last.frame((frame) => frame.getChild('q') !== undefined);
    const closed = link.close();
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    await closed;
    await expect(link.request(question())).rejects.toMatchObject({ code: 'not-online' });
    expect(() => link.send(message('a@b', 'x'))).toThrow(
      expect.objectContaining({ code: 'not-online' }),
    );
    await expect(link.ready()).rejects.toMatchObject({ code: 'closed' });
  });

  it('comes with the signal, before or after the start', async () => {
    const controller = new AbortController();
    const link = open({}, { signal: controller.signal });
    await link.ready();
    controller.abort();
    expect(await until(link, 'closed')).toEqual({ status: 'closed' });
    await link.close();

    const aborted = connectTo(server, { signal: AbortSignal.abort() });
    expect(await until(aborted, 'closed')).toEqual({ status: 'closed' });
    expect(server.connections.length).toBe(1);
  });

  it('comes for good when the credential is refused', async () => {
    const link = open({
      intercept(connection, frame) {
        if (frame.getName() !== 'authenticate') return false;
        connection.send(
          `<failure xmlns='urn:xmpp:sasl:2'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`,
        );
        return true;
      },
    });
    const { error } = await until(link, 'closed');
    expect(error).toMatchObject({ code: 'refused', condition: 'not-authorized' });
    await expect(link.ready()).rejects.toBe(error);
    expect(clock.pending).toBe(0);
    await server.last.closed;
  });

  it('says of a disabled account what the server says', async () => {
    const text = 'Anna removed this phone on Friday.';
    const link = open({
      intercept(connection, frame) {
        if (frame.getName() !== 'authenticate') return false;
        connection.send(
          `<failure xmlns='urn:xmpp:sasl:2'><account-disabled xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><text>${text}</text></failure>`,
        );
        return true;
      },
    });
    const { error } = await until(link, 'closed');
    const told = { code: 'refused', condition: 'account-disabled', message: text };
    expect(error).toMatchObject(told);
  });

  it('does not come because a login failed for another reason', async () => {
    const link = open({
      intercept(connection, frame) {
        if (frame.getName() !== 'authenticate') return false;
        connection.send(
          `<failure xmlns='urn:xmpp:sasl:2'><temporary-auth-failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`,
        );
        return true;
      },
    });
    expect((await until(link, 'waiting')).error.condition).toBe('temporary-auth-failure');
    server.behaviour = {};
    clock.advance(1);
    await link.ready();
  });

  it.each([
    ['conflict', 'closed', 'conflict'],
    ['not-authorized', 'closed', 'refused'],
    ['system-shutdown', 'waiting', 'stream-error'],
    ['see-other-host', 'waiting', 'stream-error'],
  ] as const)('after the stream error %s is: %s', async (condition, status, code) => {
    const link = open();
    await link.ready();
    const pending = link.request(question('tv@fake.local/x'));
    server.last.send(
      `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:${server.port}</${condition}></stream:error>`,
    );
    expect(await until(link, status)).toMatchObject({ error: { code, condition } });
    await expect(pending).rejects.toMatchObject({ code: 'lost' });
    expect(server.connections.length).toBe(1);
  });

  it('of the stream with see-other-uri is not followed', async () => {
    const link = open();
    await link.ready();
    server.last.send(
      `<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='ws://127.0.0.1:${server.port}/other'/>`,
    );
    expect(await until(link, 'waiting')).toMatchObject({ error: { code: 'stream-error' } });
    expect(server.connections.length).toBe(1);
  });
});

describe('ready()', () => {
  it('has a timeout and a signal, and leaves nothing behind', async () => {
    const link = open({ silentFrom: 'open' });
    await server.connection(1);
    const timers = clock.pending;
    const late = link.ready({ timeout: 3 });
    const controller = new AbortController();
    const aborted = link.ready({ signal: controller.signal, timeout: 5 });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    clock.advance(3);
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
    expect(clock.pending).toBe(timers);
  });
});

it('refuses a service that is no WebSocket at once', () => {
  expect(() => connect({ service: 'http://x', domain, credential: byToken })).toThrow(TypeError);
});
