import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectLink } from '@fjern/link';
import { decodeOfferUrl } from '@fjern/protocol';
import { connect, type PairError } from '@fjern/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { Fjern } from '../cli/fjern.ts';
import { startBox } from '../support/box.ts';
import { until } from '../support/browser.ts';
import { pairWith, screenAgent } from '../support/screen.ts';

// The program behind `npm start`, as it was built, from outside.

const main = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'fjern-box-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function run(...args: string[]) {
  const options = ['--host', '127.0.0.1', '--no-mdns', '--data-dir', join(scratch, 'data')];
  options.push('--log-level', 'warn');
  return spawnSync(process.execPath, [main, ...options, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

/** A certificate for 127.0.0.1 that signs itself. */
function certificate(name: string): { cert: string; key: string } {
  const [cert, key] = [join(scratch, `${name}.crt`), join(scratch, `${name}.key`)];
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', '/CN=fjern test', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', key, '-out', cert],
    ],
    { encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return { cert, key };
}

function isPlaying(value: unknown): boolean {
  return Object(value).state === 'playing';
}

/** Somebody who opens a WebSocket and never says or answers anything, not even a goodbye. */
async function connectSilent(port: number): Promise<Socket> {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    [
      'GET /xmpp-websocket HTTP/1.1',
      'Host: 127.0.0.1',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: xmpp',
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  return socket.pause();
}

describe('the box with a certificate', () => {
  it('speaks https and wss, and nothing else', async () => {
    const { cert, key } = certificate('own');
    const box = await startBox({ args: ['--tls-cert', cert, '--tls-key', key] });
    try {
      expect(box.tvUrl).toMatch(/^https:/);
      const url = (await box.event('offer')).url as string;
      expect(url).toMatch(/^https:/);
      const page = await new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: '127.0.0.1', port: box.port, path: '/', ca: readFileSync(cert) }, resolve).on(
          'error',
          reject,
        );
      });
      expect(page.statusCode).toBe(200);
      page.resume();
      await expect(fetch(`http://127.0.0.1:${box.port}/`)).rejects.toThrow();
      const trusting = new Fjern(join(scratch, 'trusting'), { NODE_EXTRA_CA_CERTS: cert });
      expect(await trusting.run('pair', url)).toMatchObject({ code: 0 });
      expect((await trusting.run('tvs', '--json')).json).toMatchObject([
        { service: `wss://127.0.0.1:${box.port}/xmpp-websocket` },
      ]);
      // It is off: no page is open. The login was fine.
      expect(await trusting.run('status')).toMatchObject({ code: 3, stdout: '' });
      expect((await trusting.run('status')).stderr).toContain('is off');
      const careful = await new Fjern(join(scratch, 'careful')).run('pair', url, '--timeout', '2');
      expect(careful).toMatchObject({ code: 3, stdout: '' });
    } finally {
      await box.stop();
    }
  });

  it('says in one line when it cannot be used', () => {
    const [one, other] = [certificate('one'), certificate('other')];
    const noPem = join(scratch, 'no.pem');
    writeFileSync(noPem, 'hello');
    for (const [cert, key] of [
      [one.cert, other.key],
      [noPem, one.key],
      [one.cert, noPem],
    ]) {
      const result = run('--port', '0', '--tls-cert', String(cert), '--tls-key', String(key));
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(/^fjern: .*certificate.*PEM.*\n$/);
      expect(result.stderr.trimEnd()).not.toContain('\n');
    }
  });
});

