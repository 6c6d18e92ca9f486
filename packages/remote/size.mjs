// Measures what the SDK adds to a page, as production builds: everything that `@fjern/remote` exports, on its
// own and with the link under it. What is loaded only when it is needed (pairing, logging in with a password)
// counts apart. Fails above a budget.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { smallLink } from '@fjern/link/vite';
import { build, defaultClientConditions } from 'vite';

/** Bytes of gzip. */
const builds = [
  {
    title: 'the remote (with protocol, without the link)',
    external: ['@fjern/link'],
    budget: 15_000,
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
      rolldownOptions: {
        input: 'src/index.ts',
        external,
        preserveEntrySignatures: 'allow-extension',
      },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  const entry = chunks.find(({ isEntry }) => isEntry);
  const first = new Set([
    entry,
    ...chunks.filter((chunk) => entry.imports.includes(chunk.fileName)),
  ]);
  const gzip = report(title, [...first], `; budget ${budget} B gzip`);
  const later = chunks.filter((chunk) => !first.has(chunk));
  if (later.length > 0) report('  loaded when needed', later);
  if (gzip > budget) {
    console.error(`Over budget by ${gzip - budget} B.`);
    process.exitCode = 1;
  }
  if (chunks.some(({ code }) => /\brequire\(|from ?["'](node:|ws["'])/.test(code))) {
    console.error('There is something of Node in it.');
    process.exitCode = 1;
  }
}

function report(title, chunks, more = '') {
  const sum = (measure) => chunks.reduce((bytes, { code }) => bytes + measure(code).length, 0);
  const gzip = sum((code) => gzipSync(code, { level: 9 }));
  const brotli = sum((code) => brotliCompressSync(code));
  console.warn(`${title}: ${sum((code) => code)} B, ${gzip} B gzip, ${brotli} B brotli${more}`);
  return gzip;
}
