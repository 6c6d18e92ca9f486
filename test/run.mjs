// `npm test`: everything that must hold before a change lands. Ends with the line `N passed, N failed`,
// in which each step before the tests counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const steps = [
  ['formatted and free of lint', 'npx', ['biome', 'check', '.', '--error-on-warnings']],
  [
    'everything builds and types fit',
    'npx',
    ['turbo', 'run', 'build', 'typecheck', '--output-logs=errors-only'],
  ],
  [
    'bundles are within their budgets',
    'npm',
    ['run', '--silent', 'size', '--workspaces', '--if-present'],
  ],
];

let passed = 0;
let failed = 0;

function run(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  return status === 0;
}

for (const [what, command, args] of steps) {
  const ok = run(command, args);
  console.log(`${ok ? 'ok' : 'FAILED'}: ${what}`);
  if (ok) passed++;
  else failed++;
}

const directory = mkdtempSync(join(tmpdir(), 'fjern-test-'));
const report = join(directory, 'report.json');
const ok = run('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  passed += numPassedTests;
  // A file that does not even load has no failed test of its own.
  failed += Math.max(numFailedTests, ok ? 0 : 1, numFailedTests ? 0 : numFailedTestSuites);
} catch {
  failed += 1;
}
rmSync(directory, { recursive: true });

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
