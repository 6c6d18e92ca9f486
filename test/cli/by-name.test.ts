import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Lab } from '../mdns/lab.ts';
import { program } from './fjern.ts';

const box = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;

it('a TV of this network is paired with by its name, its id or its machine, and the PIN', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'fjern-by-name-'));
  const net = await Lab.create('', 2);
  try {
    await net.connect(1);
    await net.connect(2);
    const tv = net.command(1, [
      ...[process.execPath, box, '--json', '--name', 'Living room'],
      ...['--data-dir', join(scratch, 'box')],
    ]);
    const pins: string[] = [];
    const freshPin = async () => {
      const { pin } = await tv.until(
        ({ event, pin }) => event === 'offer' && !pins.includes(String(pin)),
      );
      pins.push(String(pin));
      return String(pin);
    };
    let folders = 0;
    const pair = (target: string, pin: string) =>
      net.command(2, [process.execPath, program, '--json', 'pair', target, '--pin', pin], {
        FJERN_CONFIG_DIR: join(scratch, String(++folders)),
      });
    const paired = { event: 'paired', service: 'ws://10.7.0.1:7120/xmpp-websocket' };

    const byName = pair('living ROOM', await freshPin());
    const told = await byName.until(({ event }) => event === 'paired');
    expect(told).toMatchObject({ ...paired, name: 'Living room' });
    expect(await byName.ended).toBe(0);

    const domain = String(told.tv).replace('tv@', '');
    for (const target of [domain.replace('.local', ''), domain, String(told.tv), '10.7.0.1']) {
      const pairing = pair(target, await freshPin());
      expect(await pairing.until(({ event }) => event !== undefined), target).toMatchObject(paired);
      expect(await pairing.ended).toBe(0);
    }

    const nobody = pair('Kitchen', '123456');
    expect(await nobody.until(({ event }) => event === 'error')).toMatchObject({
      code: 'unreachable',
    });
    expect(await nobody.ended).toBe(3);
  } finally {
    await net.close();
    await rm(scratch, { recursive: true, force: true });
  }
});

it('a paired TV is found again at another port and another address, by what it is', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'fjern-moved-'));
  const net = await Lab.create('', 2);
  const start = (...options: string[]) =>
    net.command(1, [
      ...[process.execPath, box, '--json', '--name', 'Living room'],
      ...['--data-dir', join(scratch, 'box'), ...options],
    ]);
  const fjern = async (...args: string[]) => {
    const running = net.command(2, [process.execPath, program, '--json', ...args], {
      FJERN_CONFIG_DIR: join(scratch, 'user'),
    });
    return { code: await running.ended, facts: running.facts };
  };
  try {
    await net.connect(1);
    await net.connect(2);
    const tv = start();
    const { pin } = await tv.until(({ event, url }) => event === 'offer' && url !== undefined);
    const paired = await fjern('pair', '10.7.0.1', '--pin', String(pin));
    expect(paired).toMatchObject({ code: 0, facts: [{ event: 'paired' }] });
    await tv.interrupt();

    const moved = start('--port', '7333');
    await moved.until(({ event }) => event === 'listening');
    // Its box answers; nobody has opened its page.
    expect(await fjern('status')).toMatchObject({ code: 3, facts: [{ code: 'off' }] });
    expect((await fjern('tvs')).facts).toMatchObject([
      { service: 'ws://10.7.0.1:7333/xmpp-websocket' },
    ]);

    await net.sh('ip -n h1 addr flush dev eth0 && ip -n h1 addr add 10.7.0.9/24 dev eth0');
    expect(await fjern('tvs', '--online')).toMatchObject({
      code: 0,
      facts: [{ online: 'off', service: 'ws://10.7.0.9:7333/xmpp-websocket' }],
    });
    expect(await fjern('status')).toMatchObject({ code: 3, facts: [{ code: 'off' }] });
    const { facts } = await fjern('discover');
    expect(facts).toMatchObject([
      { event: 'add', url: 'ws://10.7.0.9:7333/xmpp-websocket', paired: true },
    ]);
  } finally {
    await net.close();
    await rm(scratch, { recursive: true, force: true });
  }
});
