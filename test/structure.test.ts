import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

// docs/architecture.md says which way dependencies point; this says whether they do.

const root = resolve(import.meta.dirname, '..');

/** What each part may import of ours. Whatever is not listed may import nothing of ours. */
const allowed: Record<string, string[]> = {
  'packages/protocol': [],
  'packages/durable': [],
  'packages/link': ['@fjern/protocol'],
  'packages/seal': ['@fjern/protocol'],
  'packages/hub': ['@fjern/protocol'],
  'packages/tv': ['@fjern/protocol', '@fjern/seal', '@fjern/link'],
  'packages/remote': ['@fjern/protocol', '@fjern/seal', '@fjern/link', '@fjern/durable'],
  'examples/thunder': ['@fjern/tv'],
  'apps/design': [],
  'apps/tv': ['@fjern/protocol', '@fjern/seal', '@fjern/link', '@fjern/tv', '@fjern/design'],
  'apps/remote': ['@fjern/protocol', '@fjern/remote', '@fjern/design'],
  'apps/cli': ['@fjern/protocol', '@fjern/remote', '@fjern/durable'],
  'apps/box': [
    '@fjern/protocol',
    '@fjern/durable',
    '@fjern/seal',
    '@fjern/hub',
    '@fjern/tv',
    '@fjern/remote',
    '@fjern/app-tv',
    '@fjern/app-remote',
  ],
};

/** Tests may use real peers, so only what ships is looked at. */
const isTest = (file: string) =>
  /\.test\.tsx?$|\/(testing|fixtures|gallery)[/.]|arbitraries\.ts$/.test(file);

const sources = Object.keys(allowed).flatMap((part) =>
  readdirSync(join(root, part, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => ({ part, file: join(part, 'src', file) })),
);

function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern =
    /^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

describe('dependencies', () => {
  it.each(Object.entries(allowed))('of %s are declared, and point the right way', (part, may) => {
    const manifest = JSON.parse(readFileSync(join(root, part, 'package.json'), 'utf8'));
    const declared = Object.keys(manifest.dependencies ?? {}).filter((name) =>
      name.startsWith('@fjern/'),
    );
    expect(may).toEqual(expect.arrayContaining(declared));
  });

  it.each(sources.filter(({ file }) => !isTest(file)))(
    '$file imports only what it may',
    ({ part, file }) => {
      for (const specifier of imports(file)) {
        if (specifier.startsWith('.')) {
          const target = relative(root, resolve(root, dirname(file), specifier));
          expect(target.startsWith(`${part}/`), `${specifier} leaves ${part}`).toBe(true);
        } else if (specifier.startsWith('@fjern/')) {
          const name = specifier.split('/').slice(0, 2).join('/');
          // By its own name, a part can be replaced by who bundles it.
          const own = JSON.parse(readFileSync(join(root, part, 'package.json'), 'utf8')).name;
          if (name !== own) expect(allowed[part]).toContain(name);
        }
      }
    },
  );
});

describe('the protocol package', () => {
  const pure = sources.filter(({ part, file }) => part === 'packages/protocol' && !isTest(file));

  it.each(pure)('$file does no I/O and has no timers, clock or randomness', ({ file }) => {
    for (const specifier of imports(file)) expect(specifier).toMatch(/^(\.|ltx(\/|$))/);
    const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(text).not.toMatch(
      /\b(setTimeout|setInterval|queueMicrotask|Date\.now|new Date\(\)|performance|Math\.random|crypto|process|console|fetch|window|document|globalThis|localStorage)\b/,
    );
  });
});
