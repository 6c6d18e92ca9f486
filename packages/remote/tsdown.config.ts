import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/discovery/index.ts', 'src/store/index.ts', 'src/store/node.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
