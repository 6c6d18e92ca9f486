import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms, type Fact, Lab, type Program, removePrograms } from '../mdns/lab.ts';

// Two boxes of one name on a network, and what they know of each other.

const main = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'fjern-box-lan-'));
let programs: string;
beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(async () => {
  await removePrograms(programs);
  rmSync(scratch, { recursive: true, force: true });
});

const event = (name: string) => (fact: Fact) => fact.event === name;

/** Prints each answer of a box, until it is closed. */
const poll = (url: string) => [
  process.execPath,
  '-e',
  `setInterval(() => fetch(${JSON.stringify(url)}).then((r) => r.json()).then(
    (told) => console.log(JSON.stringify({ event: 'told', told })), () => {}), 300)`,
];

it('the second has another name everywhere, and each tells pages of the other', async () => {
  const net = await Lab.create(programs, 2);
  const boxes: Program[] = [];
  try {
    const start = (host: number) => {
      const box = net.command(host, [
        process.execPath,
        main,
        ...['--json', '--log-level', 'info', '--name', 'Living room'],
        ...['--player', 'mpv', '--mpv-args=--vo=null', '--mpv-args=--ao=null'],
        ...['--data-dir', join(scratch, String(host))],
      ]);
      boxes.push(box);
      return box;
    };
    await net.connect(1);
    await net.connect(2);
    const first = start(1);
    await first.until(event('listening'));
    // Of two that ask for the name at the same time, either may get it.
    await first.untilOutput(/"event":"advertised"/);
    const known = net.command(1, poll('http://127.0.0.1:7120/neighbours.json'));
    const second = start(2);
    const { name } = await second.until(event('renamed'));
    expect(name).toBe('Living room (2)');
    const offer = await second.until(
      (fact) => fact.event === 'offer' && String(fact.url).includes('(2)'),
    );
    expect(decodeURIComponent(String(offer.url)).replaceAll('+', ' ')).toContain(name);
    const config = net.command(2, poll('http://127.0.0.1:7120/config.json'));
    const { told } = await config.until(event('told'));
    expect(told).toMatchObject({ name });
    const list = await known.until(({ told }) => Array.isArray(told) && told.length === 1);
    expect(list.told).toEqual([
      {
        id: String(Object(told).domain).replace('.local', ''),
        name,
        url: 'ws://10.7.0.2:7120/xmpp-websocket',
      },
    ]);
  } finally {
    // Their mpvs would outlive boxes that are killed.
    await Promise.all(boxes.map((box) => box.interrupt()));
    await net.close();
  }
});
