import { exitCodes, toFailure } from './exit.ts';
import { failureLine } from './output.ts';
import { version } from './version.ts';

// The `fjern` command: one run, one exit code.

const interrupted = new AbortController();
let signalled: 'interrupted' | 'terminated' = 'interrupted';
// Once: whoever presses Ctrl-C again does not want to wait for a proper end.
for (const [signal, reason] of [
  ['SIGINT', 'interrupted'],
  ['SIGTERM', 'terminated'],
] as const)
  process.once(signal, () => {
    signalled = reason;
    interrupted.abort();
  });
// `fjern watch | head` ends quietly, and nobody reads what is said of it.
process.stdout.on('error', () => process.exit(0));
process.stderr.on('error', () => {});

try {
  const [first, ...others] = process.argv.slice(2);
  if (first === '--version' && others.length === 0) {
    // Asked for by scripts, which do not want to wait until the whole command line is known.
    process.stdout.write(`${version()}\n`);
  } else {
    const { createProgram } = await import('./program.ts');
    await createProgram(interrupted.signal).parseAsync();
  }
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^commander\.(help|version)/.test(code)) {
    // It is printed; without being asked for, the help is what was missing.
    const wasAsked = error instanceof Error && 'exitCode' in error && error.exitCode === 0;
    process.exitCode = wasAsked ? 0 : exitCodes.usage;
  } else {
    const failure = toFailure(error);
    const reason = failure.reason === 'interrupted' ? signalled : failure.reason;
    process.exitCode = exitCodes[reason];
    // Whoever pressed Ctrl-C knows.
    if (failure.reason !== 'interrupted') failureLine(failure, process.argv.includes('--json'));
  }
}
