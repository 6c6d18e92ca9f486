import type { Hub } from '@fjern/hub';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openSocket, read, startHub, startWebsite, type Website } from './websites.ts';

// A page of another site in a real browser, in the same house as the hub: only `Origin` stands between them.

const app = new URL('../../apps/remote/dist', import.meta.url).pathname;
let browser: Browser;
let hub: Hub;
let site: Website;
let page: Page;
/** Who got in. */
let logins: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  logins = [];
  hub = await startHub({ mounts: { '/': app } });
  hub.on('login', ({ jid }) => logins.push(jid));
  site = await startWebsite((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>hostile</title>');
  });
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await site.close();
  await hub.close();
  expect(logins).toEqual([]);
});

describe('a page', () => {
  it('of the hub opens its WebSocket, by address and by name', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      await page.goto(`http://${name}:${hub.port}/`);
      const heard = await openSocket(page, `ws://${name}:${hub.port}/xmpp-websocket`);
      expect(heard).toContain('HT-SHA-256-NONE');
    }
  });

  it.each(['127.0.0.1', 'localhost'])(
    'of another port at %s does not, and can read nothing',
    async (name) => {
      await page.goto(`http://${name}:${site.port}/`);
      expect(await page.title()).toBe('hostile');
      for (const host of ['127.0.0.1', 'localhost']) {
        const at = `${host}:${hub.port}`;
        expect(await openSocket(page, `ws://${at}/xmpp-websocket`)).toBe('refused');
        expect(await read(page, `http://${at}/tv/config.json`)).toBe('unreadable');
        // Not even blindly: nothing of ours gets into the other page's process.
        expect(await read(page, `http://${at}/tv/config.json`, 'no-cors')).toBe('unreadable');
      }
    },
  );

  it('of the hub itself does not when its origin was taken from it', async () => {
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
    expect(await sandboxed?.evaluate(() => window.origin)).toBe('null');
    const url = `ws://127.0.0.1:${hub.port}/xmpp-websocket`;
    expect(sandboxed && (await openSocket(sandboxed, url))).toBe('refused');
  });

  it('of another site cannot show ours in a frame, nor run our scripts', async () => {
    await page.goto(`http://127.0.0.1:${site.port}/`);
    const refused = page.waitForEvent('console', (message) =>
      message.text().includes('frame-ancestors'),
    );
    const url = `http://127.0.0.1:${hub.port}/`;
    await page.evaluate((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
    }, url);
    await refused;
    expect(await page.frames()[1]?.locator('#app').count()).toBe(0);
    const html = await (await fetch(url)).text();
    const script = new URL(/src="([^"]+\.js)"/.exec(html)?.[1] ?? '', url).href;
    const outcome = await page.evaluate(
      (src) =>
        new Promise((resolve) => {
          const element = document.createElement('script');
          element.onload = () => resolve('ran');
          element.onerror = () => resolve('refused');
          element.src = src;
          document.body.append(element);
        }),
      script,
    );
    expect(outcome).toBe('refused');
  });
});
