import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/node.ts', 'src/multicast.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
