// Fails when the page's JavaScript is over its budget: what a first load fetches, as brotli (quality 11).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

// Of it: sealing (Noise and its primitives, which a page over http has to bring along) 13 kB, the page 13, the link and
// XMPP 13, the SDK 11, Preact 6, the protocol 5. Pairing and its screens, what looks after other TVs,
// and the list of remotes are fetched on demand.
const budget = 64_000;
const dist = join(import.meta.dirname, 'dist');

const files = (await readdir(dist, { recursive: true })).filter((name) =>
  /\.(js|css|woff2)$/.test(name),
);
const sizes = await Promise.all(
  files.map(async (name) => {
    const content = await readFile(join(dist, name));
    return { name, size: content.length, brotli: brotliCompressSync(content).length };
  }),
);
for (const { name, size, brotli } of sizes) console.log(`${brotli}\t(${size})\t${name}`);

// What index.html asks for, and what that imports; not what is fetched when it is first needed.
const wanted = new Set();
const follow = async (name) => {
  if (wanted.has(name)) return;
  wanted.add(name);
  const code = await readFile(join(dist, name), 'utf8');
  for (const [, imported] of code.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g))
    await follow(`assets/${imported}`);
};
const html = await readFile(join(dist, 'index.html'), 'utf8');
for (const [, name] of html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)) await follow(name);

const first = sizes.filter(({ name }) => wanted.has(name));
const total = first.reduce((sum, { brotli }) => sum + brotli, 0);
console.log(`JavaScript of the first load: ${total} of ${budget} bytes`);
if (first.length === 0 || total > budget) process.exitCode = 1;
