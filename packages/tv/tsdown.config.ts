import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/conformance/index.ts',
    'src/html-media/index.ts',
    'src/mdns/index.ts',
    'src/mpv/index.ts',
    'src/pairing/index.ts',
    'src/testing/index.ts',
  ],
  external: [/^node:/],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  fixedExtension: false,
});
