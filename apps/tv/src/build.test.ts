import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyPair, primitives } from '@fjern/seal';
import { parse } from 'acorn';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBox, type TestBox, tvToken } from './fixtures/box.ts';
import { pairWithPin } from './fixtures/phone.ts';

// What is shipped must be read by Chromium 63: ES2018 and the CSS of 2017.

let outDir: string;
const files = new Map<string, string>();
let written: string[];
const file = (ending: string) =>
  [...files].find(([name]) => name.endsWith(ending))?.[1] ?? expect.fail(`no ${ending} was built`);

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'fjern-tv-'));
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, copyPublicDir: false },
  });
  if (!('output' in result)) throw new Error('the build made more than one bundle, or none');
  for (const output of result.output)
    files.set(output.fileName, output.type === 'chunk' ? output.code : String(output.source));
  written = await readdir(outDir, { recursive: true });
}, 60_000);

afterAll(() => rm(outDir, { recursive: true }));

it('is one classic script, loaded from /tv/assets/', () => {
  expect([...files.keys()].filter((name) => name.endsWith('.js'))).toHaveLength(1);
  expect(file('.html')).toMatch(/<script defer src="\/tv\/assets\/[^"]+\.js"><\/script>/);
  expect(file('.html')).toMatch(/<link rel="stylesheet" href="\/tv\/assets\/[^"]+\.css">/);
  expect(file('.html')).not.toContain('type="module"');
});

it('is ES2018', () => {
  parse(file('.js'), { ecmaVersion: 2018, sourceType: 'script' });
});

it('defines globalThis before anything asks for it', () => {
  expect(file('.js')).toMatch(/^typeof globalThis[^,;]*window\.globalThis=window/);
});

it('has no JID escaping, which needs a newer engine', () => {
  expect(file('.js')).not.toMatch(/replaceAll\(String\.raw/);
});

it('lies compressed beside itself, for the hub to serve', () => {
  for (const ending of ['.js', '.css', '.html'])
    for (const suffix of ['br', 'gz'])
      expect(written.filter((name) => name.endsWith(`${ending}.${suffix}`))).toHaveLength(1);
});

it.each([
  ['flex gap', /(?:^|[;{])(?:row-|column-)?gap:/],
  ['inset', /(?:^|[;{])inset(?:-[a-z]+)*:/],
  [':has()', /:has\(/],
  [':is() and :where()', /:(?:is|where)\(/],
  [':focus-visible', /:focus-visible/],
  ['min(), max() and clamp()', /[:\s(,](?:min|max|clamp)\(/],
  ['aspect-ratio', /[;{]aspect-ratio:/],
  ['nesting', /&/],
  ['logical properties', /(?:margin|padding|border)-(?:inline|block)/],
  ['new colours', /oklch\(|oklab\(|color-mix\(|rgba?\([^)]*\/[^)]*\)/],
  ['new units', /\d(?:dvh|svh|lvh|dvw|svw|lvw|cqw|cqh)\b/],
  ['layers and containers', /@(?:layer|container)/],
])('has no %s in its styles', (_, feature) => {
  expect(file('.css')).not.toMatch(feature);
});

let box: TestBox;
let browser: Browser;

beforeAll(async () => {
  box = await startBox({ '/tv/': outDir });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  await box.close();
});

// Every BigInt of a Chromium of today is taken away before the page's script runs, and what else it has that
// Chromium 63 had not and that a page over http could use.
describe('in an old engine', () => {
  it('opens the sealed channel, and answers a phone in a sealed session', async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    await page.addInitScript(makeOld);
    await page.goto(`${box.hub.url}/tv/#token=${tvToken}`);
    // What the box tells through the channel alone.
    const pin = page.locator('.pin');
    await pin.waitFor();
    expect((await pin.textContent())?.replace(/\s/g, '')).toBe(box.pin);

    const { remote } = await box.pairedPhone();
    await remote.command({ name: 'setVolume', level: 0.25 });
    expect(await page.locator('video').evaluate(({ volume }: HTMLVideoElement) => volume)).toBe(
      0.25,
    );
    // The page has a BigInt again, which is none.
    expect(await page.evaluate(() => typeof (globalThis as BigIntHost).BigInt(1))).toBe('number');
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('a remote that waits to be let in', () => {
  it('is let in by the keys of the TV’s remote, and not by a press that was meant for something else', async () => {
    await box.startPairing({ approval: 'always' });
    const page = await browser.newPage();
    await page.goto(`${box.hub.url}/tv/#token=${tvToken}`);
    await page.locator('.pin').waitFor();
    if (box.pairing.status.remotes.length === 0) await box.pairedPhone();
    const guest = pairWithPin(box.address, box.pin, keyPair(primitives, primitives.random(32)));
    await page.locator('.approval').waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(focused).toBe('Don’t allow');
    await page.keyboard.press('Enter');
    await page.locator('.approval__box--open').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Allow as guest');
    await page.keyboard.press('Enter');
    expect(await guest).toMatchObject({ role: 'guest' });
    await page.locator('.approval').waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Manage remotes');
  }, 60_000);
});

describe('a remote with a name that says little', () => {
  it('gets a better one at the TV, which the list shows', async () => {
    await box.startPairing();
    const page = await browser.newPage();
    await page.addInitScript(makeOld);
    await page.goto(`${box.hub.url}/tv/#token=${tvToken}`);
    await page.locator('.pin').waitFor();
    if (box.pairing.status.remotes.length === 0) await box.pairedPhone();
    const press = (name: string) => page.getByRole('button', { name }).first().click();
    await press('Manage remotes');
    await press('Anna’s phone');
    await press('Rename');
    await press('Clear');
    await page.keyboard.type('Kitchen 2');
    await page.keyboard.press('Enter');
    await page.locator('.rename').waitFor({ state: 'detached' });
    await page.locator('.remote', { hasText: 'Kitchen 2' }).waitFor();
    expect(await page.locator('.dialog').count()).toBe(0);
    const renamed = box.pairing.status.remotes.map(({ name }) => name);
    expect(renamed.filter((name) => name === 'Kitchen 2')).toHaveLength(1);
  }, 60_000);
});

interface BigIntHost {
  BigInt(value: number): unknown;
}

/** Runs in the page. (The arrays of BigInts stay, as the browser's driver needs them.) */
function makeOld(): void {
  const remove = (owner: object, ...names: string[]) => {
    for (const name of names) Reflect.deleteProperty(owner, name);
  };
  remove(
    window,
    'BigInt',
    'globalThis',
    'queueMicrotask',
    'AbortController',
    'AbortSignal',
    'ResizeObserver',
  );
  remove(DataView.prototype, 'setBigUint64', 'getBigUint64', 'setBigInt64', 'getBigInt64');
  remove(Array.prototype, 'at', 'flat', 'flatMap', 'findLast', 'findLastIndex');
  remove(String.prototype, 'at', 'replaceAll', 'matchAll', 'trimStart', 'trimEnd');
  remove(Object, 'hasOwn', 'fromEntries');
  remove(Promise, 'allSettled', 'any');
  remove(Crypto.prototype, 'randomUUID', 'subtle');
}
