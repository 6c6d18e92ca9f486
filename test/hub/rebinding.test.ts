import type { Hub } from '@fjern/hub';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BreakableNetwork, startNetwork } from '../support/network.ts';
import { openSocket, read, startHub, startWebsite, type Website } from './websites.ts';

// The browser believes that evil.test is this machine. At first the attacker's server answers there, then the hub:
// to the browser they are one origin.

let browser: Browser;
let hub: Hub;
let site: Website;
let network: BreakableNetwork;
let page: Page;
let rebound: boolean;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP evil.test 127.0.0.1',
    ],
  });
});
afterAll(() => browser.close());

beforeEach(async () => {
  rebound = false;
  const app = new URL('../../apps/tv/dist', import.meta.url).pathname;
  hub = await startHub({ mounts: { '/tv/': app } });
  site = await startWebsite((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>patient</title>');
  });
  network = await startNetwork(() => (rebound ? hub.port : site.port));
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await network.close();
  await site.close();
  await hub.close();
});

describe('a page whose name was bound to the hub', () => {
  it('can neither read from it nor open its WebSocket', async () => {
    const at = `evil.test:${network.port}`;
    await page.goto(`http://${at}/`);
    expect(await page.title()).toBe('patient');
    rebound = true;
    network.cut();
    const answer = await read(page, `http://${at}/tv/config.json`);
    expect(answer).toMatch(/^basic 421 /);
    expect(answer).not.toContain('Living room');
    expect(await read(page, `http://${at}/.well-known/host-meta.json`)).toMatch(/^basic 421 /);
    expect(await openSocket(page, `ws://${at}/xmpp-websocket`)).toBe('refused');
  });

  it('is not ours when it is opened', async () => {
    rebound = true;
    const response = await page.goto(`http://evil.test:${network.port}/tv/`);
    expect(response?.status()).toBe(421);
    expect(await page.locator('#app').count()).toBe(0);
  });

  it('would get all of it under the hub’s own name', async () => {
    rebound = true;
    const at = `127.0.0.1:${network.port}`;
    const response = await page.goto(`http://${at}/tv/`);
    expect(response?.status()).toBe(200);
    expect(await read(page, `http://${at}/tv/config.json`)).toContain('Living room');
    expect(await openSocket(page, `ws://${at}/xmpp-websocket`)).toContain('features');
  });
});
