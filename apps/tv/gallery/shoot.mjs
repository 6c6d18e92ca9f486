// Photographs every state of the gallery at both sizes, asks axe about each, looks for what runs out of its box,
// and reads the codes as a phone would.
//
//   node gallery/shoot.mjs OUTPUT_FOLDER [STATE …]
//
// CHROMIUM names the browser; default /usr/bin/chromium.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { createServer } from 'vite';

const sizes = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
];

const [folder, ...only] = process.argv.slice(2);
if (!folder) throw new Error('usage: node gallery/shoot.mjs OUTPUT_FOLDER [STATE …]');
await mkdir(folder, { recursive: true });

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  server: { host: '127.0.0.1', port: 0, watch: null, hmr: false },
  logLevel: 'error',
});
await server.listen();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
let complaints = 0;
const complain = (...words) => {
  complaints++;
  console.error(...words);
};

try {
  const base = new URL('gallery.html', server.resolvedUrls.local[0]).href;
  const index = await browser.newPage();
  await index.goto(base);
  await index.waitForSelector('.gallery a');
  const all = await index.$$eval('.gallery a', (links) => links.map((link) => link.textContent));
  await index.close();
  for (const viewport of sizes) {
    const context = await browser.newContext({ viewport, locale: 'en-GB', timezoneId: 'UTC' });
    for (const state of all.filter((name) => only.length === 0 || only.includes(name)))
      await photograph(context, `${base}?state=${state}`, `${state}-${viewport.height}`);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}
console.error(complaints === 0 ? 'No complaints.' : `${complaints} complaints.`);
process.exitCode = complaints === 0 ? 0 : 1;

async function photograph(context, url, name) {
  const page = await context.newPage();
  page.on('pageerror', (error) => complain(name, 'throws', error.message));
  await page.goto(url);
  await page.waitForSelector('.screen', { state: 'attached' });
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (const animation of document.getAnimations()) {
      try {
        animation.finish();
      } catch {
        // One without an end.
        animation.pause();
      }
    }
  });
  const png = await page.screenshot();
  await writeFile(path.join(folder, `${name}.png`), png);
  for (const problem of await page.evaluate(findOverflow)) complain(name, problem);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, nodes } of violations)
    complain(name, `axe ${impact} ${id}: ${nodes.map(({ target }) => target).join(', ')}`);
  // Behind a dialog a code is too dark to be read, and is not meant to be.
  if ((await page.$('.qr')) && !(await page.$('.approval'))) {
    const { data, width, height } = PNG.sync.read(png);
    if (
      !jsQR(new Uint8ClampedArray(data), width, height)?.data.startsWith(
        'http://192.168.1.20:7120/#v=2',
      )
    )
      complain(name, 'the code cannot be read');
  }
  await page.close();
}

/** Runs in the page: elements with text that leave the safe area, and buttons that are too small to be aimed at. */
function findOverflow() {
  const found = [];
  const { innerWidth: width, innerHeight: height } = window;
  const safe = { x: width * 0.05 - 1, y: height * 0.05 - 1 };
  for (const element of document.querySelectorAll(
    'h1, h2, p, button, svg, .progress, .bar__title',
  )) {
    if (element.closest('.remotes__list')) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const outside =
      box.left < safe.x ||
      box.right > width - safe.x ||
      box.top < safe.y ||
      box.bottom > height - safe.y;
    if (outside && !element.closest('.bar[aria-hidden="true"]'))
      found.push(
        `${element.className || element.tagName} leaves the safe area: ${JSON.stringify(box)}`,
      );
    if (element.tagName === 'BUTTON' && box.height < (96 * height) / 1080 - 1)
      found.push(`a button is ${box.height} px high`);
    if (
      element.scrollWidth > element.clientWidth + 1 &&
      getComputedStyle(element).overflow === 'visible' &&
      element.tagName !== 'svg'
    )
      found.push(`${element.className || element.tagName} overflows: ${element.textContent}`);
  }
  return found;
}
