import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';

// What is shipped must be read by Chromium 63: ES2018 and the CSS of 2017.

const files = new Map<string, string>();
let written: string[];
const file = (ending: string) =>
  [...files].find(([name]) => name.endsWith(ending))?.[1] ?? expect.fail(`no ${ending} was built`);

beforeAll(async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'fjern-tv-'));
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, copyPublicDir: false },
  });
  if (!('output' in result)) throw new Error('the build made more than one bundle, or none');
  for (const output of result.output)
    files.set(output.fileName, output.type === 'chunk' ? output.code : String(output.source));
  written = await readdir(outDir, { recursive: true });
  await rm(outDir, { recursive: true });
}, 60_000);

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
