import { fileURLToPath } from 'node:url';
import { precompress } from '@fjern/design/precompress';
import { smallLink } from '@fjern/link/vite';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/**
 * One build for every TV: a classic script for Chromium 63 (Tizen 5, 2019), so that what runs on an old set is
 * what runs, and is tested, everywhere. It is loaded from the same house; a second, more modern build would save
 * nothing that anybody could notice and would leave the old one untested.
 */
const target = 'chrome63';

const withoutBigInt = fileURLToPath(new URL('src/old-tv/x25519.ts', import.meta.url));

export default defineConfig(({ command }) => ({
  base: '/tv/',
  resolve: {
    conditions: ['@fjern/source', ...defaultClientConditions],
    // Beside being small, it is what an old engine can read. Vite's dev server bundles dependencies without it.
    alias: [
      ...(command === 'build' ? smallLink() : []),
      { find: '@fjern/seal/x25519', replacement: withoutBigInt },
    ],
  },
  plugins: [classicScript(), precompress()],
  build: {
    target,
    cssTarget: target,
    // A stylesheet of its own, so that the first paint does not wait for the script.
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      // Vite's helper for the link's lazy import of SCRAM, which a token login never needs, asks for import.meta.
      checks: { emptyImportMeta: false },
      output: {
        format: 'iife',
        codeSplitting: false,
        // Chromium 71. The bundle's own polyfills come too late for what runs at its top.
        banner: "if(typeof globalThis==='undefined')window.globalThis=window;",
      },
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
}));

/** Vite writes module scripts into the page; this one is classic. */
function classicScript(): Plugin {
  return {
    name: 'classic-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html
          .replace(/<script type="module" crossorigin /, '<script defer ')
          .replace(/<link rel="stylesheet" crossorigin /, '<link rel="stylesheet" '),
    },
  };
}
