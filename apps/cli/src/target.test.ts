import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTarget, readTarget } from './target.ts';

describe('a TV to pair with is named by', () => {
  it.each([
    'http://192.168.1.20:7120/#v=2&j=tv@a.local&s=x',
    ' http://192.168.1.20:7120/#v=2 ',
    'v=2&j=tv@a.local',
  ])('its code, or a part of that: %s', (text) => {
    expect(readTarget(text)).toEqual({ kind: 'offer', url: text.trim() });
  });

  it.each([
    ['http://192.168.1.20:7120/', ['http://192.168.1.20:7120']],
    ['HTTPS://tv.example/tv/', ['https://tv.example']],
    ['192.168.1.20', ['http://192.168.1.20:7120', 'https://192.168.1.20:7120']],
    ['den:8080', ['http://den:8080', 'https://den:8080']],
    ['fe80::1', ['http://[fe80::1]:7120', 'https://[fe80::1]:7120']],
    ['[::1]:99', ['http://[::1]:99', 'https://[::1]:99']],
  ])('its address: %s', (text, origins) => {
    expect(readTarget(text)).toEqual({ kind: 'address', origins });
  });

  it.each(['Living room', 'tv@7f3a.local', '7f3a', 'den.lan'])('its name: %s', (name) => {
    expect(readTarget(name)).toEqual({ kind: 'name', name });
  });

  it.each(['', ' ', 'http://', '1.2.3.4:99999', '[::1'])('nothing that it could be: %j', (text) => {
    expect(() => readTarget(text)).toThrow(expect.objectContaining({ reason: 'usage' }));
  });
});

describe('what answers at an address', () => {
  let body = '';
  let headers: Record<string, string> = {};
  let status = 200;
  const server = createServer((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  let origin = '';
  beforeEach(async () => {
    [body, headers, status] = ['', {}, 200];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const find = (signal = AbortSignal.timeout(5000)) =>
    findTarget({ kind: 'address', origins: [origin] }, signal);

  it('says which TV it is', async () => {
    body = JSON.stringify({ domain: '7f3a.local', name: 'Den' });
    expect(await find()).toEqual({ origin, domain: '7f3a.local', name: 'Den' });
  });

  it.each(['', '[]', 'null', '{}', '{"domain":7}', '{"domain":"a b"}', '<html>'])(
    'is no TV with %j',
    async (said) => {
      body = said;
      await expect(find()).rejects.toMatchObject({ reason: 'unreachable' });
    },
  );

  it('sends nobody elsewhere', async () => {
    [status, headers] = [302, { location: 'http://192.0.2.1/config.json' }];
    await expect(find()).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('is not waited for after Ctrl-C', async () => {
    await expect(find(AbortSignal.abort())).rejects.toMatchObject({ reason: 'interrupted' });
  });
});
