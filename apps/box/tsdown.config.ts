import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
  // What `npm run bundle` made is not of this build.
  clean: ['dist/*.js'],
  // What the box shares with the TV page: sources, which Node does not run.
  noExternal: [/^@fjern\/app-tv\/(catalogue|screen)$/, /^@fjern\/design/],
});
