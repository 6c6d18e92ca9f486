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
