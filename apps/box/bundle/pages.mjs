import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const apps = fileURLToPath(new URL('../..', import.meta.url));

/** Name of the file in which the builds say what they bundled. Hidden, so that it is not taken for a part of the page. */
export const noticesFile = '.licences.json';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};
const compressed = { br: 'br', gzip: 'gz' };

/** Builds the page of `apps/<name>` into a folder, as its own build does. */
export async function buildPage(name, outDir) {
  await build({
    root: join(apps, name),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, license: { fileName: noticesFile } },
  });
}

/**
 * What is to be embedded of a built page, as `pages-embedded-files.d.ts` says, and without what is media. A file that got
 * smaller by compression is taken compressed alone.
 */
export async function readPage(directory) {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.startsWith('media/'))
    .sort();
  const suffixes = Object.values(compressed).map((suffix) => `.${suffix}`);
  const files = [];
  for (const path of names) {
    if (suffixes.includes(extname(path))) continue;
    const type = types[extname(path)];
    if (!type) throw new Error(`No content type is known for ${path}`);
    const variants = Object.entries(compressed).map(([encoding, suffix]) => [
      encoding,
      `${path}.${suffix}`,
    ]);
    const present = variants.filter(([, variant]) => names.includes(variant));
    if (present.length === 0) present.push(['identity', path]);
    const bodies = [];
    for (const [encoding, variant] of present)
      bodies.push([encoding, await readFile(join(directory, variant), 'base64')]);
    files.push({ path, type, bodies });
  }
  return files;
}

/**
 * A plugin that puts the embedded pages in the place of those of the checkout.
 * Content that both pages have is written once. Each is inside a function, which keeps it out of the compiler, its cache
 * and the heap until somebody asks for it, and lets it go again later.
 */
export function embed({ pages, version }) {
  const contents = new Map();
  const content = (body) => {
    if (!contents.has(body)) contents.set(body, `content${contents.size}`);
    return contents.get(body);
  };
  const file = ({ path, type, bodies }) => {
    const list = bodies.map(
      ([encoding, body]) => `[${JSON.stringify(encoding)}, ${content(body)}]`,
    );
    return `{ path: ${JSON.stringify(path)}, type: ${JSON.stringify(type)}, bodies: [${list}] }`;
  };
  const lists = Object.entries(pages).map(
    ([name, files]) => `${JSON.stringify(name)}: [${files.map(file)}]`,
  );
  const functions = [...contents].map(([body, name]) => `function ${name}() { return '${body}'; }`);
  const code = `
    ${functions.join('\n')}
    export const version = ${JSON.stringify(version)};
    export const pages = {${lists}};
  `;
  return {
    name: 'embed',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === 'fjern:embedded') return '\0fjern:embedded';
      if (id === './pages.ts' && importer)
        return this.resolve('./pages-embedded.ts', importer, { skipSelf: true });
      return undefined;
    },
    load(id) {
      return id === '\0fjern:embedded' ? code : undefined;
    },
  };
}
