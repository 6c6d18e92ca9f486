#!/usr/bin/env node
// npm links the commands of a package when it installs it, which on a fresh clone is before the build.
import { existsSync } from 'node:fs';

const program = new URL('../dist/fjern.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('fjern: not built yet. Run: npm run build\n');
  process.exitCode = 1;
}
