import type { FoundTv } from '@fjern/remote/discovery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type Fact, Lab, removePrograms, someTv } from './lab.ts';

// What networks do to TVs and remotes.

let programs: string;
beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(() => removePrograms(programs));

/** A test with a network of its own. */
const onLan = (hosts: number, test: (net: Lab) => Promise<void>) => async () => {
  const net = await Lab.create(programs, hosts);
  try {
    await test(net);
  } finally {
    await net.close();
  }
};

const tv = (fact: Fact) => fact.tv as FoundTv;
const event = (name: string) => (fact: Fact) => fact.event === name;
const about =
  (kind: string, id: string) =>
  (fact: Fact): boolean =>
    fact.event === kind && tv(fact).id === id;
const often = '{"longestInterval":1.5}';
const webSocket = (address: string) => `ws://${address}:7120/xmpp-websocket`;

describe.concurrent('a TV', () => {
  it(
    'is gone when its cable is pulled, and back with it',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote', often);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await remote.until(about('add', living.id));
      await net.sh('ip link set v1 down');
      const gone = await remote.until(about('remove', living.id), { within: 20_000 });
      await net.sh('ip link set v1 up');
      const plugged = Date.now();
      const back = await remote.until(about('add', living.id), { since: gone.at });
      expect(back.at - plugged).toBeLessThan(5000);
      expect(host.facts.filter(event('error'))).toEqual([]);
      expect(await host.stop()).toBe(0);
    }),
  );

  it(
    'is found when its interface has another name',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote', often);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await host.until(event('published'));
      await net.sh(
        'ip -n h1 link set eth0 down && ip -n h1 link set eth0 name lan9 && ip -n h1 link set lan9 up',
      );
      const renamed = Date.now();
      await host.until(event('published'), { since: renamed, within: 5000 });
      await host.write({ ...living, pairing: true });
      await remote.until((fact) => fact.at > renamed && tv(fact)?.pairing === true);
      expect(await host.stop()).toBe(0);
    }),
  );

  it(
    'says goodbye on all its networks',
    onLan(3, async (net) => {
      await net.addSubnet(3);
      await net.connect(1);
      await net.addInterface(1, 'eth1', 'lan1');
      await net.sh('ip -n h1 addr add 10.8.0.1/24 dev eth1 && ip -n h1 link set eth1 up');
      await net.connect(2);
      await net.connect(3, '10.8.0.3');
      const living = someTv();
      const remotes = [await net.start(2, 'remote'), await net.start(3, 'remote')];
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      const [near, far] = await Promise.all(
        remotes.map((remote) => remote.until(about('add', living.id))),
      );
      // Each network hears of its own address alone.
      expect(near && tv(near).url).toBe(webSocket('10.7.0.1'));
      expect(far && tv(far).url).toBe(webSocket('10.8.0.1'));
      await host.until(event('published'));
      expect(await host.stop()).toBe(0);
      await Promise.all(
        remotes.map((remote) => remote.until(about('remove', living.id), { within: 5000 })),
      );
    }),
  );

  it(
    'stops although its network is away',
    onLan(1, async (net) => {
      await net.connect(1);
      const host = await net.start(1, 'tv', JSON.stringify(someTv()), '7120');
      await host.until(event('published'));
      await net.sh('ip -n h1 link set eth0 down && ip -n h1 addr flush dev eth0');
      expect(await host.stop()).toBe(0);
    }),
  );

  it(
    'is found without IPv4, and followed to another address',
    onLan(2, async (net) => {
      const connect = (host: number, address: string) =>
        net.sh(`ip -n h${host} addr add ${address}/64 dev eth0 && ip -n h${host} link set eth0 up`);
      await connect(1, 'fd00:7::1');
      await connect(2, 'fd00:7::2');
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      const found = await remote.until(about('add', living.id));
      expect(tv(found)).toMatchObject({
        addresses: ['fd00:7::1'],
        url: webSocket('[fd00:7::1]'),
      });
      await net.sh('ip -n h1 addr del fd00:7::1/64 dev eth0');
      await connect(1, 'fd00:7::77');
      const changed = Date.now();
      const moved = await remote.until((fact) => tv(fact)?.url === webSocket('[fd00:7::77]'));
      expect(moved.at - changed).toBeLessThan(5000);
      expect(await host.stop()).toBe(0);
      await remote.until(about('remove', living.id), { within: 5000 });
    }),
  );

  it(
    'with IPv4 and IPv6 is found by those who have either, and reached by IPv4 where there is one',
    onLan(3, async (net) => {
      await net.connect(1);
      await net.connect(2);
      await net.sh(
        `ip -n h1 addr add fd00:7::1/64 dev eth0 && ip -n h2 addr add fd00:7::2/64 dev eth0 &&
         ip -n h3 addr add fd00:7::3/64 dev eth0 && ip -n h3 link set eth0 up`,
      );
      const living = someTv();
      const both = await net.start(2, 'remote');
      const modern = await net.start(3, 'remote');
      await net.start(1, 'tv', JSON.stringify(living), '7120');
      const urls = [webSocket('10.7.0.1'), webSocket('[fd00:7::1]')];
      const found = await both.until((fact) => tv(fact)?.addresses.length === 2);
      expect(tv(found)).toMatchObject({ urls, url: urls[0] });
      const other = await modern.until(about('add', living.id));
      expect(tv(other)).toMatchObject({ urls, url: urls[1] });
    }),
  );

  it(
    'counts when it answers, and not before',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const trusting = await net.start(2, 'remote', '{"verify":false}');
      const remote = await net.start(2, 'remote');
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120', '--no-hub');
      const { url } = tv(await trusting.until(about('add', living.id)));
      expect(url).toBeUndefined();
      await host.until(event('published'));
      expect(remote.facts.filter(event('add'))).toEqual([]);
      host.write({ hub: true });
      const open = await host.until(event('hub'));
      const found = await remote.until(about('add', living.id));
      expect(found.at).toBeGreaterThan(open.at - 1000);
    }),
  );
});

