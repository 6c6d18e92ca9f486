import type { FoundTv } from '@fjern/remote/discovery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type Fact, Lab, removePrograms, someTv } from './lab.ts';

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
const published = ({ event }: Fact) => event === 'published';
const about =
  (kind: string, id: string) =>
  (fact: Fact): boolean =>
    fact.event === kind && tv(fact).id === id;

interface Record {
  type: string;
  name: string;
  ttl: number;
  flush: boolean;
  data: unknown;
}
const records = (facts: Fact[]) => facts.flatMap((fact) => (fact.records ?? []) as Record[]);

describe.concurrent('a TV on the LAN', () => {
  it(
    'is renamed when another has its name, and says so',
    onLan(3, async (net) => {
      for (const host of [1, 2, 3]) await net.connect(host);
      const first = someTv('Living room');
      const second = someTv('Living room');
      const remote = await net.start(3, 'remote');
      const one = await net.start(1, 'tv', JSON.stringify(first), '7120');
      await one.until(published);
      const two = await net.start(2, 'tv', JSON.stringify(second), '7121');
      expect(await two.until(({ event }) => event === 'renamed')).toMatchObject({
        name: 'Living room (2)',
      });
      expect(await two.until(published)).toMatchObject({ name: 'Living room (2)' });
      expect(tv(await remote.until(about('add', first.id)))).toMatchObject({ name: 'Living room' });
      expect(tv(await remote.until(about('add', second.id)))).toMatchObject({
        name: 'Living room (2)',
        port: 7121,
      });
      expect(one.facts.filter(({ event }) => event === 'renamed')).toEqual([]);
    }),
  );

  it(
    'is renamed once when two of a name start together',
    onLan(3, async (net) => {
      for (const host of [1, 2, 3]) await net.connect(host);
      const twins = [someTv('Bedroom'), someTv('Bedroom')];
      const remote = await net.start(3, 'remote');
      const hosts = await Promise.all(
        twins.map((twin, index) => net.start(index + 1, 'tv', JSON.stringify(twin), '7120')),
      );
      const names = await Promise.all(
        twins.map(async ({ id }) => tv(await remote.until(about('add', id))).name),
      );
      expect(names.sort()).toEqual(['Bedroom', 'Bedroom (2)']);
      const renamed = hosts.flatMap(({ facts }) =>
        facts.filter(({ event }) => event === 'renamed'),
      );
      expect(renamed).toHaveLength(1);
    }),
  );

  it(
    'tells when two have one identity, and does not confuse remotes',
    onLan(3, async (net) => {
      for (const host of [1, 2, 3]) await net.connect(host);
      const original = someTv();
      const remote = await net.start(3, 'remote');
      const one = await net.start(1, 'tv', JSON.stringify(original), '7120');
      await one.until(published);
      const clone = await net.start(
        2,
        'tv',
        JSON.stringify({ ...original, name: 'Clone' }),
        '7120',
      );
      expect(await clone.until(({ event }) => event === 'error')).toMatchObject({
        code: 'identity-taken',
      });
      await remote.until(about('add', original.id));
      const names = remote.facts
        .filter(({ event }) => event !== 'started')
        .map((fact) => tv(fact).name);
      expect(new Set(names)).toEqual(new Set([original.name]));
    }),
  );

  it(
    'changes what it says at once',
    onLan(2, async (net) => {
      await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await remote.until(about('add', living.id));
      await host.until(published);
      host.write({ ...living, pairing: true });
      const shown = await remote.until(about('update', living.id), { within: 2000 });
      expect(tv(shown)).toMatchObject({ pairing: true });
      const renaming = Date.now();
      host.write({ ...living, name: 'Kitchen' });
      const moved = await remote.until(
        (fact) => about('update', living.id)(fact) && tv(fact).name === 'Kitchen',
      );
      expect(tv(moved)).toMatchObject({ pairing: false });
      expect(moved.at - renaming).toBeLessThan(5000);
      expect(remote.facts.filter(({ event }) => event === 'remove')).toEqual([]);
    }),
  );

  it(
    'is gone after it stopped',
    onLan(2, async (net) => {
      await net.connect(1);
      const address = await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const sniffer = await net.start(2, 'sniffer', address);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await remote.until(about('add', living.id));
      await host.until(published);
      expect(await host.stop()).toBe(0);
      const { at: closed } = await host.until(({ event }) => event === 'closed');
      const gone = await remote.until(about('remove', living.id), { within: 3000 });
      // RFC 6762 §10.1 keeps it for another second.
      expect(gone.at - closed).toBeLessThan(2000);
      const goodbyes = records(sniffer.facts).filter(({ ttl }) => ttl === 0);
      expect(goodbyes.map(({ type }) => type).sort()).toEqual(['A', 'PTR', 'SRV', 'TXT']);
    }),
  );

  it(
    'is gone after its process was killed: it does not answer, and what it said lives two minutes',
    onLan(2, async (net) => {
      await net.connect(1);
      const address = await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote', '{"longestInterval":1.5}');
      const sniffer = await net.start(2, 'sniffer', address);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await remote.until(about('add', living.id));
      await host.until(published);
      await host.kill();
      await remote.until(about('remove', living.id), { within: 8000 });
      const said = records(sniffer.facts);
      expect(said.length).toBeGreaterThan(0);
      expect(said.filter(({ ttl }) => ttl > 120 || ttl === 0)).toEqual([]);
    }),
  );

  it(
    'that started before its network is found when the network comes',
    onLan(2, async (net) => {
      const address = await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const sniffer = await net.start(2, 'sniffer', address);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      // It found itself alone, and advertises on its loopback interface.
      await host.until(published);
      const own = await net.connect(1);
      const found = await remote.until(about('add', living.id));
      expect(tv(found).addresses).toEqual([own]);
      expect(host.isRunning).toBe(true);
      const locates = (fact: Fact) => records([fact]).some(({ type }) => type === 'SRV');
      // Two programs heard the same packet; they tell of it when they get to it.
      await sniffer.until(locates);
      for (const packet of sniffer.facts.filter(locates).map((fact) => records([fact])))
        expect(packet.filter(({ type }) => type === 'A').map(({ data }) => data)).toEqual([own]);
    }),
  );

  it(
    'that gets another address is found there, and nowhere else',
    onLan(2, async (net) => {
      const old = await net.connect(1);
      const address = await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const sniffer = await net.start(2, 'sniffer', address);
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      expect(tv(await remote.until(about('add', living.id))).addresses).toEqual([old]);
      await host.until(published);
      await net.sh(`ip -n h1 addr del ${old}/24 dev eth0`);
      const own = await net.connect(1, '10.7.0.77');
      const changed = Date.now();
      const moved = await remote.until(
        (fact) => about('update', living.id)(fact) && tv(fact).addresses[0] === own,
      );
      expect(tv(moved).addresses).toEqual([own]);
      expect(moved.at - changed).toBeLessThan(5000);
      expect(remote.facts.filter(({ event }) => event === 'remove')).toEqual([]);
      // No packet names the old address any more, once the change was noticed.
      const wrong = sniffer.facts
        .filter(({ at }) => at > changed + 2000)
        .flatMap((fact) => records([fact]))
        .filter(({ data, ttl }) => data === old && ttl > 0);
      expect(wrong).toEqual([]);
    }),
  );

  it(
    'survives the loss of its routes and of its link',
    onLan(2, async (net) => {
      const own = await net.connect(1);
      await net.connect(2);
      const living = someTv();
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      await host.until(published);
      await net.sh('ip -n h1 route flush table main');
      // Nobody can connect to it now, but it goes on saying that it is there.
      const remote = await net.start(2, 'remote', '{"longestInterval":1.5,"verify":false}');
      expect(tv(await remote.until(about('add', living.id))).addresses).toEqual([own]);
      await net.sh('ip -n h1 link set eth0 down');
      const gone = await remote.until(about('remove', living.id));
      await net.sh('ip -n h1 link set eth0 up');
      await remote.until(about('add', living.id), { since: gone.at });
      expect(host.isRunning).toBe(true);
      expect(await host.stop()).toBe(0);
    }),
  );

  it(
    'with Wi-Fi and a cable in one LAN is one TV, and no rival of itself',
    onLan(2, async (net) => {
      const cable = await net.connect(1);
      await net.sh(
        `ip link add wifi type veth peer name wlan0 netns h1 && ip link set wifi master lan0 up &&
         ip -n h1 addr add 10.7.0.50/24 dev wlan0 && ip -n h1 link set wlan0 up`,
      );
      await net.connect(2);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
      expect(await host.until(published)).toMatchObject({ name: living.name });
      const both = ['add', 'update'];
      const found = await remote.until(
        (fact) =>
          both.some((kind) => about(kind, living.id)(fact)) && tv(fact).addresses.length > 1,
      );
      expect(tv(found).addresses).toEqual([cable, '10.7.0.50']);
      expect(host.facts.filter(({ event }) => event === 'renamed' || event === 'error')).toEqual(
        [],
      );
    }),
  );

  it(
    'waits for the port when another program keeps it for itself',
    onLan(1, async (net) => {
      const selfish =
        "require('node:dgram').createSocket('udp4').bind(5353, () => console.log('has it'))";
      const other = net.command(1, [process.execPath, '-e', selfish]);
      await other.untilOutput(/has it/);
      const host = await net.start(1, 'tv', JSON.stringify(someTv()), '7120');
      const refused = await host.until(({ event }) => event === 'error');
      expect(refused.message).toMatch(/EADDRINUSE/);
      await other.kill();
      await host.until(published);
      expect(await host.stop()).toBe(0);
    }),
  );

  it(
    'is found on a machine without any network',
    onLan(1, async (net) => {
      const living = someTv();
      await net.start(1, 'tv', JSON.stringify(living), '7120');
      const remote = await net.start(1, 'remote');
      expect(tv(await remote.until(about('add', living.id))).addresses).toEqual([
        '127.0.0.1',
        '::1',
      ]);
    }),
  );
});

describe.concurrent('a remote', () => {
  it(
    'that changes to another network finds what is there, and forgets the rest',
    onLan(2, async (net) => {
      await net.connect(1);
      const living = someTv();
      const remote = await net.start(2, 'remote');
      await net.start(1, 'tv', JSON.stringify(living), '7120');
      await net.connect(2);
      const found = await remote.until(about('add', living.id));
      await net.sh('ip -n h2 addr flush dev eth0');
      const lost = await remote.until(about('remove', living.id), { since: found.at });
      await net.connect(2, '10.7.0.99');
      await remote.until(about('add', living.id), { since: lost.at });
      expect(await remote.stop()).toBe(0);
    }),
  );
});
