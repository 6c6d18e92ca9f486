import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/**
 * One build for every TV: a classic script for Chromium 63 (Tizen 5, 2019), so that what runs on an old set is
 * what runs, and is tested, everywhere. It is loaded from the same house; a second, more modern build would save
 * nothing that anybody could notice and would leave the old one untested.
 */
const target = 'chrome63';

export default defineConfig({
  base: '/tv/',
  resolve: { conditions: ['@fjern/source', 'module', 'browser', 'development|production'] },
  plugins: [jidEscaping(), classicScript()],
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
});

/** COMPAT @xmpp/jid 0.14: its escaping needs String.replaceAll (Chromium 85) and template literals of ES2018. */
function jidEscaping(): Plugin {
  const ours = fileURLToPath(new URL('./src/old-tv/jid-escaping.ts', import.meta.url));
  return {
    name: 'jid-escaping',
    enforce: 'pre',
    resolveId(source, importer) {
      return source.endsWith('/escaping.js') && importer?.includes('@xmpp/jid') ? ours : undefined;
    },
  };
}

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
