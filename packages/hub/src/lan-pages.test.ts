import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from './index.ts';
import { RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
const start = (lanPages: boolean) =>
  startHub({
    lanPages,
    origins: ['https://app.example'],
    mounts: { '/': join(import.meta.dirname, '..') },
    documents: {
      '/config.json': () => ({ contentType: 'application/json', body: '{"name":"Living room"}' }),
    },
  });
beforeEach(async () => {
  hub = await start(true);
});
afterEach(() => hub.close());

async function openFrom(origin: string, host = '127.0.0.1'): Promise<string> {
  try {
    const client = await RawClient.connect(hub, { origin, headers: { Host: host } });
    await client.close();
    return 'open';
  } catch (error) {
    return /\b4\d\d\b/.exec(String(error))?.[0] ?? String(error);
  }
}

function headersFor(path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<Record<string, string | string[] | undefined>>((resolve, reject) => {
    const at = { host: '127.0.0.1', port: hub.port, path, headers, method };
    request(at, (response) => {
      response.resume();
      resolve({ ...response.headers, status: String(response.statusCode) });
    })
      .on('error', reject)
      .end();
  });
}

const ofThisNetwork = [
  'http://192.168.1.21:7120',
  'http://127.0.0.1:5173',
  'http://[fd00::1]:7120',
  'http://abcdefghijklmnop.local:7120',
];
const ofOthers = [
  'https://evil.example',
  'http://10.0.0.1.evil.com',
  'http://192.168.1.5.nip.io',
  'http://tv.local.evil.com',
  'http://3232235777',
  'http://8.8.8.8',
  'null',
  'file://',
];

describe('pages of this network', () => {
  it.each(ofThisNetwork)('may connect and read the documents from %s', async (origin) => {
    expect(await openFrom(origin)).toBe('open');
    expect(await headersFor('/config.json', { Origin: origin })).toMatchObject({
      'access-control-allow-origin': origin,
      vary: 'Origin',
    });
  });

  it('may not where the hub has not been told so', async () => {
    await hub.close();
    hub = await start(false);
    for (const origin of ofThisNetwork) {
      expect(await openFrom(origin)).toBe('403');
      const headers = await headersFor('/config.json', { Origin: origin });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const { 'content-security-policy': policy } = await headersFor('/package.json', {
      Host: 'localhost',
    });
    expect(policy).toMatch(/connect-src 'self' ws:\/\/localhost wss:\/\/localhost;/);
  });

  it('read nothing but documents: neither pages nor scripts', async () => {
    const headers = await headersFor('/package.json', { Origin: 'http://192.168.1.21:7120' });
    expect(headers).toMatchObject({
      status: '200',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may connect to others of this network, and to nothing in other ways', async () => {
    const policy = String((await headersFor('/package.json', {}))['content-security-policy']);
    expect(policy).toMatch(/connect-src 'self' ws:\/\/\S+ wss:\/\/\S+ http: https: ws: wss:;/);
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).toMatch(/default-src 'none';/);
    expect(policy).toMatch(/form-action 'none';/);
  });
});

describe('pages of others', () => {
  it.each(ofOthers)('are refused, and read nothing, from %s', async (origin) => {
    expect(await openFrom(origin)).toBe('403');
    const headers = await headersFor('/config.json', { Origin: origin });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may where they are listed', async () => {
    expect(await openFrom('https://app.example')).toBe('open');
    const headers = await headersFor('/config.json', { Origin: 'https://app.example' });
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
  });

  it('are refused under a name that was bound to this address, whatever their origin', async () => {
    expect(await openFrom('http://evil.example', 'evil.example')).toBe('421');
    expect(await openFrom('http://192.168.1.21:7120', 'evil.example')).toBe('421');
    const asked = { Host: 'evil.example', Origin: 'http://192.168.1.21:7120' };
    const headers = await headersFor('/config.json', asked);
    expect(headers.status).toBe('421');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('get no permission for more than to read', async () => {
    const asked = { Origin: 'http://192.168.1.21:7120', 'Access-Control-Request-Method': 'PUT' };
    const headers = await headersFor('/config.json', asked, 'OPTIONS');
    expect(headers.status).toBe('405');
    for (const name of ['origin', 'methods', 'headers', 'credentials', 'private-network'])
      expect(headers[`access-control-allow-${name}`]).toBeUndefined();
  });
});
