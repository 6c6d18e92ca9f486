import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parse } from 'ltx';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from './index.ts';
import { RawClient, startHub } from './raw-client.testing.ts';

let directory: string;
let hub: Hub;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fjern-hub-'));
  const file = async (name: string, content: string | Buffer) => {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), content);
  };
  await file('secret.txt', 'not for the network');
  await file('phone/index.html', '<title>phone</title>');
  await file('phone/.env', 'hidden');
  await file('phone/assets/app-1a2b3c4d.js', 'plain');
  await file('phone/assets/app-1a2b3c4d.js.br', brotliCompressSync('compressed'));
  await file('tv/index.html', '<title>tv</title>');
  await file('tv/clip ü.mp4', '0123456789');
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(async () => {
  hub = await startHub({
    mounts: {
      '/': join(directory, 'phone'),
      '/tv/': { directory: join(directory, 'tv'), contentSecurityPolicy: "default-src 'none'" },
      '/memory/': {
        contentSources: { 'connect-src': ['https:'] },
        files: new Map([
          [
            'index.html',
            { type: 'text/html; charset=utf-8', br: () => brotliCompressSync('a page') },
          ],
          [
            'assets/app-1a2b3c4d.js',
            {
              type: 'text/javascript; charset=utf-8',
              br: () => brotliCompressSync('smaller'),
              gzip: () => gzipSync('small'),
            },
          ],
          ['assets/inter.woff2', { type: 'font/woff2', identity: () => Buffer.from('0123456789') }],
          ['zipped.svg', { type: 'image/svg+xml', gzip: () => gzipSync('<svg/>') }],
        ]),
      },
      '/more/': { directory: join(directory, 'tv'), contentSources: { 'connect-src': ['https:'] } },
    },
    hosts: () => ['tv.example'],
    origins: ['https://APP.example:443/', 'capacitor://localhost'],
  });
});
afterEach(() => hub.close());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Exactly this path and these headers: fetch would tidy them up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: hub.port, path, headers, method },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('host-meta', () => {
  it('names the WebSocket under the name that was asked, for any page', async () => {
    const url = `ws://127.0.0.1:${hub.port}/xmpp-websocket`;
    const json = await get('/.well-known/host-meta.json');
    expect(JSON.parse(json.body)).toEqual({
      links: [{ rel: 'urn:xmpp:alt-connections:websocket', href: url }],
    });
    const document = await get('/.well-known/host-meta');
    expect(document.headers['content-type']).toMatch('application/xrd+xml');
    expect(parse(document.body.replace(/^<\?.*\?>/, '').trim()).getChild('Link')?.attrs.href).toBe(
      url,
    );
    for (const { headers } of [json, document])
      expect(headers['access-control-allow-origin']).toBe('*');
    const named = await get('/.well-known/host-meta.json', { Host: 'TV.example:80' });
    expect(named.body).toContain('ws://TV.example:80/');
  });
});