describe('who comes in', () => {
  it('by the code and by the digits beside it, as told on standard output', async () => {
    const box = await startBox();
    try {
      const first = await box.event('offer');
      const anna = await pairWith(box, 'Anna’s phone');
      expect(await box.event('paired')).toMatchObject({
        ...{ name: 'Anna’s phone', kind: 'phone', role: 'owner' },
      });
      const second = await box.event('offer', ({ url }) => url !== first.url);
      expect(second.pin).not.toBe(first.pin);
      const ben = await pairWith(box, 'Ben’s tablet', { code: 'pin', kind: 'tablet' });
      expect(await box.event('paired', ({ kind }) => kind === 'tablet')).toMatchObject({
        ...{ name: 'Ben’s tablet', role: 'member' },
      });
      expect(ben).toMatchObject({ tv: anna.tv, tvKey: anna.tvKey, fingerprint: anna.fingerprint });
      expect(ben.key.public).not.toBe(anna.key.public);
      // Neither needs a page of the TV.
      const remote = connect(anna);
      await remote.ready({ timeout: 10 });
      expect(remote.tv.status).toBe('absent');
      const [own, other] = await remote.remotes.list();
      expect([own?.name, other?.name]).toEqual(['Anna’s phone', 'Ben’s tablet']);
      await remote.remotes.revoke(String(other?.id));
      expect(await box.event('revoked')).toMatchObject({ id: other?.id, name: 'Ben’s tablet' });
      await remote.close();
      const late = connect(ben);
      await expect(late.ready({ timeout: 10 })).rejects.toThrow('Anna’s phone');
      expect(late.link).toMatchObject({ reason: { code: 'unpaired' } });
      expect(box.stderr()).toBe('');
    } finally {
      await box.stop();
    }
  });

  it('when the viewer agrees, if the box shall ask', async () => {
    const box = await startBox({ args: ['--approve'] });
    const screen = await screenAgent(box);
    try {
      // Nobody is there yet who could be asked for.
      await pairWith(box, 'Anna');
      expect(box.events.map(({ event }) => event)).not.toContain('request');
      for (const [name, allow] of [
        ['Kim', true],
        ['Eve', false],
      ] as const) {
        const pairing = pairWith(box, name).then(
          () => 'paired',
          ({ code }: PairError) => code,
        );
        const { id } = await box.event('request', (event) => event.name === name);
        await screen.watch.approve(String(id), allow, allow ? 'guest' : undefined);
        expect(await pairing).toBe(allow ? 'paired' : 'declined');
      }
      expect(await box.event('paired', ({ name }) => name === 'Kim')).toMatchObject({
        role: 'guest',
      });
      const remotes = screen.watch.status.remotes.map(({ name, grant }) => [name, grant.role]);
      expect(remotes).toEqual([
        ['Anna', 'owner'],
        ['Kim', 'guest'],
      ]);
    } finally {
      await screen.close();
      await box.stop();
    }
  });

  it('as what the viewer chose beforehand, until the viewer takes it back', async () => {
    const box = await startBox();
    const screen = await screenAgent(box);
    try {
      await pairWith(box, 'Anna');
      await screen.watch.offer('guest');
      const { url } = await box.event('offer', ({ role }) => role === 'guest');
      expect(url).toBe(screen.watch.status.offer?.url);
      const guest = connect(await pairWith(box, 'Kim'));
      await guest.ready({ timeout: 10 });
      expect(guest.grant).toMatchObject({ role: 'guest', untilStandby: true });
      await expect(guest.media.load({ uri: '/media/film.mp4' })).rejects.toMatchObject({
        code: 'not-permitted',
      });
      await guest.volume.set(0.5);
      const kim = screen.watch.status.remotes.find(({ name }) => name === 'Kim');
      await screen.watch.revoke(kim?.id ?? '');
      const { id } = await box.event('revoked');
      expect(id).toBe(kim?.id);
      await expect
        .poll(() => guest.link)
        .toMatchObject({
          status: 'lost',
          reason: { code: 'unpaired', revocation: { reason: 'removed' } },
        });
    } finally {
      await screen.close();
      await box.stop();
    }
  });
});

