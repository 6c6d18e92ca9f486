import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fact, Lab, type Program } from '../mdns/lab.ts';
import { BareRoot } from './bare-root.ts';
import { type Packaged, packagedBox } from './build.ts';

// One file for both: they are made by one build.

const fjern = new URL('../../apps/cli/bin/fjern.js', import.meta.url).pathname;
const media = new URL('../../apps/tv/public/media/', import.meta.url).pathname;

let packaged: Packaged;
beforeAll(async () => {
  packaged = await packagedBox();
}, 180_000);

// The executable on a machine that has neither Node nor anything else of ours, driving an mpv that somebody else
// started, and the command line on another machine of the same network.
describe('the executable', () => {
  let root: BareRoot;
  let scratch: string;
  let net: Lab;
  beforeAll(async () => {
    root = await BareRoot.create(packaged.executable);
    for (const file of ['catalogue.json', 'northern-lights.mp4'])
      await root.add(join(media, file), join('/media', file));
    scratch = await mkdtemp(join(tmpdir(), 'fjern-package-'));
    net = await Lab.create(scratch, 2);
    await net.connect(1);
    await net.connect(2);
  });
  afterAll(async () => {
    await net.close();
    await root.remove();
    await rm(scratch, { recursive: true, force: true });
  });

  const event = (name: string) => (fact: Fact) => fact.event === name;

  async function run(...args: string[]): Promise<Program> {
    const program = net.command(2, [process.execPath, fjern, '--json', ...args], {
      FJERN_CONFIG_DIR: join(scratch, 'config'),
    });
    expect(await program.ended, program.output).toBe(0);
    return program;
  }

  /** What mpv itself says. */
  async function property(name: string): Promise<unknown> {
    const socket = connect(join(root.path, 'run/mpv'));
    try {
      socket.write(`${JSON.stringify({ command: ['get_property', name], request_id: 7 })}\n`);
      for await (const line of createInterface({ input: socket })) {
        const answer = JSON.parse(line);
        if (answer.request_id === 7) return answer.data;
      }
      throw new Error('mpv went away');
    } finally {
      socket.destroy();
    }
  }

  it('runs with the C and C++ libraries alone, and does the main job', async () => {
    expect((await root.files()).map((file) => basename(file))).not.toContain('node');
    const help = net.command(1, root.command('/fjern-box', '--help'));
    expect(await help.ended, help.output).toBe(0);
    expect(help.output).toMatch(/^Usage: fjern-box/);

    const mpv = net.command(1, [
      ...['mpv', '--no-config', '--idle=yes', '--vo=null', '--ao=null', '--no-terminal'],
      `--input-ipc-server=${join(root.path, 'run/mpv')}`,
    ]);
    const box = net.command(
      1,
      root.command(
        ...['/fjern-box', '--json', '--name', 'Living room', '--log-level', 'warn'],
        ...['--data-dir', '/data', '--media', '/media', '--mpv-socket', '/run/mpv'],
      ),
    );
    await box.until((fact) => event('player')(fact) && fact.status === 'ready');
    const { url } = await box.until(event('offer'));

    const search = net.command(2, [process.execPath, fjern, '--json', 'discover', '--for', '0'], {
      FJERN_CONFIG_DIR: join(scratch, 'config'),
    });
    expect(await search.until(event('add'))).toMatchObject({ name: 'Living room', pairing: true });
    await run('pair', String(url));
    await run('load', '/media/northern-lights.mp4');
    expect(await property('path')).toMatch(/^http:\/\/.*\/media\/northern-lights\.mp4$/);
    expect(await property('pause')).toBe(false);
    await run('pause');
    expect(await property('pause')).toBe(true);
    await run('seek', '10');
    expect(await property('time-pos')).toBeCloseTo(10, 0);
    expect((await run('status')).facts).toMatchObject([
      { name: 'Living room', media: { state: 'paused', duration: expect.closeTo(24, 0) } },
    ]);
    // The phone's page comes out of the executable.
    const fetching = "fetch('http://10.7.0.1:7120/').then((page) => page.text()).then(console.log)";
    const page = net.command(2, [process.execPath, '-e', fetching]);
    expect(await page.ended, page.output).toBe(0);
    expect(page.output).toContain('<script type="module"');

    expect(await search.interrupt()).toBe(130);
    expect(await box.interrupt()).toBe(0);
    expect(box.output).not.toMatch(/warning/i);
    // It was somebody else's, and is left running.
    expect(mpv.isRunning).toBe(true);
  }, 60_000);
});

// In a folder of its own, where no module is found but what is in it.
describe('the bundle', () => {
  let folder: string;
  let box: ChildProcess;
  let origin: string;
  let complaints = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fjern-bundle-'));
    await copyFile(packaged.bundle, join(folder, 'box.cjs'));
    box = spawn(
      process.execPath,
      [
        'box.cjs',
        '--json',
        '--no-mdns',
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--data-dir',
        'data',
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    box.stderr?.on('data', (chunk) => {
      complaints += chunk;
    });
    if (!box.stdout) throw new Error('unreachable');
    for await (const line of createInterface({ input: box.stdout })) {
      const { event, port } = JSON.parse(line);
      if (event === 'listening') {
        origin = `http://127.0.0.1:${port}`;
        break;
      }
    }
  });
  afterAll(async () => {
    if (box.exitCode === null) {
      box.kill('SIGKILL');
      await once(box, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['/', '/tv/'])('has the page at %s, with all that it loads', async (path) => {
    const page = await fetch(origin + path);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]*assets[^"]+)"/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const link of links) {
      const url = new URL(link ?? '', origin + path);
      const texts = await Promise.all(
        ['br', 'gzip', 'identity'].map(async (encoding) => {
          const answer = await fetch(url, { headers: { 'Accept-Encoding': encoding } });
          expect(answer.status).toBe(200);
          expect(answer.headers.get('content-encoding') ?? 'identity').toBe(encoding);
          return answer.text();
        }),
      );
      expect(new Set(texts).size).toBe(1);
    }
  });

  it('has no clips with it', async () => {
    expect((await fetch(`${origin}/media/catalogue.json`)).status).toBe(404);
  });

  it('is one plain script, beside which are the licences of what is in it', async () => {
    const script = await readFile(packaged.bundle, 'utf8');
    // One character more, and it would take twice its size in memory.
    expect(script).toMatch(/^[\0-\x7f]*$/);
    const licences = await readFile(packaged.licences, 'utf8');
    for (const name of ['ws 8.', 'pino ', 'preact ', 'Inter (OFL-1.1)', 'Node.js v'])
      expect(licences).toContain(`\n${name}`);
  });

  it('ends as it should, without a warning', async () => {
    box.kill('SIGTERM');
    const [code] = await once(box, 'exit');
    expect(code).toBe(0);
    expect(complaints).not.toMatch(/warning/i);
  });
});
