import { CommanderError } from 'commander';
import { exitCodes, toFailure } from './exit.ts';
import { failureLine } from './output.ts';
import { createProgram } from './program.ts';

// The `fjern` command: one run, one exit code.

const interrupted = new AbortController();
// Once: whoever presses Ctrl-C again does not want to wait for a proper end.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort());
// `fjern watch | head` ends quietly.
process.stdout.on('error', () => process.exit(0));

try {
  await createProgram(interrupted.signal).parseAsync();
} catch (error) {
  if (error instanceof CommanderError && /help|version/.test(error.code)) {
    // It is printed; without being asked for, the help is what was missing.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  } else {
    const failure = toFailure(error);
    process.exitCode = exitCodes[failure.reason];
    // Whoever pressed Ctrl-C knows.
    if (failure.reason !== 'interrupted') failureLine(failure, process.argv.includes('--json'));
  }
}
