// Measures what the SDK adds to a page, as production builds: everything that `@fjern/remote` exports, on its
// own and with the link under it. What is loaded only when it is needed (logging in with a password) counts
// apart. Fails above a budget.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { smallLink } from '@fjern/link/vite';
import { build, defaultClientConditions } from 'vite';

/** Bytes of gzip. */
const builds = [
  {
    title: 'the remote (with protocol, without the link)',
    external: ['@fjern/link'],
    budget: 20_000,
  },
  { title: 'the remote and the link', external: [], budget: 30_000 },
];

for (const { title, external, budget } of builds) {
  const { output } = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['@fjern/source', ...defaultClientConditions], alias: smallLink() },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: 'src/index.ts', external, preserveEntrySignatures: 'strict' },
    },
  });
  for (const { type, isEntry, name, code } of output) {
    if (type !== 'chunk') continue;
    const gzip = gzipSync(code, { level: 9 }).length;
    const size = `${code.length} B, ${gzip} B gzip, ${brotliCompressSync(code).length} B brotli`;
    if (isEntry) console.warn(`${title}: ${size}; budget ${budget} B gzip`);
    else console.warn(`  ${name}, loaded when needed: ${size}`);
    if (isEntry && gzip > budget) {
      console.error(`Over budget by ${gzip - budget} B.`);
      process.exitCode = 1;
    }
    if (/\brequire\(|from ?["'](node:|ws["'])/.test(code)) {
      console.error(`There is something of Node in ${name}.`);
      process.exitCode = 1;
    }
  }
}
