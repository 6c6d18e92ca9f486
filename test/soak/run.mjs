// `npm run soak`: the soak test for as long as somebody wants. --minutes <number>, default 60.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const seconds = Number(values.minutes) * 60;
if (!(seconds > 0)) {
  console.error(`soak: --minutes must be a number, not "${values.minutes}"`);
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'system', 'test/soak/soak'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SOAK_SECONDS: String(seconds) },
});
process.exit(status ?? 1);
