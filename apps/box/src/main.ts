#!/usr/bin/env node
import { type Box, RestartNeeded, startBox } from './box.ts';
import { errorEvent } from './errors.ts';
import { type Log, openLog } from './logs.ts';
import { keepWatchdog, passedSocket, serviceManager } from './notify.ts';
import {
  combine,
  findConfig,
  type Options,
  readEnvironment,
  readFlags,
  UsageError,
} from './options.ts';
import { version } from './pages.ts';
import { type BoxEvent, jsonReport, type Report } from './report.ts';

/** Milliseconds that an orderly end may take, mpv's included. */
const longestGoodbye = 5000;
/** Milliseconds after which all that belongs to starting is done, the player's start and mDNS included. */
const settled = 5000;
/** What systemd is told by (sysexits.h, EX_TEMPFAIL): start me again at once. */
const startAgain = 75;

const argv = process.argv.slice(2);
const write = (text: string) => {
  process.stdout.write(text);
};

/** What all sources say now, the first that says something first. @throws UsageError */
async function readOptions(): Promise<Options | 'help' | 'version'> {
  const flags = readFlags(argv);
  if (flags.help) return 'help';
  if (flags.version) return 'version';
  const file = findConfig(flags.config ?? process.env.FJERN_BOX_CONFIG);
  const sources = [flags, readEnvironment(process.env)];
  if (file === undefined) return combine(...sources);
  const { readConfig } = await import('./config.ts');
  return combine(...sources, readConfig(file));
}

async function main(): Promise<void> {
  try {
    const options = await readOptions();
    if (options === 'help') {
      const { helpText } = await import('./help.ts');
      write(`${helpText()}\n`);
    } else if (options === 'version') write(`${version()}\n`);
    else await run(options);
  } catch (error) {
    const event = errorEvent(error);
    if (argv.includes('--json')) jsonReport(write)(event);
    complain(event.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function run(options: Options): Promise<void> {
  const log = await openLog(options.logLevel);
  const tell = options.json ? jsonReport(write) : await reportInWords(options.name);
  const report = (event: BoxEvent) => {
    tell(event);
    log.write(event);
  };
  const manager = serviceManager(process.env, (error) => report(errorEvent(error)));
  const fd = passedSocket(process.env);
  log.write({ event: 'starting', version: version() });
  const starting = startBox(options, { report, log, fd });

  let stopping = false;
  const stop = (restart: boolean, exitCode = 0) => {
    // Whoever presses Ctrl-C twice does not want to wait.
    if (stopping) process.exit(130);
    stopping = true;
    setTimeout(() => process.exit(exitCode), longestGoodbye);
    // Who speaks for us has to be done before we are gone.
    Promise.all([
      starting.then((box) => box.close({ restart })),
      manager?.notify('STOPPING=1'),
    ]).then(
      () => process.exit(exitCode),
      (error: unknown) => {
        complain(errorEvent(error).message);
        process.exit(1);
      },
    );
  };
  const reload = async (box: Box) => {
    await manager?.notify('RELOADING=1');
    try {
      const next = await readOptions();
      if (typeof next === 'object') await box.reload(next);
    } catch (error) {
      if (error instanceof RestartNeeded) return stop(true, startAgain);
      report(errorEvent(error));
      // Without a hub there is no TV; whoever started us may do better.
      if (!(error instanceof UsageError)) return stop(false, 1);
    }
    await manager?.notify('READY=1');
  };
  process.on('SIGINT', () => stop(false));
  process.on('SIGTERM', () => stop(false));
  process.on('SIGUSR2', () => stop(true));
  process.on('SIGHUP', () => {
    // That the terminal was closed, or somebody asks for it who has no terminal.
    if (isAtTerminal()) stop(false);
    else if (!stopping) starting.then(reload, () => {});
  });

  const box = await starting;
  setTimeout(() => giveMemoryBack().catch(() => {}), settled).unref();
  await manager?.notify('READY=1', `STATUS=Listening on port ${box.port}`);
  if (manager) watch(box, log, manager);
}

function watch(box: Box, log: Log, manager: NonNullable<ReturnType<typeof serviceManager>>): void {
  keepWatchdog(manager, () => {
    if (!box.isAlive)
      log.write({ event: 'watchdog', message: 'The player is not looked after any more.' });
    return box.isAlive;
  });
}

/** Of what starting leaves behind, a process that has little to do afterwards would keep megabytes for good. */
async function giveMemoryBack(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

function isAtTerminal(): boolean {
  return process.stdout.isTTY || process.stderr.isTTY;
}

/** Programs do not need what draws codes on terminals, which costs more than all else here. */
async function reportInWords(name: string): Promise<Report> {
  const { textReport } = await import('./text-report.ts');
  return textReport(name, write);
}

/** One line for each thing that is wrong. */
function complain(message: string): void {
  for (const line of message.split('\n')) process.stderr.write(`fjern: ${line}\n`);
}

// A reader that went away (`| head`) is not a reason to stop being a TV.
process.stdout.on('error', () => {});
void main();
