import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeOfferUrl } from '@fjern/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { startBox } from '../support/box.ts';

// The program behind `npm start`, as it was built, from outside.

const main = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'fjern-box-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function run(...args: string[]) {
  const options = ['--host', '127.0.0.1', '--no-mdns', '--data-dir', join(scratch, 'data')];
  return spawnSync(process.execPath, [main, ...options, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

describe('the box', () => {
  it('says where it listens, then which code it shows, one JSON object a line', async () => {
    const box = await startBox();
    try {
      const offer = await box.event('offer');
      expect(box.events[0]).toMatchObject({
        event: 'listening',
        port: box.port,
        lanUrl: `http://127.0.0.1:${box.port}/`,
      });
      expect(box.tvUrl).toMatch(
        new RegExp(`^http://127\\.0\\.0\\.1:${box.port}/tv/#token=[\\w-]{43}$`),
      );
      expect(decodeOfferUrl(offer.url as string)).toMatchObject({
        origin: `http://127.0.0.1:${box.port}`,
        name: 'Living room',
      });
    } finally {
      expect(await box.stop('SIGINT')).toBe(0);
    }
    expect(box.stderr()).toBe('');
  });

  it('serves both pages, the clips and host-meta on one port', async () => {
    const box = await startBox();
    try {
      const get = (path: string, headers = {}) =>
        fetch(`http://127.0.0.1:${box.port}${path}`, { headers });
      for (const path of ['/', '/tv/']) {
        const response = await get(path);
        expect(response.headers.get('content-type')).toMatch(/^text\/html/);
        expect(await response.text()).toContain('<script');
      }
      expect(await (await get('/tv/config.json')).json()).toMatchObject({ name: 'Living room' });
      const catalogue = (await (await get('/media/catalogue.json')).json()) as { uri: string }[];
      expect(catalogue.length).toBeGreaterThanOrEqual(4);
      for (const { uri } of catalogue) {
        const part = await get(uri, { range: 'bytes=0-99' });
        expect(part.status, uri).toBe(206);
      }
      const meta = (await (await get('/.well-known/host-meta.json')).json()) as {
        links: { href: string }[];
      };
      expect(meta.links[0]?.href).toBe(`ws://127.0.0.1:${box.port}/xmpp-websocket`);
      expect((await get('/tv/nothing.js')).status).toBe(404);
      expect((await get('/../state.json')).status).not.toBe(200);
    } finally {
      await box.stop();
    }
  });

  it('is the same TV after a restart', async () => {
    const dataDir = join(scratch, 'kept');
    const first = await startBox({ dataDir });
    const before = decodeOfferUrl((await first.event('offer')).url as string);
    await first.stop('SIGKILL');
    const second = await startBox({ dataDir });
    const after = decodeOfferUrl((await second.event('offer')).url as string);
    await second.stop();
    expect(after).toMatchObject({ tv: before.tv, fingerprint: before.fingerprint });
    expect(after.secret).not.toBe(before.secret);
    expect(second.tvUrl.split('#')[1]).toBe(first.tvUrl.split('#')[1]);
  });

  it('says in one line what is wrong, and ends', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    writeFileSync(join(scratch, 'a-file'), '');
    const cases: [string[], RegExp, number][] = [
      [['--port', String(port)], new RegExp(`${port}`), 1],
      [['--data-dir', join(scratch, 'a-file', 'x')], /data directory .* cannot be written/, 2],
      [['--colour'], /--colour/, 2],
      [['--port', '-1'], /--port/, 2],
      [['--host', '203.0.113.7'], /203\.0\.113\.7/, 1],
    ];
    for (const [args, message, status] of cases) {
      const result = run(...args);
      expect(result.stderr.trimEnd().split('\n'), args.join(' ')).toHaveLength(1);
      expect(result.stderr).toMatch(message);
      expect(result.status, args.join(' ')).toBe(status);
      const json = run('--json', ...args);
      expect(JSON.parse(json.stdout)).toMatchObject({ event: 'error' });
    }
    server.close();
  });

  it('has a help text with every option', () => {
    const { stdout, status } = run('--help');
    expect(status).toBe(0);
    for (const option of [
      '--port',
      '--name',
      '--host',
      '--data-dir',
      '--json',
      '--help',
      '--tls-cert',
      '--tls-key',
      '--no-mdns',
    ])
      expect(stdout).toContain(option);
  });
});
