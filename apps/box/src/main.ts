import { startBox } from './box.ts';
import { errorEvent } from './errors.ts';
import { combine, readEnvironment, readFlags, UsageError } from './options.ts';
import { jsonReport, textReport } from './report.ts';

/** For goodbyes, ms: whoever is connected but does not answer is not waited for. */
const patience = 800;

const write = (text: string) => {
  process.stdout.write(text);
};

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const json = argv.includes('--json');
  try {
    const flags = readFlags(argv);
    if (flags.help) {
      const { helpText } = await import('./help.ts');
      write(`${helpText()}\n`);
      return;
    }
    const options = combine(flags, readEnvironment(process.env));
    const report = options.json ? jsonReport(write) : textReport(options.name, write);
    const starting = startBox(options, report);
    let stopping = false;
    const stop = (restart: boolean) => {
      // Whoever presses Ctrl-C twice does not want to wait.
      if (stopping) process.exit(130);
      stopping = true;
      setTimeout(() => process.exit(0), patience);
      const closed = starting.then((box) => box.close({ restart }));
      closed.then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`fjern: ${errorEvent(error).message}\n`);
          process.exit(1);
        },
      );
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => stop(false));
    process.on('SIGUSR2', () => stop(true));
    await starting;
  } catch (error) {
    const event = errorEvent(error);
    if (json) jsonReport(write)(event);
    process.stderr.write(`fjern: ${event.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

// A reader that went away (`| head`) is not a reason to stop being a TV.
process.stdout.on('error', () => {});
void main();
