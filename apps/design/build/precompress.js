import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const compressible = /\.(?:css|html|js|json|svg|txt|vtt|webmanifest|xml)$/;

/**
 * Writes `.br` and `.gz` beside every file of the build that gets smaller by it, public files too. The hub
 * serves them; it compresses nothing itself.
 *
 * @returns {import('vite').Plugin}
 */
export function precompress() {
  let directory = '';
  return {
    name: 'precompress',
    apply: 'build',
    enforce: 'post',
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
    },
    async closeBundle(error) {
      if (!error) await compressAll(directory);
    },
  };
}

/** @param {string} directory */
async function compressAll(directory) {
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    if (!compressible.test(name) || !(await stat(path)).isFile()) continue;
    const content = await readFile(path);
    const variants = {
      br: await promisify(brotliCompress)(content),
      gz: await promisify(gzip)(content, { level: 9 }),
    };
    for (const [suffix, compressed] of Object.entries(variants))
      if (compressed.length < content.length) await writeFile(`${path}.${suffix}`, compressed);
  }
}