describe('the box', () => {
  it('tells what the TV does, which its page says sealed', async () => {
    const box = await startBox();
    const known = await pairWith(box, 'Anna');
    const screen = await screenAgent(box);
    try {
      const idle = await box.event('state', ({ facet }) => facet === 'media');
      expect(idle).toMatchObject({ epoch: screen.tv.epoch, value: { state: 'idle' } });
      const remote = connect(known);
      await remote.media.load({ uri: '/media/film.mp4' });
      await box.event('state', ({ facet, value }) => facet === 'media' && isPlaying(value));
      await screen.player.setVolume(0.3);
      const volume = await box.event('state', ({ value }) => Object(value).level === 0.3);
      expect(volume).toMatchObject({ facet: 'volume', epoch: screen.tv.epoch });
      // The box itself is in no list.
      expect(screen.watch.status.remotes.map(({ name }) => name)).toEqual(['Anna']);
      await remote.close();
      await screen.close();
      const second = await screenAgent(box);
      await box.event('state', ({ epoch }) => epoch === second.tv.epoch);
      await second.close();
      const errors = box.events.filter(({ event }) => event === 'error');
      expect(errors).toEqual([]);
    } finally {
      await screen.close();
      await box.stop();
    }
  });

  it('knows its remotes, and those it had, after it was killed', async () => {
    const dataDir = join(scratch, 'remotes');
    const first = await startBox({ dataDir });
    const anna = await pairWith(first, 'Anna');
    const ben = await pairWith(first, 'Ben');
    const owner = connect(anna);
    await owner.ready({ timeout: 10 });
    const list = await owner.remotes.list();
    await owner.remotes.revoke(list.find(({ name }) => name === 'Ben')?.id ?? '');
    await first.stop('SIGKILL');
    await owner.close();
    const second = await startBox({ dataDir, port: first.port });
    const [back, gone] = [connect(anna), connect(ben)];
    try {
      await back.ready({ timeout: 10 });
      await expect(gone.ready({ timeout: 10 })).rejects.toThrow('Anna');
    } finally {
      await Promise.all([back.close(), gone.close()]);
      await second.stop();
    }
  });

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
      expect(offer.pin).toMatch(/^\d{6}$/);
      expect(offer.role).toBe('member');
      expect(Date.parse(String(offer.expires))).toBeGreaterThan(Date.now());
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

  it('is alone with its data directory, unless it was killed', async () => {
    const dataDir = join(scratch, 'shared');
    const first = await startBox({ dataDir });
    const result = run('--port', '0', '--data-dir', dataDir);
    expect(result.status).toBe(2);
    expect(result.stderr).toBe(
      `fjern: A TV is running with the data directory ${dataDir} already. Stop it, or give this one another with --data-dir.\n`,
    );
    await first.stop('SIGKILL');
    const second = await startBox({ dataDir });
    expect(await second.stop()).toBe(0);
  });

  it('ends within a second, whoever is connected, and tells them', async () => {
    const box = await startBox();
    const { tv } = decodeOfferUrl((await box.event('offer')).url as string);
    const session = connectLink({
      service: `ws://127.0.0.1:${box.port}/xmpp-websocket`,
      domain: tv.split('@')[1] ?? '',
      credential: { anonymous: true },
    });
    await session.ready({ timeout: 5 });
    const silent = await connectSilent(box.port);
    const told = new Promise<string | undefined>((resolve) => {
      session.on('state', (state) => {
        if (state.status === 'waiting') resolve(state.error.message);
      });
    });
    const started = performance.now();
    expect(await box.stop('SIGINT')).toBe(0);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(await told).toBeTruthy();
    await session.close();
    silent.destroy();
    expect(box.stderr()).toBe('');
  });

  it('ends at once when it is told twice', async () => {
    const box = await startBox();
    const silent = await connectSilent(box.port);
    box.process.kill('SIGINT');
    await until('the port is free', async () => {
      const socket = connectSocket(box.port, '127.0.0.1');
      const refused = await once(socket, 'connect').then(
        () => false,
        () => true,
      );
      socket.destroy();
      return refused;
    });
    expect(await box.stop('SIGINT')).toBe(130);
    silent.destroy();
  });

  it('listens at IPv6 alone', async () => {
    const box = await startBox({ args: ['--host', '::1'] });
    try {
      expect(box.tvUrl).toMatch(new RegExp(`^http://\\[::1\\]:${box.port}/tv/#token=`));
      const { url } = await box.event('offer');
      expect(decodeOfferUrl(url as string).origin).toBe(`http://[::1]:${box.port}`);
      expect((await fetch(`http://[::1]:${box.port}/`)).status).toBe(200);
      const user = new Fjern(join(scratch, 'ipv6'));
      expect(await user.run('pair', url as string)).toMatchObject({ code: 0 });
    } finally {
      await box.stop();
    }
  });

  it('says its version', () => {
    expect(run('--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
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
      '--approve',
    ])
      expect(stdout).toContain(option);
  });
});
