import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/node.ts', 'src/pairing/index.ts', 'src/pairing/node.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
