// `npm run bundle`: from the sources, dist/fjern-box.cjs, the box as one file for Node 20 and later; dist/fjern-box, the
// same as an executable that brings the Node along that runs this; and the licences of what is in them.
// `--no-executable` leaves that one out.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { makeExecutable } from './executable.mjs';
import { leaveOut } from './leave-out.mjs';
import { licenceNotices } from './notices.mjs';
import { buildPage, embed, noticesFile, readPage } from './pages.mjs';

const box = fileURLToPath(new URL('..', import.meta.url));
const dist = join(box, 'dist');
const work = join(dist, 'bundle');

const pageNames = ['remote', 'tv'];
const page = (name) => join(work, name);
await Promise.all(pageNames.map((name) => buildPage(name, page(name))));
const pages = Object.fromEntries(
  await Promise.all(pageNames.map(async (name) => [name, await readPage(page(name))])),
);
const { version } = JSON.parse(await readFile(join(box, 'package.json'), 'utf8'));

const code = join(work, 'code');
await build({
  configFile: false,
  logLevel: 'warn',
  root: box,
  plugins: [embed({ pages, version }), leaveOut()],
  define: {
    // Optional native modules, which one file cannot have.
    'process.env.WS_NO_BUFFER_UTIL': '"1"',
    'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
  },
  ssr: {
    target: 'node',
    noExternal: true,
    resolve: { conditions: ['@fjern/source', 'node', 'import', 'module', 'default'] },
  },
  build: {
    ssr: join(box, 'src/main.ts'),
    outDir: code,
    emptyOutDir: true,
    target: 'node20.19',
    license: { fileName: noticesFile },
    rolldownOptions: {
      output: {
        format: 'cjs',
        entryFileNames: 'fjern-box.cjs',
        codeSplitting: false,
        // A television has better uses for memory than that of few collections: the young generation stays as small as
        // it is at the start, and a burst of commands leaves little behind.
        banner: "require('node:v8').setFlagsFromString('--semi-space-growth-factor=1');",
      },
    },
  },
});
const output = (name) => join(dist, name);
await writeFile(
  output('fjern-box.cjs'),
  inAscii(await readFile(join(code, 'fjern-box.cjs'), 'utf8')),
);
await writeFile(
  output('fjern-box.licences.txt'),
  await licenceNotices([...pageNames.map(page), code].map((folder) => join(folder, noticesFile))),
);
const built = ['fjern-box.cjs', 'fjern-box.licences.txt'];
if (!process.argv.includes('--no-executable')) {
  await makeExecutable(output('fjern-box.cjs'), output('fjern-box'));
  built.push('fjern-box');
}
await rm(work, { recursive: true });

for (const name of built) {
  const { size } = await stat(output(name));
  console.log(`${relative(process.cwd(), output(name))}  ${(size / 1e6).toFixed(2)} MB`);
}

/** The source stays in memory as long as it runs, and in twice as much of it with one character that is not Latin-1. */
function inAscii(script) {
  return script.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
