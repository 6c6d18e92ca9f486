import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hub, HubLimits } from './index.ts';
import { addressKey, BoundedMap, Rate, TokenBucket } from './rates.ts';
import { RawClient, startHub } from './raw-client.testing.ts';

describe('addressKey', () => {
  it.each([
    ['192.168.1.20', '192.168.1.20'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::5:6:7:8:9', '2001:db8:0:5::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1::2:3:4:5:192.0.2.1', '1:0:2:3::/64'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', ''],
  ])('of %j is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('is the same for all addresses of a /64, and another one for another', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
    const four = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));
    const prefix = four.filter((text) => !/^fe[89ab]/.test(text));
    fc.assert(
      fc.property(prefix, four, four, (network, one, other) => {
        const canonical = new URL(`http://[${network}:${one}]`).hostname.slice(1, -1);
        expect(addressKey(canonical)).toBe(addressKey(`${network}:${other}`));
      }),
    );
  });
});

describe('TokenBucket', () => {
  it('never lets more through than its capacity and what grew since', () => {
    const calls = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 50 }),
        calls,
        (size, rate, gaps) => {
          const bucket = new TokenBucket(size, rate);
          let [now, taken, longest] = [0, 0, 0];
          for (const gap of gaps) {
            now += gap;
            if (bucket.take(now)) taken++;
            longest = size + (now * rate) / 1000;
            expect(taken).toBeLessThanOrEqual(longest + 1e-6);
          }
        },
      ),
    );
  });

  it('knows no bounds without any', () => {
    const bucket = new TokenBucket(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (const now of [0, 0, 1, 1]) expect(bucket.spend(now)).toBe(Number.POSITIVE_INFINITY);
    expect(bucket.msUntilPaid(1)).toBe(0);
  });
});

describe('BoundedMap', () => {
  it('forgets what was not used for longest', () => {
    const map = new BoundedMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
  });
});

describe('Rate', () => {
  it('counts by address and in all, and one that has had enough takes nothing from others', () => {
    let now = 0;
    const rate = new Rate(3, 5, 100, () => now);
    const take = (address: string, times: number) =>
      Array.from({ length: times }, () => rate.take(address)).filter(Boolean).length;
    expect(take('a', 100)).toBe(3);
    expect(take('b', 100)).toBe(2);
    expect(take('c', 1)).toBe(0);
    now += 60_000;
    expect(take('c', 100)).toBe(3);
  });
});

describe('a hub', () => {
  let hub: Hub;
  const start = async (limits: Partial<HubLimits>) => {
    hub = await startHub({ limits });
  };
  afterEach(() => hub.close());

  /** What an open connection reads before it ends; nothing when it was closed at once. */
  const attempt = (localAddress = '127.0.0.1') =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ port: hub.port, host: '127.0.0.1', localAddress });
      socket.on('error', () => {});
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
      socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    });

  it('closes connections beyond the rate of an address', async () => {
    await start({ connectionsPerAddressPerMinute: 2 });
    expect(await attempt()).toContain('404');
    expect(await attempt()).toContain('404');
    expect(await attempt()).toBe('');
    expect(await attempt('127.0.0.2')).toContain('404');
  });

  it('closes connections beyond the rate of all', async () => {
    await start({ connectionsPerMinute: 2 });
    expect(await attempt('127.0.0.2')).toContain('404');
    expect(await attempt('127.0.0.3')).toContain('404');
    expect(await attempt('127.0.0.4')).toBe('');
  });

  it.each([{ connectionsPerAddress: 1 }, { connections: 1 }])(
    'bounds open connections: %o',
    async (limits) => {
      await start(limits);
      const first = await RawClient.connect(hub);
      expect(await attempt()).toBe('');
      await first.close();
      // The other side's end of it may come a moment later.
      await expect.poll(() => attempt()).toContain('404');
    },
  );

  it('refuses requests and upgrades beyond theirs', async () => {
    await start({ requestsPerAddressPerMinute: 1, upgradesPerAddressPerMinute: 1 });
    expect(await attempt()).toContain('404');
    expect(await attempt()).toContain('429');
    const first = await RawClient.connect(hub);
    await expect(RawClient.connect(hub)).rejects.toThrow('429');
    await RawClient.connect(hub, { localAddress: '127.0.0.2' });
    await first.close();
  });

  it('does not wait for a refused client to close its side', async () => {
    await start({});
    const socket = connect({ port: hub.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      'GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
    // Written to a socket that is gone, not one that is half closed.
    const gone = new Promise((resolve) => socket.once('error', resolve));
    const poke = setInterval(() => socket.write('x'), 10);
    await gone;
    clearInterval(poke);
  });
});
