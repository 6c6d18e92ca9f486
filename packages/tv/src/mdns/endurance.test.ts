import { createSocket, type Socket } from 'node:dgram';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LanInterface } from '@fjern/protocol';
import { type Answer, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Advertiser, advertise } from './advertiser.ts';

// What months do to an advertiser, in seconds: its timers are driven, its sockets are real.

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const id = `t${crypto.randomUUID()}`;
const advertisement = {
  ...{ id, name: `TV ${id}`, fingerprint: 'A'.repeat(43), version: '1', pairing: false },
};
const lo = (ipv4: string[], ipv6: string[] = []): LanInterface => ({
  name: 'lo',
  ipv4: ipv4.map((address) => ({ address, netmask: '255.0.0.0' })),
  ipv6,
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100_000 && !holds(); turns++) await turn();
  expect(holds()).toBe(true);
}
const sockets = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'UDPWrap').length;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('the advertiser', () => {
  it('has no more sockets, timers and memory after 200 changes of the network', async () => {
    const networks = [
      [lo(['127.0.0.1'])],
      [],
      [lo(['127.0.0.2'], ['fd00::2'])],
      [lo(['127.0.0.3'])],
    ];
    let now = networks[0] ?? [];
    const advertiser = advertise({ advertisement, port: 7120, interfaces: () => now });
    const change = async (number: number) => {
      now = networks[number % networks.length] ?? [];
      await vi.advanceTimersByTimeAsync(1000);
      await until(() => sockets() === now.length);
      // On some networks it stays until it is announced, on others not.
      if (number % 3 === 0) await vi.advanceTimersByTimeAsync(1500);
    };
    for (let number = 1; number <= 40; number++) await change(number);
    const before = { heap: heap(), timers: vi.getTimerCount() };
    for (let number = 41; number <= 240; number++) await change(number);
    const after = { heap: heap(), timers: vi.getTimerCount() };
    expect(after.timers).toBeLessThanOrEqual(before.timers + 2);
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
    now = networks[2] ?? [];
    const published = new Promise((resolve) => {
      advertiser.on('published', resolve);
    });
    await vi.advanceTimersByTimeAsync(1000);
    await until(() => sockets() === 1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await published).toBe(advertiser.name);
    await close(advertiser);
    expect(sockets()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  }, 60_000);

  it('never names a TV without an address, nor with one that it has not, whatever the network does', async () => {
    const address = fc.integer({ min: 1, max: 5 }).map((number) => `127.0.0.${number}`);
    const network = fc.oneof(
      fc.constant(undefined),
      fc.record({
        ipv4: fc.uniqueArray(address, { minLength: 1, maxLength: 3 }),
        ipv6: fc.uniqueArray(fc.constantFrom('fd00::1', 'fd00::2'), { maxLength: 2 }),
      }),
    );
    const step = fc.record({
      network,
      wait: fc.integer({ min: 1, max: 4 }),
      name: fc.constantFrom('One', 'Two'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (history) => {
        let now: LanInterface[] = [];
        let own = new Set<string>();
        const { sniffer, problems } = await sniff(() => own);
        const advertiser = advertise({ advertisement, port: 7120, interfaces: () => now });
        for (const { network: next, wait, name } of history) {
          now = next ? [lo(next.ipv4, next.ipv6)] : [];
          const addresses = [...(next?.ipv4 ?? []), ...(next?.ipv6 ?? [])];
          // Until it has looked at the network, both are right.
          own = new Set([...own, ...addresses]);
          await vi.advanceTimersByTimeAsync(1000);
          await until(() => sockets() === now.length + 1);
          for (let flush = 0; flush < 5; flush++) await turn();
          own = new Set(addresses);
          advertiser.update({ ...advertisement, name });
          await vi.advanceTimersByTimeAsync(wait * 700);
          for (let flush = 0; flush < 5; flush++) await turn();
        }
        await close(advertiser);
        await new Promise<void>((resolve) => sniffer.close(() => resolve()));
        expect(problems).toEqual([]);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('survives whatever is sent to it, and is heard afterwards', async () => {
    const advertiser = advertise({
      advertisement,
      port: 7120,
      interfaces: () => [lo(['127.0.0.1'])],
    });
    await until(() => sockets() === 1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(advertiser.published).toBe(true);
    const enemy = createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise<void>((resolve) => enemy.bind(5353, resolve));
    const send = (message: Uint8Array) =>
      new Promise<void>((resolve) => {
        enemy.send(message, 5353, '224.0.0.251', () => resolve());
      });
    enemy.addMembership('224.0.0.251', '127.0.0.1');
    enemy.setMulticastInterface('127.0.0.1');
    const question = encode({
      type: 'query',
      questions: [{ type: 'PTR', name: '_xmpp-tv._tcp.local' }],
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 1500 }),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 }),
        async (noise, changes) => {
          const damaged = Buffer.from(question);
          for (const [at, byte] of changes) if (at < damaged.length) damaged.writeUInt8(byte, at);
          // Beyond its bound of packets in a second it does not even look at them.
          vi.advanceTimersByTime(50);
          await send(noise);
          await send(damaged);
          // As a message of DNS with anything after its header.
          await send(Buffer.concat([question.subarray(0, 12), noise]));
        },
      ),
      { numRuns: 300 },
    );
    await vi.advanceTimersByTimeAsync(3000);
    let answered = false;
    enemy.on('message', (message) => {
      const answers = decoded(message);
      answered ||= answers.some(({ type, name }) => type === 'SRV' && name.includes(id));
    });
    // More than once: other tests on this machine may use up what it reads in a second.
    for (let attempt = 0; attempt < 20 && !answered; attempt++) {
      await send(question);
      for (let flush = 0; flush < 20; flush++) await turn();
      await vi.advanceTimersByTimeAsync(1500);
      for (let flush = 0; flush < 20; flush++) await turn();
    }
    expect(answered).toBe(true);
    await new Promise<void>((resolve) => enemy.close(() => resolve()));
    await close(advertiser);
  }, 60_000);
});

/** Timers are driven, so somebody has to. */
async function close(advertiser: Advertiser): Promise<void> {
  const closing = advertiser.close();
  await vi.advanceTimersByTimeAsync(1000);
  await closing;
}

/** Listens to all that is said about the TV on the loopback interface. */
async function sniff(own: () => Set<string>): Promise<{ sniffer: Socket; problems: string[] }> {
  const problems: string[] = [];
  const sniffer = createSocket({ type: 'udp4', reuseAddr: true });
  sniffer.on('message', (message) => {
    const known = decoded(message).filter((record) => 'ttl' in record && (record.ttl ?? 0) > 0);
    const named = known.filter(({ name }) => name === `${id}.local`);
    const addresses = named.flatMap((record) =>
      record.type === 'A' || record.type === 'AAAA' ? [record.data] : [],
    );
    const located = known.some(
      (record) => record.type === 'SRV' && record.data.target === `${id}.local`,
    );
    if (located && addresses.length === 0) problems.push('no address');
    if (own().size > 0 && located && addresses.every((address) => !own().has(address)))
      problems.push(`${addresses.join()} instead of ${[...own()].join()}`);
  });
  await new Promise<void>((resolve) => sniffer.bind(5353, resolve));
  sniffer.addMembership('224.0.0.251', '127.0.0.1');
  return { sniffer, problems };
}

/** What is no response has no records: the enemy hears himself. */
function decoded(message: Buffer): Answer[] {
  try {
    const { type, answers = [], additionals = [] } = decode(message);
    return type === 'response' ? [...answers, ...additionals] : [];
  } catch {
    return [];
  }
}
