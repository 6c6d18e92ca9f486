import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/fjern.ts'],
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
});
