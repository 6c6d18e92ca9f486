import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/node.ts',
    'src/pairing/index.ts',
    'src/pairing/node.ts',
    'src/primitives/x25519.ts',
  ],
  // Imported by the package's own name, so that an application can put another one in its place.
  deps: { neverBundle: ['@fjern/seal/x25519'] },
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
