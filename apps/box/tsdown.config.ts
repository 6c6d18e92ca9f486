import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
  // What the TV page's screen shows, drawn here on mpv: sources, which Node does not run.
  noExternal: ['@fjern/app-tv/screen', /^@fjern\/design/],
});
