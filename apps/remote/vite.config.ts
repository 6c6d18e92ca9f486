import { smallLink } from '@fjern/link/vite';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // The packages' sources: no build of theirs is needed first.
  resolve: { conditions: ['@fjern/source', ...defaultClientConditions], alias: smallLink() },
  build: {
    target: ['chrome100', 'safari15.4', 'firefox100'],
    // Every browser of the target has modulepreload.
    modulePreload: { polyfill: false },
    // The hub compresses; a small page over Wi-Fi gains nothing from files inside files.
    assetsInlineLimit: 0,
  },
});
