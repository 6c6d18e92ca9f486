import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundTv } from '@fjern/remote/discovery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, Lab, removePrograms, someTv } from './lab.ts';

// Avahi is what Linux desktops, printers and many set-top boxes speak multicast DNS with.

let programs: string;
let folder: string;
let net: Lab;
/** How to reach Avahi, which runs on h2. */
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  // avahi-daemon gives its folder to a user of its own, which a lone user's namespace does not have.
  if (process.getuid?.() !== 0) throw new Error('avahi-daemon needs root: run as root.');
  programs = await buildPrograms();
  folder = await mkdtemp(join(tmpdir(), 'fjern-avahi-'));
  const bus = `unix:path=${join(folder, 'bus')}`;
  environment = { DBUS_SYSTEM_BUS_ADDRESS: bus };
  await writeFile(
    join(folder, 'bus.conf'),
    `<busconfig>
      <type>system</type>
      <listen>${bus}</listen>
      <auth>EXTERNAL</auth>
      <policy context="default">
        <allow user="*"/><allow own="*"/><allow send_type="*"/><allow receive_type="*"/>
        <allow send_destination="*"/>
      </policy>
    </busconfig>`,
  );
  await writeFile(
    join(folder, 'avahi.conf'),
    '[server]\nhost-name=avahi-box\nuse-ipv6=yes\nallow-interfaces=eth0\n[publish]\npublish-workstation=no\n',
  );
  net = await Lab.create(programs, 2);
  await net.connect(1);
  await net.connect(2);
  const daemon = net.command(2, [
    'dbus-daemon',
    '--nofork',
    '--print-address',
    `--config-file=${join(folder, 'bus.conf')}`,
  ]);
  await daemon.untilOutput(/unix:path=/);
  await net.sh('mkdir -p /run/avahi-daemon');
  const avahi = net.command(
    2,
    [
      'avahi-daemon',
      '--no-chroot',
      '--no-drop-root',
      '--no-rlimits',
      `--file=${join(folder, 'avahi.conf')}`,
    ],
    environment,
  );
  await avahi.untilOutput(/Server startup complete/);
});
afterAll(async () => {
  await net?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
  if (programs) await removePrograms(programs);
});

describe('Avahi', () => {
  it('resolves a TV, and hears its goodbye', async () => {
    const living = { ...someTv(), name: 'Stue ÆØÅ', pairing: true };
    const browser = net.command(2, ['avahi-browse', '-rp', '_xmpp-tv._tcp'], environment);
    const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
    const output = await browser.untilOutput(/^=;eth0;IPv4;Stue.*;7120;.*\n/m);
    await browser.untilOutput(/^=;eth0;IPv6;Stue.*;7120;.*\n/m);
    const resolved = output.split('\n').find((line) => line.startsWith('=;eth0;IPv4'));
    const [, , family, , , , hostName, address, port, txt = ''] = resolved?.split(';') ?? [];
    expect({ family, hostName, address, port }).toEqual({
      family: 'IPv4',
      hostName: `${living.id}.local`,
      address: '10.7.0.1',
      port: '7120',
    });
    for (const string of ['txtvers=1', `id=${living.id}`, `fp=${living.fingerprint}`, 'pairing=1'])
      expect(txt).toContain(`"${string}"`);
    expect(await host.stop()).toBe(0);
    await browser.untilOutput(/^-.*;Stue/m);
    await browser.kill();
  });

  it('resolves the host name of a TV', async () => {
    const living = someTv();
    const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
    await host.until(({ event }) => event === 'published');
    const resolver = net.command(2, ['avahi-resolve', '-4n', `${living.id}.local`], environment);
    expect((await resolver.untilOutput(/10\.7/)).split(/\s+/).slice(0, 2)).toEqual([
      `${living.id}.local`,
      '10.7.0.1',
    ]);
    await host.stop();
  });

  it('makes a TV take another name if it has it', async () => {
    const living = someTv();
    const rival = net.command(
      2,
      ['avahi-publish-service', living.name, '_xmpp-tv._tcp', '9', 'txtvers=1'],
      environment,
    );
    await rival.untilOutput(/Established/);
    const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
    expect(await host.until(({ event }) => event === 'renamed')).toMatchObject({
      name: `${living.name} (2)`,
    });
    await host.until(({ event }) => event === 'published');
    await rival.kill();
    await host.stop();
  });

  it('takes another name if a TV has its', async () => {
    const living = someTv();
    const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
    await host.until(({ event }) => event === 'published');
    const rival = net.command(
      2,
      ['avahi-publish-service', living.name, '_xmpp-tv._tcp', '9', 'txtvers=1'],
      environment,
    );
    await rival.untilOutput(/collision|Established under name '.* #2'/);
    await rival.untilOutput(/Established/);
    expect(rival.output).not.toContain(`Established under name '${living.name}'`);
    expect(host.facts.filter(({ event }) => event === 'renamed')).toEqual([]);
    await rival.kill();
    await host.stop();
  });

  it('tells a TV that its identity is taken if it has the host name', async () => {
    const living = someTv();
    const rival = net.command(
      2,
      ['avahi-publish-address', '-R', `${living.id}.local`, '10.7.0.99'],
      environment,
    );
    await rival.untilOutput(/Established/);
    const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
    expect(await host.until(({ event }) => event === 'error')).toMatchObject({
      code: 'identity-taken',
    });
    await rival.kill();
    await host.stop();
  });

  it('publishes what a remote finds, and takes it back', async () => {
    const { id, name, fingerprint } = someTv('Boks. Nr. 1');
    const remote = await net.start(1, 'remote', '{"verify":false}');
    const strings = ['txtvers=1', `id=${id}`, `name=${name}`, 'v=2.0', `fp=${fingerprint}`];
    const publisher = net.command(
      2,
      ['avahi-publish-service', name, '_xmpp-tv._tcp', '7120', ...strings],
      environment,
    );
    const found = await remote.until(({ event }) => event === 'add');
    const { addresses, ...tv } = found.tv as FoundTv;
    expect(tv).toEqual({
      ...{ id, name, fingerprint, version: '2.0', pairing: false, port: 7120 },
      urls: ['ws://10.7.0.2:7120/xmpp-websocket'],
    });
    // Avahi tells its link-local address too.
    expect(addresses[0]).toBe('10.7.0.2');
    await publisher.kill();
    await remote.until(({ event }) => event === 'remove', { within: 3000 });
    expect(await remote.stop()).toBe(0);
  });
});
