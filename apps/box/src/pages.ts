import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Mount } from '@fjern/hub';

// What the box carries with it, in a checkout. In one file there are no folders: the bundle has pages-embedded.ts
// in the place of this.

const require = createRequire(import.meta.url);

/** The built page of `@fjern/app-…`. */
export function pageMount(name: 'remote' | 'tv'): Mount {
  return { directory: builtApp(name) };
}

/** The folder with the clips of the demonstration and their catalogue.json. Undefined: there are none here. */
export function demoMedia(): string | undefined {
  return join(builtApp('tv'), 'media');
}

export function version(): string {
  return (require('../package.json') as { version: string }).version;
}

function builtApp(name: 'remote' | 'tv'): string {
  return join(dirname(require.resolve(`@fjern/app-${name}/package.json`)), 'dist');
}
