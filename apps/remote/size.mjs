// Fails when the page's JavaScript is over its budget: what a first load fetches, as brotli (quality 11).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const budget = 45_000;
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

const scripts = sizes.filter(({ name }) => name.endsWith('.js'));
const total = scripts.reduce((sum, { brotli }) => sum + brotli, 0);
console.log(`JavaScript: ${total} of ${budget} bytes`);
if (scripts.length === 0 || total > budget) process.exitCode = 1;
