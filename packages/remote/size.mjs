// Measures what the SDK adds to a page, as production builds: everything that `@fjern/remote` exports, on its
// own and with the link under it. What is loaded only when it is needed counts apart: pairing has a budget of its
// own, and so has the sum of both. Fails above a budget.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { smallLink } from '@fjern/link/vite';
import { build, defaultClientConditions } from 'vite';

/** Bytes of gzip: of the first load, of pairing, and of all that a page needs that pairs. */
const builds = [
  {
    title: 'the remote (with protocol and sealing, without the link)',
    external: ['@fjern/link'],
    budget: { first: 36_200, pairing: 4_200, total: 40_000 },
  },
  {
    title: 'the remote and the link',
    external: [],
    budget: { first: 49_200, pairing: 4_200, total: 53_000 },
  },
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
  const later = chunks.filter((chunk) => !first.has(chunk));
  const isPairing = ({ facadeModuleId }) => facadeModuleId?.endsWith('/src/pairing.ts');
  const pairing = later.filter(isPairing);
  const others = later.filter((chunk) => !isPairing(chunk));
  const measured = { first: report(title, [...first]), pairing: report('  pairing', pairing) };
  if (others.length > 0) report('  other logins', others);
  measured.total = measured.first + measured.pairing;
  for (const [part, bytes] of Object.entries(measured)) {
    console.warn(`  ${part}: ${bytes} of ${budget[part]} B gzip`);
    if (pairing.length === 1 && bytes <= budget[part]) continue;
    console.error(`Over budget by ${bytes - budget[part]} B, or pairing is not loaded on its own.`);
    process.exitCode = 1;
  }
  if (chunks.some(({ code }) => /\brequire\(|from ?["'](node:|ws["'])/.test(code))) {
    console.error('There is something of Node in it.');
    process.exitCode = 1;
  }
}

function report(title, chunks) {
  const sum = (measure) => chunks.reduce((bytes, { code }) => bytes + measure(code).length, 0);
  const gzip = sum((code) => gzipSync(code, { level: 9 }));
  const brotli = sum((code) => brotliCompressSync(code));
  console.warn(`${title}: ${sum((code) => code)} B, ${gzip} B gzip, ${brotli} B brotli`);
  return gzip;
}
