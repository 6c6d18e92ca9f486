// Takes a picture of every state of the page and runs axe on it:
//   node gallery.mjs [--out DIR] [--only STATE,…] [--sizes phone,landscape,small,tablet] [--schemes dark,light] [--font 200]
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'test-results/gallery' },
    only: { type: 'string' },
    sizes: { type: 'string', default: 'phone,landscape,tablet' },
    schemes: { type: 'string', default: 'dark,light' },
    font: { type: 'string' },
  },
});

const sizes = {
  phone: { width: 390, height: 844, scale: 2 },
  landscape: { width: 844, height: 390, scale: 2 },
  small: { width: 320, height: 568, scale: 2 },
  tablet: { width: 768, height: 1024, scale: 1 },
};

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
await mkdir(values.out, { recursive: true });
const profile = await mkdtemp(join(tmpdir(), 'fjern-gallery-'));
const server = await createServer({
  root: import.meta.dirname,
  logLevel: 'warn',
  server: { port: 0, host: '127.0.0.1' },
});
await server.listen();
const { port } = server.httpServer.address();
const base = `http://127.0.0.1:${port}/gallery.html`;

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  deviceScaleFactor: 2,
});

let problems = 0;
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => {
    problems++;
    console.error(`page error: ${error.message}`);
  });
  await page.goto(base);
  await page.waitForSelector('#app a');
  const all = await page.$$eval('#app a', (links) => links.map((link) => link.textContent));
  const states = values.only ? values.only.split(',') : all;
  for (const size of values.sizes.split(',')) {
    const { width, height } = sizes[size];
    await page.setViewportSize({ width, height });
    for (const colorScheme of values.schemes.split(',')) {
      await page.emulateMedia({ colorScheme });
      for (const state of states) {
        await page.goto(`${base}?state=${state}${values.font ? `&font=${values.font}` : ''}`);
        await page.waitForSelector('[role=status]');
        await settled(page);
        await tap(page);
        const name = [state, size, colorScheme, values.font].filter(Boolean).join('-');
        await page.screenshot({ path: join(values.out, `${name}.png`) });
        problems += await inspect(page, name);
      }
    }
  }
} finally {
  await context.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}
console.error(problems === 0 ? 'nothing serious found' : `${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;

/** What the state wants to be tapped first. */
async function tap(page) {
  const wanted = JSON.parse((await page.locator('#app').getAttribute('data-tap')) ?? '[]');
  for (const name of wanted) {
    const summary = /^summary: (.*)$/.exec(name);
    if (summary) {
      await page.locator('summary', { hasText: summary[1] }).click();
      await settled(page);
      continue;
    }
    const named = /^\/(.*)\/$/.exec(name);
    await page
      .getByRole('button', { name: named ? new RegExp(named[1]) : name, exact: true })
      .last()
      .click();
    await settled(page);
  }
}

/** Fonts and pictures are there, and the entrance animations are over. */
async function settled(page) {
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    await document.fonts.ready;
    const finite = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(finite.map((animation) => animation.finished.catch(() => {})));
  });
}

async function inspect(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      violations: violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        where: nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`),
      })),
      overflow: scrollWidth - clientWidth,
    };
  });
  const serious = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  for (const { id, impact, where } of found.violations)
    console.error(`${name}: ${impact} ${id}\n  ${where.join('\n  ')}`);
  if (found.overflow > 0) console.error(`${name}: ${found.overflow} px wider than the page`);
  return serious.length + (found.overflow > 0 ? 1 : 0);
}