describe('the apps', () => {
  it('are served with their types, and with what keeps them safe', async () => {
    const page = await get('/');
    expect(page).toMatchObject({ status: 200, body: '<title>phone</title>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    expect(page.headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
    const tv = await get('/tv/');
    expect(tv.body).toBe('<title>tv</title>');
    expect(tv.headers['content-security-policy']).toBe("default-src 'none'");
    expect(await get('/tv')).toMatchObject({ status: 308, headers: { location: '/tv/' } });
  });

  const sourcesOf = (answer: Answer, directive: string) =>
    String(answer.headers['content-security-policy'])
      .split('; ')
      .find((part) => part.startsWith(`${directive} `));

  it('may do what they need and no more, and talk to the hub they come from', async () => {
    const page = await get('/', { Host: 'TV.example:80' });
    expect(page.headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
    expect(page.headers['x-powered-by']).toBeUndefined();
    for (const directive of ['default-src', 'object-src', 'base-uri', 'form-action'])
      expect(sourcesOf(page, directive)).toBe(`${directive} 'none'`);
    expect(sourcesOf(page, 'script-src')).toBe("script-src 'self'");
    expect(sourcesOf(page, 'style-src')).toBe("style-src 'self'");
    expect(sourcesOf(page, 'connect-src')).toBe(
      "connect-src 'self' ws://tv.example:80 wss://tv.example:80",
    );
    const byAddress = await get('/', { Host: '[::1]:80' });
    expect(sourcesOf(byAddress, 'connect-src')).toBe("connect-src 'self' ws: wss:");
    const more = await get('/more/', { Host: '127.0.0.1' });
    expect(sourcesOf(more, 'connect-src')).toBe(
      "connect-src 'self' ws://127.0.0.1 wss://127.0.0.1 https:",
    );
    const refused = await get('/', { Host: "evil.example;script-src'unsafe-inline'" });
    expect(refused.status).toBe(400);
    expect(sourcesOf(refused, 'script-src')).toBe("script-src 'self'");
  });

  it('are isolated from what opens them where browsers honour it', async () => {
    const opener = async (host: string) =>
      (await get('/', { Host: host })).headers['cross-origin-opener-policy'];
    expect(await opener('localhost')).toBe('same-origin');
    expect(await opener('127.0.0.1')).toBe('same-origin');
    expect(await opener('10.0.0.1')).toBeUndefined();
  });

  it('may show their media, and nothing else, to pages of other origins', async () => {
    const policy = async (path: string) =>
      (await get(path)).headers['cross-origin-resource-policy'];
    expect(await policy('/tv/clip%20%C3%BC.mp4')).toBe('cross-origin');
    expect(await policy('/assets/app-1a2b3c4d.js')).toBe('same-origin');
    expect(await policy('/.well-known/host-meta')).toBe('cross-origin');
  });

  it('get their page for their own routes, and 404 for missing files', async () => {
    const html = { Accept: 'text/html,*/*' };
    expect(await get('/pair/now', html)).toMatchObject({
      status: 200,
      body: '<title>phone</title>',
    });
    expect(await get('/tv/idle', html)).toMatchObject({ body: '<title>tv</title>' });
    expect(await get('/missing.js', html)).toMatchObject({
      status: 404,
      body: 'There is nothing here.\n',
    });
    expect(await get('/pair/now')).toMatchObject({ status: 404 });
  });

  it('may be cached for ever by the hash in their names, and come compressed', async () => {
    const path = '/assets/app-1a2b3c4d.js';
    const plain = await get(path);
    expect(plain.body).toBe('plain');
    expect(plain.headers['cache-control']).toMatch('immutable');
    expect(plain.headers.vary).toBe('Accept-Encoding');
    const compressed = await get(path, { 'Accept-Encoding': 'gzip, br' });
    expect(compressed.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect((await get(path, { 'Accept-Encoding': 'br;q=0' })).body).toBe('plain');
    const { etag } = plain.headers;
    expect((await get(path, { 'If-None-Match': String(etag) })).status).toBe(304);
  });

  it('can be sought in', async () => {
    const path = '/tv/clip%20%C3%BC.mp4';
    const range = (value: string) => get(path, { Range: value });
    expect(await get(path)).toMatchObject({ status: 200, body: '0123456789' });
    expect((await get(path)).headers).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
    });
    expect(await range('bytes=2-4')).toMatchObject({
      status: 206,
      body: '234',
      headers: { 'content-range': 'bytes 2-4/10' },
    });
    expect(await range('bytes=7-')).toMatchObject({ status: 206, body: '789' });
    expect(await range('bytes=-2')).toMatchObject({ status: 206, body: '89' });
    expect(await range('bytes=10-')).toMatchObject({ status: 416 });
    expect(await range('nonsense')).toMatchObject({ status: 200 });
    const head = await get(path, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10' } });
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/tv/..%5c..%5csecret.txt',
    '/tv/../../secret.txt',
    '/%00',
    '/%',
    '/.env',
    '//etc/passwd',
    '/tv//etc/passwd',
    '/index.html/',
  ])('do not give away %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('may be in memory instead, and are served alike', async () => {
    const html = { Accept: 'text/html,*/*' };
    for (const path of ['/memory/', '/memory/pair/now'])
      expect(await get(path, html)).toMatchObject({
        status: 200,
        body: 'a page',
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-length': '6',
          'cache-control': 'no-cache',
          vary: 'Accept-Encoding',
        },
      });
    expect(await get('/memory')).toMatchObject({ status: 308 });
    for (const path of ['/memory/pair/now', '/memory/missing.js', '/memory/../index.html'])
      expect(await get(path)).toMatchObject({ status: 404 });
    expect(await get('/memory/zipped.svg')).toMatchObject({ body: '<svg/>' });
    const font = await get('/memory/assets/inter.woff2', { 'Accept-Encoding': 'br, gzip' });
    expect(font).toMatchObject({ body: '0123456789', headers: { 'content-type': 'font/woff2' } });
    expect(font.headers['content-encoding']).toBeUndefined();
    const head = await get('/memory/assets/inter.woff2', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10' } });
    expect(sourcesOf(await get('/memory/'), 'connect-src')).toMatch(/ https:$/);
  });

  it('come from memory in the encoding that is asked for, and only when they changed', async () => {
    const path = '/memory/assets/app-1a2b3c4d.js';
    const answers = await Promise.all(
      ['gzip, br', 'gzip', 'br;q=0', undefined].map((encoding) =>
        get(path, encoding === undefined ? {} : { 'Accept-Encoding': encoding }),
      ),
    );
    expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual([
      'br',
      'gzip',
      undefined,
      undefined,
    ]);
    expect(answers[3]?.body).toBe('small');
    // A cache must not mistake one encoding for another (RFC 9110 §8.8.3.3).
    const etags = new Set(answers.map(({ headers }) => headers.etag));
    expect(etags.size).toBe(3);
    const etag = String(answers[1]?.headers.etag);
    const again = await get(path, { 'Accept-Encoding': 'gzip', 'If-None-Match': `"x", ${etag}` });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect(again.headers['cache-control']).toMatch('immutable');
    const other = await get(path, { 'Accept-Encoding': 'br', 'If-None-Match': etag });
    expect(other.status).toBe(200);
  });

  it('are only for reading', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await get('/', {}, method)).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
    expect(await get('/xmpp-websocket')).toMatchObject({ status: 426 });
  });

  it('survive what is no HTTP, and readers that go away', async () => {
    const socket = connect(hub.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end('nonsense\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    await writeFile(join(directory, 'tv/long.mp4'), Buffer.alloc(8 * 1024 * 1024));
    const reader = connect(hub.port, '127.0.0.1');
    reader.write('GET /tv/long.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await new Promise((resolve) => reader.once('data', resolve));
    reader.destroy();
    expect(await get('/')).toMatchObject({ status: 200 });
  });
});

describe('the name in Host', () => {
  it.each([
    ['127.0.0.1', 200],
    ['10.77.0.1:8080', 200],
    ['[::1]:8080', 200],
    ['localhost:1', 200],
    ['tv.example', 200],
    ['TV.Example.:80', 200],
    ['LOCALHOST.', 200],
    ['[::FFFF:127.0.0.1]', 200],
    ['0x7f.1', 200],
    ['tv.example:', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.localhost', 421],
    ['tv.example.evil', 421],
    ['tv.example..', 421],
    ['localhost..', 421],
    ['eviltv.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['house.local', 421],
    ['a b', 400],
    ['user@127.0.0.1', 400],
    ['evil.example@tv.example', 400],
    ['tv.example#', 400],
    ['tv.example/x', 400],
    ['tv.example\\x', 400],
    ['tv%2eexample', 400],
    ['tv.example:99999', 400],
    ['tv.example:1:2', 400],
    ['tv.example,evil.example', 400],
    ['[::1', 400],
    ['[fe80::1%25eth0]', 400],
    [':80', 400],
  ])('%s gets %i', async (host, status) => {
    expect((await get('/', { Host: host })).status).toBe(status);
  });

  it('is checked for WebSockets too', async () => {
    const rebound = RawClient.connect(hub, { headers: { Host: 'evil.example' } });
    await expect(rebound).rejects.toThrow('421');
    const named = await RawClient.connect(hub, { headers: { Host: 'tv.example' } });
    await named.close();
  });
});

describe('the Origin of a WebSocket', () => {
  const connectFrom = async (origin: string | undefined, host?: string) => {
    const client = await RawClient.connect(hub, {
      ...(origin === undefined ? {} : { origin }),
      ...(host === undefined ? {} : { headers: { Host: host } }),
    });
    await client.close();
    return 'open';
  };

  it('may be absent, the hub itself, or one that is listed', async () => {
    for (const origin of [
      undefined,
      `http://127.0.0.1:${hub.port}`,
      'https://app.example',
      'capacitor://localhost',
    ])
      expect(await connectFrom(origin)).toBe('open');
  });

  it.each([
    ['tv.example', 'http://tv.example'],
    ['TV.Example:80', 'http://tv.example'],
    ['tv.example.:81', 'http://tv.example.:81'],
    ['[::1]:81', 'http://[::1]:81'],
    ['[0:0::1]:81', 'http://[::1]:81'],
    ['localhost:81', 'http://localhost:81'],
  ])('is the hub itself at %s as %s', async (host, origin) => {
    expect(await connectFrom(origin, host)).toBe('open');
  });

  it.each([
    ['tv.example', 'https://tv.example'],
    ['tv.example:443', 'https://tv.example'],
    ['tv.example', 'http://tv.example:81'],
    ['tv.example', 'http://tv.example.'],
    ['tv.example', 'http://evil.tv.example'],
    ['tv.example', 'http://tv.example.evil'],
    ['tv.example', 'http://tv.example@evil.example'],
    ['tv.example', 'http://evil@tv.example'],
    ['tv.example', 'http://tv.example/'],
    ['tv.example', 'http://tv.example, http://evil.example'],
    ['tv.example', 'ws://tv.example'],
    ['[::1]:81', 'http://[::1]'],
    ['[::1]:81', 'http://[::2]:81'],
    ['localhost:81', 'http://127.0.0.1:81'],
    ['localhost:81', 'http://localhost.evil.com:81'],
  ])('is not the hub itself at %s as %s', async (host, origin) => {
    await expect(connectFrom(origin, host)).rejects.toThrow('403');
  });

  it.each([
    'null',
    'http://evil.example',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost:1',
    'http://app.example',
    'https://app.example:444',
    'https://app.example.evil',
    'https://APP.example',
    'file://',
    'nonsense',
  ])('may not be %j', async (origin) => {
    await expect(connectFrom(origin)).rejects.toThrow('403');
  });

  it.each([
    'null',
    'file://',
    'file:///',
    'app.example',
    'https://app.example/x',
    'https://a@b',
    '*',
  ])('%s cannot be listed', async (origin) => {
    await expect(startHub({ origins: [origin] })).rejects.toMatchObject({ code: 'bad-option' });
  });
});

describe('a WebSocket', () => {
  const upgrade = (path: string, protocol: string) =>
    get(path, {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': protocol,
    });

  it('is at its path, and speaks xmpp', async () => {
    expect(await upgrade('/elsewhere', 'xmpp')).toMatchObject({ status: 404 });
    const refused = await upgrade('/xmpp-websocket', 'mqtt');
    expect(refused).toMatchObject({
      status: 400,
      body: 'The subprotocol is xmpp (RFC 7395 §3.1).\n',
    });
  });
});
