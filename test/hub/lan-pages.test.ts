import type { Hub } from '@fjern/hub';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openSocket, read, startHub, startWebsite, type Website } from './websites.ts';

// A hub that lets pages of its network in, and pages in a real browser. `evil.example` and its like are names of the
// internet that stand for this machine: to the hub they come from the same address as everybody else.

const names = [
  'evil.example',
  '10.0.0.1.evil.example',
  '192.168.1.5.nip.io',
  'tv.local.evil.example',
];
const app = new URL('../../apps/remote/dist', import.meta.url).pathname;
let browser: Browser;
let hub: Hub;
let site: Website;
let page: Page;
/** Who got in. */
let logins: string[];

beforeAll(async () => {
  const rules = [...names, 'other-tv.local'].map((name) => `MAP ${name} 127.0.0.1`).join(', ');
  browser = await launchBrowser([`--host-resolver-rules=${rules}`]);
});
afterAll(() => browser.close());

beforeEach(async () => {
  logins = [];
  hub = await startHub({ mounts: { '/': app }, lanPages: true });
  hub.on('login', ({ jid }) => logins.push(jid));
  site = await startWebsite((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>elsewhere</title>');
  });
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await site.close();
  await hub.close();
});

describe('where pages of the network may connect, a page', () => {
  it.each(names)('of the internet under %s may not, and can read nothing', async (name) => {
    await page.goto(`http://${name}:${site.port}/`);
    expect(await page.title()).toBe('elsewhere');
    for (const host of ['127.0.0.1', 'localhost']) {
      const at = `${host}:${hub.port}`;
      expect(await openSocket(page, `ws://${at}/xmpp-websocket`)).toBe('refused');
      for (const path of ['/config.json', '/tv/config.json'])
        expect(await read(page, `http://${at}${path}`)).toBe('unreadable');
    }
    // Nor by its own name, under which the hub would be of one origin with it.
    const own = `${name}:${hub.port}`;
    expect(await openSocket(page, `ws://${own}/xmpp-websocket`)).toBe('refused');
    expect(await read(page, `http://${own}/config.json`)).toBe('unreadable');
    expect(logins).toEqual([]);
  });

  it('without an origin may not', async () => {
    await page.goto(`http://127.0.0.1:${site.port}/`);
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.sandbox.add('allow-scripts');
      frame.srcdoc = '<title>sandboxed</title>';
      document.body.append(frame);
      return new Promise((resolve) => {
        frame.onload = resolve;
      });
    });
    const sandboxed = page.frames()[1];
    if (!sandboxed) throw new Error('no frame');
    expect(await sandboxed.evaluate(() => window.origin)).toBe('null');
    const at = `127.0.0.1:${hub.port}`;
    expect(await openSocket(sandboxed, `ws://${at}/xmpp-websocket`)).toBe('refused');
    expect(await read(sandboxed, `http://${at}/config.json`)).toBe('unreadable');
  });

  it.each(['127.0.0.1', 'other-tv.local'])(
    'of the network under %s may, to pair and no more, and runs none of our scripts',
    async (name) => {
      await page.goto(`http://${name}:${site.port}/`);
      const at = `127.0.0.1:${hub.port}`;
      expect(await read(page, `http://${at}/config.json`)).toContain('Living room');
      const heard = await openSocket(page, `ws://${at}/xmpp-websocket`);
      expect(heard).toContain('ANONYMOUS');
      expect(await read(page, `http://${at}/`)).toBe('unreadable');
      const html = await (await fetch(`http://${at}/`)).text();
      const script = new URL(/src="([^"]+\.js)"/.exec(html)?.[1] ?? '', `http://${at}/`).href;
      expect(await read(page, script)).toBe('unreadable');
      expect(await read(page, script, 'no-cors')).toBe('unreadable');
    },
  );

  it('of the hub may connect to another TV, and still runs nothing that was written into it', async () => {
    const other = await startHub({ hosts: () => ['other-tv.local'], lanPages: true });
    try {
      await page.goto(`http://127.0.0.1:${hub.port}/`);
      for (const host of ['127.0.0.1', 'other-tv.local']) {
        const at = `${host}:${other.port}`;
        expect(await read(page, `http://${at}/config.json`)).toMatch(/^cors 200 /);
        expect(await openSocket(page, `ws://${at}/xmpp-websocket`)).toContain('features');
      }
      const ran = await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "taken over"';
        document.body.append(script);
        return document.title === 'taken over';
      });
      expect(ran).toBe(false);
    } finally {
      await other.close();
    }
  });
});
