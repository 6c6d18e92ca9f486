import { fileURLToPath } from 'node:url';
import { precompress } from '@fjern/design/precompress';
import { smallLink } from '@fjern/link/vite';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

export default defineConfig(({ command }) => ({
  base: './',
  // The packages' sources: no build of theirs is needed first.
  resolve: {
    conditions: ['@fjern/source', ...defaultClientConditions],
    alias: [
      // The server bundles dependencies one by one, where these do not fit together.
      ...(command === 'build' ? smallLink() : []),
      {
        find: /^\.\.?\/createLucideIcon\.mjs$/,
        replacement: fileURLToPath(new URL('build/icon.js', import.meta.url)),
      },
    ],
  },
  plugins: [plainImports(), precompress()],
  build: {
    target: ['chrome100', 'safari15.4', 'firefox100'],
    // Every browser of the target has modulepreload.
    modulePreload: { polyfill: false },
    // The hub compresses; a small page over Wi-Fi gains nothing from files inside files.
    assetsInlineLimit: 0,
    // No class here has a field that shadows a setter.
    rolldownOptions: { transform: { assumptions: { setPublicClassFields: true } } },
  },
}));

/** Vite fetches a chunk's own chunks and stylesheets together with it. Ours have none. */
function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id.endsWith('vite/preload-helper.js'))
        return 'export const __vitePreload = (load) => load();';
      return undefined;
    },
  };
}
