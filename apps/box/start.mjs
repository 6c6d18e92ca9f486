// `npm start` on a fresh clone: builds the box and the `fjern` command (nothing, when nothing changed), then runs
// the box.
// What the build says goes to standard error, so that `--json` keeps standard output to itself.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const turbo = fileURLToPath(new URL('../../node_modules/.bin/turbo', import.meta.url));

const build = spawnSync(
  turbo,
  [
    'run',
    'build',
    '--filter=@fjern/box...',
    '--filter=@fjern/cli...',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ],
  {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      NO_UPDATE_NOTIFIER: '1',
    },
  },
);
if (build.signal) process.exit(130);
if (build.status !== 0) {
  if (build.error) console.error(`fjern: run "npm ci" first (${build.error.message})`);
  else console.error(`${build.stdout}${build.stderr}\nfjern: the build failed, see above`);
  process.exit(1);
}

const main = fileURLToPath(new URL('./dist/main.js', import.meta.url));
const box = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the whole process group by itself; a signal to this process alone is passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => box.kill(signal));
box.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
