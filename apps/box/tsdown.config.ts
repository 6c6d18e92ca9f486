import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
  // What `npm run bundle` made is not of this build.
  clean: ['dist/*.js'],
  // What the TV page's screen shows, drawn here on mpv: sources, which Node does not run.
  noExternal: ['@fjern/app-tv/screen', /^@fjern\/design/],
});
