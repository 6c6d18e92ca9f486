import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/node.ts',
    'src/pairing/index.ts',
    'src/pairing/node.ts',
    'src/primitives/x25519.ts',
  ],
  // What is imported by the package's own name, an application can put something else in the place of.
  deps: { neverBundle: [/^node:/, '@fjern/seal/x25519'] },
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
