import type { Hub, HubOptions } from '@fjern/hub';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openSocket, startHub, startWebsite, type Website } from './websites.ts';

// The built pages under the hub's Content-Security-Policy, in a real browser.

const dist = (name: string) => new URL(`../../apps/${name}/dist`, import.meta.url).pathname;
let browser: Browser;
let hub: Hub;
let site: Website;
let page: Page;
/** What the browser refused, and whatever else it complains of. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const start = async (options: Partial<HubOptions> = {}) => {
  hub = await startHub({
    mounts: { '/': dist('remote'), '/tv/': dist('tv') },
    accounts: { find: (username) => (username === 'tv' ? { token: 'of-the-tv' } : undefined) },
    ...options,
  });
};

beforeEach(async () => {
  complaints = [];
  site = await startWebsite((_request, response) => {
    response.setHeader('Content-Type', 'image/svg+xml');
    response.end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  });
  page = await browser.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterEach(async () => {
  await page.close();
  await site.close();
  await hub.close();
});

/** Loads a picture as the pages load artwork. */
const picture = (url: string) =>
  page.evaluate(
    (src) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve('shown');
        image.onerror = () => resolve('refused');
        image.src = src;
      }),
    url,
  );

describe.each([undefined, '::1'])('at the address %s', (host) => {
  it('the phone page does all it does without a complaint', async () => {
    await start(host === undefined ? {} : { host });
    await page.goto(`${hub.url}/`);
    await page.locator('#app > *').first().waitFor();
    expect(await openSocket(page, hub.webSocketUrl)).toContain('features');
    expect(await picture(`http://127.0.0.1:${site.port}/poster.svg`)).toBe('shown');
    expect(complaints).toEqual([]);
  });

  it('the TV page logs in without a complaint', async () => {
    await start(host === undefined ? {} : { host });
    const login = new Promise((resolve) => hub.on('login', ({ username }) => resolve(username)));
    await page.goto(`${hub.url}/tv/#token=of-the-tv`);
    await page.locator('#app > *').first().waitFor();
    expect(await login).toBe('tv');
    expect(await picture(`http://127.0.0.1:${site.port}/poster.svg`)).toBe('shown');
    const violations = complaints.filter((text) => /polic|violat|refused/i.test(text));
    expect(violations).toEqual([]);
  });
});

describe('a page of the hub', () => {
  it.each([
    ['talk to another hub', () => openSocket(page, `ws://127.0.0.1:${site.port}/xmpp-websocket`)],
    [
      'send anything elsewhere',
      () =>
        page.evaluate(
          (url) => fetch(url, { mode: 'no-cors' }).then(String, () => 'refused'),
          `http://127.0.0.1:${site.port}/`,
        ),
    ],
    [
      'run what was written into it',
      () =>
        page.evaluate(() => {
          const script = document.createElement('script');
          script.textContent = 'document.title = "taken over"';
          document.body.append(script);
          return document.title === 'taken over' ? 'ran' : 'refused';
        }),
    ],
  ])('may not %s', async (_what, attempt) => {
    await start();
    await page.goto(`${hub.url}/`);
    expect(await attempt()).toBe('refused');
    expect(complaints.join('\n')).toMatch(/Content Security Policy/);
  });
});
