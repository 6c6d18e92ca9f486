import { createSocket } from 'node:dgram';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LanInterface } from '@fjern/protocol';
import { encode } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browse } from './browser.ts';

// What months, and neighbours who mean no good, do to a browser, in seconds: its timers are driven, its sockets are real.

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const lo = (address: string): LanInterface => ({
  name: 'lo',
  ipv4: [{ address, netmask: '255.0.0.0' }],
  ipv6: [],
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

const type = '_xmpp-tv._tcp.local';
/** A TV as it announces itself, with an address at which nobody is asked. */
function announcement(id: string): Buffer {
  const name = `TV ${id}.${type}`;
  const own = { name, ttl: 120, flush: true };
  const txt = [`id=${id}`, `name=${id}`, 'v=1', `fp=${'A'.repeat(43)}`];
  return encode({
    type: 'response',
    answers: [
      { type: 'PTR', name: type, ttl: 120, data: name },
      { ...own, type: 'SRV', data: { port: 7120, target: `${id}.local` } },
      { ...own, type: 'TXT', data: txt },
      { ...own, type: 'A', name: `${id}.local`, data: '10.7.0.1' },
    ],
  });
}

async function neighbour() {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(5353, resolve));
  socket.setMulticastInterface('127.0.0.1');
  return {
    send: (message: Uint8Array) =>
      new Promise<void>((resolve) => {
        socket.send(message, 5353, '224.0.0.251', () => resolve());
      }),
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

describe('the browser', () => {
  it('has no more sockets, timers and memory after 200 changes of the network', async () => {
    let now: LanInterface[] = [];
    const browser = browse({ interfaces: () => now });
    const change = async (number: number) => {
      now = number % 3 === 0 ? [] : [lo(`127.0.0.${1 + (number % 4)}`)];
      await vi.advanceTimersByTimeAsync(1000);
      await until(() => sockets() === now.length);
    };
    for (let number = 1; number <= 40; number++) await change(number);
    const before = { heap: heap(), timers: vi.getTimerCount() };
    for (let number = 41; number <= 240; number++) await change(number);
    const after = { heap: heap(), timers: vi.getTimerCount() };
    expect(after.timers).toBeLessThanOrEqual(before.timers + 2);
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
    await browser.close();
    expect(sockets()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  }, 60_000);

  it('survives whatever is sent to it, and hears TVs afterwards', async () => {
    const browser = browse({ interfaces: () => [lo('127.0.0.1')], verify: false });
    await until(() => browser.listening);
    const enemy = await neighbour();
    const valid = announcement('aaaa');
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 1500 }),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
        async (noise, changes) => {
          const damaged = Buffer.from(valid);
          for (const [at, byte] of changes) if (at < damaged.length) damaged.writeUInt8(byte, at);
          // Beyond its bound of packets in a second it does not even look at them.
          vi.advanceTimersByTime(50);
          await enemy.send(noise);
          await enemy.send(damaged);
          await enemy.send(Buffer.concat([valid.subarray(0, 12), noise]));
        },
      ),
      { numRuns: 300 },
    );
    // More than once: other tests on this machine may use up what it reads in a second.
    for (let attempt = 0; attempt < 20 && !browser.tvs.has('bbbb'); attempt++) {
      await vi.advanceTimersByTimeAsync(1100);
      await enemy.send(announcement('bbbb'));
      for (let flush = 0; flush < 20; flush++) await turn();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(browser.tvs.has('bbbb')).toBe(true);
    await enemy.close();
    await browser.close();
  }, 60_000);

  it('reads no more of a flood than it must', async () => {
    const browser = browse({ interfaces: () => [lo('127.0.0.1')], verify: false });
    let told = 0;
    browser.on('add', () => told++);
    await until(() => browser.listening);
    const enemy = await neighbour();
    for (let number = 0; number < 2000; number++) await enemy.send(announcement(`flood${number}`));
    for (let flush = 0; flush < 50; flush++) await turn();
    await vi.advanceTimersByTimeAsync(100);
    expect(browser.tvs.size).toBeGreaterThan(0);
    expect(browser.tvs.size).toBeLessThanOrEqual(256);
    expect(told).toBe(browser.tvs.size);
    await enemy.close();
    await browser.close();
    expect(vi.getTimerCount()).toBe(0);
  }, 60_000);
});