describe.concurrent('a remote', () => {
  it(
    'finds TVs where a fifth of all packets is lost, and loses none',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      await net.losePackets(20);
      const tvs = await net.start(1, 'many', '5', 'lossy');
      await tvs.until(event('published'));
      const remote = await net.start(2, 'remote', often);
      const { at: started } = await remote.until(event('started'));
      const found = () => remote.facts.filter(event('add')).length === 5;
      await remote.until(found, { within: 20_000 });
      const all = remote.facts.filter(event('add')).at(-1)?.at ?? Number.NaN;
      console.warn(`mDNS: 20 % loss: 5 of 5 TVs after ${Math.round(all - started)} ms`);
      // Some eight rounds of asking more; an observation, so there is nothing else to wait for.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      expect(remote.facts.filter(event('remove'))).toEqual([]);
    }),
  );

  it(
    'keeps a TV that answers although multicast no longer comes through',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote', often);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await remote.until(about('add', living.id));
      await host.until(event('published'));
      // What a switch does whose IGMP snooping has forgotten the group.
      await net.sh(
        `nft 'add table bridge deaf' &&
         nft 'add chain bridge deaf forward { type filter hook forward priority 0; }' &&
         nft 'add rule bridge deaf forward udp dport 5353 drop'`,
      );
      await new Promise((resolve) => setTimeout(resolve, 9000));
      expect(remote.facts.filter(event('remove'))).toEqual([]);
      host.write({ hub: false });
      await remote.until(about('remove', living.id), { within: 20_000 });
    }),
  );

  it(
    'looks again when it wakes up',
    onLan(3, async (net) => {
      for (const host of [1, 2, 3]) await net.connect(host);
      const [before, after] = [someTv(), someTv()];
      const remote = await net.start(2, 'remote');
      const old = await net.start(1, 'tv', JSON.stringify(before), '7120');
      await remote.until(about('add', before.id));
      await old.until(event('published'));
      // Asleep it hears nothing; what its socket keeps meanwhile is not to help it.
      remote.sleep();
      await net.sh('ip link set v2 nomaster');
      const asleep = Date.now();
      await old.kill();
      const host = await net.start(3, 'tv', JSON.stringify(after), '7120');
      await host.until(event('published'));
      await expect.poll(() => Date.now() - asleep, { timeout: 10_000 }).toBeGreaterThan(6000);
      await net.sh('ip link set v2 master lan0');
      const awake = Date.now();
      remote.wakeUp();
      const found = await remote.until(about('add', after.id));
      expect(found.at - awake).toBeLessThan(5000);
      await remote.until(about('remove', before.id), { within: 15_000 });
    }),
  );
});
