import { createServer, type Server } from 'node:net';
import { createHub, type Hub } from '@fjern/hub';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { firstAnswer } from './probe.ts';
import type { FoundTv } from './sightings.ts';
import { Verifier } from './verifier.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  // No socket and no timer outlives a verdict for long.
  await vi.waitFor(
    () =>
      expect(
        process.getActiveResourcesInfo().filter((name) => /^TCP(Socket|Server)Wrap$/.test(name)),
      ).toEqual([]),
    { timeout: 5000 },
  );
});

async function startHub(id: string, port = 0): Promise<Hub> {
  const accounts = { find: () => undefined };
  const hub = await createHub({ domain: `${id}.local`, accounts, port, host: '127.0.0.1' });
  cleanups.push(() => hub.close());
  return hub;
}

const url = (port: number, path = '/xmpp-websocket') => `ws://127.0.0.1:${port}${path}`;
const forever = () => new AbortController().signal;

function portOf(server: Server | WebSocketServer): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Takes connections and says nothing. */
async function silentPort(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return portOf(server);
}

/** Answers whatever is asked with this. */
async function liar(answer: string | Uint8Array): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', () => socket.send(answer));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  cleanups.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return portOf(server);
}

describe('the first answer', () => {
  it('is that of the TV at the best URL that has one', async () => {
    const hub = await startHub('living');
    const dead = await freePort();
    const good = url(hub.port);
    expect(await firstAnswer([good], 'living.local', forever())).toEqual({ url: good });
    expect(await firstAnswer([url(dead), good], 'living.local', forever())).toEqual({ url: good });
    const two = await startHub('living');
    const urls = [good, url(two.port)];
    expect(await firstAnswer(urls, 'living.local', forever())).toEqual({ url: good });
  });

  it('does not wait long for an address that is silent', async () => {
    const hub = await startHub('living');
    const urls = [url(await silentPort()), url(hub.port)];
    const started = performance.now();
    expect(await firstAnswer(urls, 'living.local', forever())).toEqual({ url: url(hub.port) });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it('is a refusal where nobody, somebody else or something else is', async () => {
    const hub = await startHub('kitchen');
    const opening = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="kitchen.local"/>';
    const wrong = [
      url(await freePort()),
      url(hub.port),
      url(hub.port, '/elsewhere'),
      url(await liar(opening)),
      url(await liar(opening.replace('kitchen', 'living').replace('urn:', 'nru:'))),
      url(await liar('<open')),
      url(await liar(`<!DOCTYPE x><open/>`)),
      url(await liar('x'.repeat(100_000))),
      url(await liar(new Uint8Array([0xff, 0xfe]))),
      `${url(hub.port)}#no-url`,
    ];
    for (const one of wrong)
      expect(await firstAnswer([one], 'living.local', forever()), one).toBe('refused');
    expect(await firstAnswer([], 'living.local', forever())).toBe('refused');
  });

  it('is silence after two seconds, and when it is no longer wanted', async () => {
    const port = await silentPort();
    const started = performance.now();
    expect(await firstAnswer([url(port)], 'living.local', forever())).toBe('silent');
    expect(performance.now() - started).toBeGreaterThan(1900);
    const controller = new AbortController();
    const answer = firstAnswer([url(port)], 'living.local', controller.signal);
    controller.abort();
    expect(await answer).toBe('silent');
    expect(await firstAnswer([url(port)], 'living.local', controller.signal)).toBe('silent');
  });
});

describe('the verifier', () => {
  const tv = (id: string, ...ports: number[]): FoundTv => ({
    ...{ id, name: id, fingerprint: 'A'.repeat(43), version: '1', pairing: false, port: 7120 },
    addresses: ['127.0.0.1'],
    urls: ports.map((port) => url(port)),
  });
  const advertise = (...tvs: FoundTv[]) => new Map(tvs.map((one) => [one.id, one]));
  function start() {
    const verdicts: string[] = [];
    const verifier = new Verifier({
      verdict: (id, verdict) => {
        verdicts.push(`${id} ${typeof verdict === 'object' ? 'answers' : verdict}`);
      },
    });
    cleanups.push(() => verifier.close());
    return { verifier, verdicts };
  }

  it('tells who answers from who does not, and asks those again', async () => {
    const hub = await startHub('living');
    const later = await freePort();
    const { verifier, verdicts } = start();
    verifier.follow(advertise(tv('living', hub.port), tv('kitchen', later)));
    expect([...verifier.unverified.keys()]).toEqual(['living', 'kitchen']);
    await expect.poll(() => verdicts.length).toBe(2);
    expect([...verifier.live.values()]).toEqual([
      { ...tv('living', hub.port), url: url(hub.port) },
    ]);
    expect([...verifier.unverified.values()]).toEqual([tv('kitchen', later)]);
    await startHub('kitchen', later);
    await expect.poll(() => verifier.live.size, { timeout: 5000 }).toBe(2);
    verifier.follow(advertise(tv('kitchen', later)));
    expect([...verifier.live.keys()]).toEqual(['kitchen']);
  });

  it('follows a TV without ever missing it', async () => {
    const [one, two] = [await startHub('living'), await startHub('living')];
    const { verifier } = start();
    verifier.follow(advertise(tv('living', one.port)));
    await expect.poll(() => verifier.live.get('living')?.url).toBe(url(one.port));
    verifier.follow(advertise({ ...tv('living', one.port), name: 'Kitchen' }));
    expect(verifier.live.get('living')).toMatchObject({ name: 'Kitchen', url: url(one.port) });
    verifier.follow(advertise(tv('living', two.port)));
    expect(verifier.live.get('living')?.url).toBe(url(one.port));
    await expect.poll(() => verifier.live.get('living')?.url).toBe(url(two.port));
  });

  it('gives up a TV at once when it is refused, and after two silences', async () => {
    const hub = await startHub('living');
    const { verifier, verdicts } = start();
    verifier.follow(advertise(tv('living', hub.port)));
    await expect.poll(() => verifier.live.size).toBe(1);
    await hub.close();
    verifier.recheck('living');
    await expect.poll(() => verdicts).toEqual(['living answers', 'living refused']);
    expect(verifier.live.size).toBe(0);

    const other = await startHub('kitchen');
    verifier.follow(advertise(tv('kitchen', other.port)));
    await expect.poll(() => verifier.live.size).toBe(1);
    verifier.follow(advertise(tv('kitchen', await silentPort())));
    await expect.poll(() => verdicts.at(-1), { timeout: 4000 }).toBe('kitchen silent');
    expect(verifier.live.size).toBe(1);
    await expect.poll(() => verifier.live.size, { timeout: 8000 }).toBe(0);
  }, 20_000);

  it('is not kept from a TV by hundreds that are made up', async () => {
    const hub = await startHub('living');
    const dead = await silentPort();
    const crowd = Array.from({ length: 200 }, (_, number) => tv(`fake${number}`, dead));
    const { verifier } = start();
    verifier.follow(advertise(...crowd.slice(0, 20)));
    verifier.follow(advertise(...crowd.slice(0, 20), tv('living', hub.port), ...crowd.slice(20)));
    await expect.poll(() => verifier.live.size, { timeout: 5000 }).toBe(1);
  });
});
