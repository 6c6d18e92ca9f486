import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundTv } from '@fjern/remote/discovery';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms, type Fact, Lab, type Program, removePrograms } from './lab.ts';

// The programs as they were built, on hosts of one network: `npm start` on one, `fjern` on another.

const box = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;
const fjern = new URL('../../apps/cli/bin/fjern.js', import.meta.url).pathname;

let programs: string;
let scratch: string;
beforeAll(async () => {
  programs = await buildPrograms();
  scratch = await mkdtemp(join(tmpdir(), 'fjern-lan-'));
});
afterAll(async () => {
  await removePrograms(programs);
  await rm(scratch, { recursive: true, force: true });
});

const event = (name: string) => (fact: Fact) => fact.event === name;
const tv = (fact: Fact) => fact as unknown as FoundTv & Fact;

function startBox(net: Lab, host: number, dataDir: string): Program {
  const data = join(scratch, dataDir);
  return net.command(host, [
    process.execPath,
    box,
    ...['--json', '--name', 'Living room', '--data-dir', data],
  ]);
}

function run(net: Lab, host: number, ...args: string[]): Program {
  return runAs('config', net, host, ...args);
}

function runAs(user: string, net: Lab, host: number, ...args: string[]): Program {
  return net.command(host, [process.execPath, fjern, '--json', ...args], {
    FJERN_CONFIG_DIR: join(scratch, user),
  });
}

it('a TV is found, paired with, followed to another address, and gone', async () => {
  const net = await Lab.create(programs, 2);
  try {
    await net.connect(1);
    await net.connect(2);
    const host = startBox(net, 1, 'first');
    const { tvUrl, lanUrl } = await host.until(event('listening'));
    expect(lanUrl).toBe('http://10.7.0.1:7120/');
    const { url, pin } = await host.until(event('offer'));
    expect(pin).toMatch(/^\d{6}$/);
    expect(url).toMatch(/^http:\/\/10\.7\.0\.1:7120\/#v=2&/);
    const agent = await net.start(1, 'agent', String(tvUrl));

    const started = performance.timeOrigin + performance.now();
    const search = run(net, 2, 'discover', '--for', '0');
    const found = await search.until(event('add'));
    console.warn(
      `fjern discover: ${Math.round(found.at - started)} ms from the shell to the first TV`,
    );
    expect(found.at - started).toBeLessThan(3000);
    expect(tv(found)).toMatchObject({
      ...{ name: 'Living room', pairing: true, paired: false, port: 7120 },
      urls: ['ws://10.7.0.1:7120/xmpp-websocket'],
    });

    expect(await run(net, 2, 'pair', String(url)).ended).toBe(0);
    expect(await host.until(event('paired'))).toMatchObject({ role: 'owner' });
    // Another user of that computer needs no camera: the TV's name, and the digits on its screen.
    const next = await host.until((fact) => event('offer')(fact) && fact.url !== url);
    const named = runAs('other', net, 2, 'pair', 'Living room', '--pin', String(next.pin));
    expect(await named.ended, named.output).toBe(0);
    await host.until((fact) => event('paired')(fact) && fact.role === 'member');
    expect(await run(net, 2, 'load', '/media/film.mp4', '--paused').ended).toBe(0);

    const moved = performance.timeOrigin + performance.now();
    await net.sh('ip -n h1 addr flush dev eth0 scope global');
    await net.connect(1, '10.7.0.9');
    expect(await host.until(event('address'), { since: moved })).toMatchObject({
      lanUrl: 'http://10.7.0.9:7120/',
    });
    expect((await host.until(event('offer'), { since: moved })).url).toContain('//10.7.0.9:7120/');
    await search.until((fact) => tv(fact).urls?.join() === 'ws://10.7.0.9:7120/xmpp-websocket', {
      since: moved,
    });
    const status = run(net, 2, 'status');
    expect(await status.ended, status.output).toBe(0);
    expect(status.facts).toMatchObject([{ name: 'Living room', media: { state: 'paused' } }]);
    const tvs = run(net, 2, 'tvs');
    await tvs.ended;
    expect(tvs.facts).toMatchObject([{ service: 'ws://10.7.0.9:7120/xmpp-websocket' }]);

    await agent.stop();
    const off = run(net, 2, 'pause');
    expect(await off.ended).toBe(3);
    expect(off.output).toContain('is off, or its page is not open');

    expect(await host.interrupt()).toBe(0);
    await search.until(event('remove'), { within: 3000 });
    expect(await search.interrupt()).toBe(130);
  } finally {
    await net.close();
  }
}, 60_000);

it('a box whose name or identity another has says so', async () => {
  const net = await Lab.create(programs, 3);
  try {
    for (const host of [1, 2, 3]) await net.connect(host);
    const search = run(net, 3, 'discover', '--for', '0');
    const first = startBox(net, 1, 'original');
    await search.until(event('add'));
    const second = startBox(net, 2, 'other');
    expect(await second.until(event('renamed'))).toMatchObject({ name: 'Living room (2)' });
    await search.until((fact) => tv(fact).name === 'Living room (2)');
    await second.interrupt();
    await cp(join(scratch, 'original', 'state.json'), join(scratch, 'copy', 'state.json'));
    const copy = startBox(net, 2, 'copy');
    const { code, message } = await copy.until(event('error'));
    expect(code).toBe('identity-taken');
    expect(message).toMatch(/two TVs have the same identity\. .*new data directory/);
    expect(await copy.interrupt()).toBe(0);
    expect(await first.interrupt()).toBe(0);
  } finally {
    await net.close();
  }
}, 60_000);

it('a TV behind a router is not found, which is said, and is paired with by its address', async () => {
  const net = await Lab.create(programs, 2);
  try {
    await net.addSubnet(2);
    await net.connect(1);
    await net.connect(2, '10.8.0.2');
    await net.sh(
      'ip -n h1 route add default via 10.7.0.254 && ip -n h2 route add default via 10.8.0.254',
    );
    const host = startBox(net, 1, 'far');
    const { pin } = await host.until(event('offer'));
    const search = net.command(2, [process.execPath, fjern, 'discover', '--for', '2'], {
      FJERN_CONFIG_DIR: join(scratch, 'far-away'),
    });
    await search.ended;
    expect(search.output).toMatch(/No TV was found.*another network.*address/s);
    const paired = runAs('far-away', net, 2, 'pair', '10.7.0.1:7120', '--pin', String(pin));
    expect(await paired.ended, paired.output).toBe(0);
    expect(await host.interrupt()).toBe(0);
  } finally {
    await net.close();
  }
}, 60_000);
