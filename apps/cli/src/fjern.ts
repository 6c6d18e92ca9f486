#!/usr/bin/env node
import { hostname, userInfo } from 'node:os';
import { type CommandHandle, connect, type KnownTv, pair, type Remote } from '@fjern/remote';
import { discover } from '@fjern/remote/discovery';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { exitCodes, Failure } from './exit.ts';
import {
  describeMedia,
  describeVolume,
  type Output,
  output,
  parsePosition,
  parseVolume,
} from './output.ts';
import { Tvs } from './tvs.ts';

/** Options of the whole program. */
interface Globals {
  json?: boolean;
  tv?: string;
  timeout: string;
}

const program = new Command('fjern')
  .description('Controls TVs that speak Fjern.')
  .option('--json', 'one JSON object a line, for programs')
  .option('--tv <name>', 'which paired TV: its name or address (default: the one used last)')
  .option('--timeout <seconds>', 'how long to wait for the TV', '10')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, ${exitCodes.refused} the TV said no, ${exitCodes.usage} wrong arguments, ${exitCodes.unreachable} the TV could not be reached or is off, ${exitCodes.unpaired} not paired.`,
  )
  .showHelpAfterError('See fjern --help.')
  .exitOverride();

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());
// `fjern watch | head` ends quietly.
process.stdout.on('error', () => process.exit(0));

const globals = () => program.opts<Globals>();

function timeout(): number {
  const seconds = Number(globals().timeout);
  if (!(seconds > 0)) throw new Failure('usage', '--timeout must be a number of seconds.');
  return seconds;
}

/** Connects, waits until the TV is there and its state known, and leaves afterwards. */
async function withTv(use: (remote: Remote, out: Output) => Promise<void>): Promise<void> {
  const tvs = new Tvs();
  const known = tvs.find(globals().tv);
  const remote = connect(known);
  try {
    await present(remote, known);
    if (tvs.all()[0]?.tv !== known.tv) await tvs.save(known);
    await use(remote, output(globals().json ?? false));
  } finally {
    await remote.close();
  }
}

async function present(remote: Remote, known: KnownTv): Promise<void> {
  try {
    await remote.ready({ signal: interrupted.signal, timeout: timeout() });
  } catch (error) {
    if (interrupted.signal.aborted) throw new Failure('interrupted', 'Interrupted.');
    const { link } = remote;
    if (link.status === 'lost' && link.reason.code === 'unpaired')
      throw new Failure(
        'unpaired',
        `${known.name} is no longer paired with this computer. Pair it again: fjern pair <address from its code>`,
        { cause: error },
      );
    throw new Failure('unreachable', `${known.name} cannot be reached at ${known.service}.`, {
      cause: error,
    });
  }
  if (remote.tv.status !== 'present')
    throw new Failure(
      'unreachable',
      `${known.name} is off, or its page is not open. (The connection to it works.)`,
    );
}

/** Runs one command on the TV and says what came of it. */
function command(name: string, run: (remote: Remote) => CommandHandle): Promise<void> {
  return withTv(async (remote, out) => {
    const result = await run(remote);
    const media = remote.media.value;
    const volume = remote.volume.value;
    const text =
      result.facet === 'volume' && volume
        ? describeVolume(volume)
        : media
          ? describeMedia(media, remote.media.currentTime)
          : 'Done.';
    out.print({ command: name, ...result, value: remote.get(result.facet) }, text);
  });
}

program
  .command('discover')
  .description('list the TVs on this network, as they come and go')
  .option('--for <seconds>', 'stop after this time (default: 3; 0: go on until Ctrl-C)', '3')
  .action(async (options: { for: string }) => {
    const out = output(globals().json ?? false);
    const seconds = Number(options.for);
    if (!(seconds >= 0)) throw new Failure('usage', '--for must be a number of seconds.');
    const signals = [interrupted.signal];
    if (seconds > 0) signals.push(AbortSignal.timeout(seconds * 1000));
    let found = 0;
    for await (const { type, tv } of discover({ signal: AbortSignal.any(signals) })) {
      found++;
      const mark = { add: pc.green('+'), update: pc.yellow('~'), remove: pc.red('-') }[type];
      const code = tv.pairing ? '  shows a code' : '';
      out.print(
        { event: type, ...tv },
        `${mark} ${pc.bold(tv.name)}  ${tv.addresses[0] ?? ''}:${tv.port}${code}`,
      );
    }
    if (found === 0 && !out.json)
      process.stderr.write(
        'No TV was found. Networks often keep such messages from passing: fjern pair works with the address alone.\n',
      );
  });

program
  .command('pair')
  .argument('<address>', 'the address that the code on the TV contains, in quotes')
  .option('--name <name>', 'what the TV calls this remote', defaultName())
  .description('pair with a TV')
  .action(async (address: string, options: { name: string }) => {
    const out = output(globals().json ?? false);
    const tvs = new Tvs();
    const known = await pair(address, {
      name: options.name,
      kind: 'computer',
      save: (paired) => tvs.save(paired),
      signal: interrupted.signal,
      timeout: timeout(),
    });
    out.print(
      { event: 'paired', tv: known.tv, name: known.name },
      `Paired with ${pc.bold(known.name)}.`,
    );
  });

program
  .command('tvs')
  .description('list the paired TVs, the one used last first')
  .action(() => {
    const out = output(globals().json ?? false);
    const all = new Tvs().all();
    for (const { tv, name, service } of all)
      out.print({ tv, name, service }, `${pc.bold(name)}  ${service}  ${pc.dim(tv)}`);
    if (all.length === 0 && !out.json) process.stderr.write('No TV is paired.\n');
  });

program
  .command('unpair')
  .description('end the pairing, at the TV and here')
  .option('--here', 'only here, when the TV is gone for good')
  .action(async (options: { here?: boolean }) => {
    const tvs = new Tvs();
    const known = tvs.find(globals().tv);
    if (!options.here) {
      const remote = connect(known);
      try {
        await remote.ready({ signal: interrupted.signal, timeout: timeout() });
        await remote.unpair();
      } catch (cause) {
        if (remote.link.status !== 'lost')
          throw new Failure(
            'unreachable',
            `${known.name} cannot be reached. To forget it here alone: fjern unpair --here`,
            { cause },
          );
      } finally {
        await remote.close();
      }
    }
    await tvs.forget(known);
    output(globals().json ?? false).print(
      { event: 'unpaired', tv: known.tv },
      `No longer paired with ${known.name}.`,
    );
  });

program
  .command('status')
  .description('what plays, where, and how loud')
  .action(() =>
    withTv(async (remote, out) => {
      const media = remote.media.value;
      const volume = remote.volume.value;
      const currentTime = remote.media.currentTime;
      out.print(
        { tv: remote.name, media, volume, currentTime },
        [
          pc.bold(remote.name),
          media ? describeMedia(media, currentTime) : '',
          volume ? describeVolume(volume) : '',
        ].join('\n'),
      );
    }),
  );

program
  .command('watch')
  .description('print every change until Ctrl-C')
  .action(() =>
    withTv(async (remote, out) => {
      const stops = [
        remote.subscribe('media', (value) =>
          out.print(
            { event: 'state', facet: 'media', value },
            describeMedia(value, remote.media.currentTime),
          ),
        ),
        remote.subscribe('volume', (value) =>
          out.print({ event: 'state', facet: 'volume', value }, describeVolume(value)),
        ),
        remote.on('link', ({ status }) =>
          out.print({ event: 'link', status }, pc.dim(`Connection: ${status}`)),
        ),
        remote.on('tv', ({ status }) =>
          out.print({ event: 'tv', status }, pc.dim(`TV: ${status}`)),
        ),
      ];
      await new Promise<void>((resolve) => {
        interrupted.signal.addEventListener('abort', () => resolve());
        remote.on('link', ({ status }) => status === 'lost' && resolve());
        if (interrupted.signal.aborted) resolve();
      });
      for (const stop of stops) stop();
      if (remote.link.status === 'lost')
        throw new Failure(
          'unpaired',
          'The TV ended the pairing, or this remote is in use elsewhere.',
        );
    }),
  );

program
  .command('load')
  .argument('<uri>', 'address of the media, or its number or title in the TV’s catalogue')
  .option('--at <position>', 'where to start')
  .option('--paused', 'do not start to play')
  .description('play something else')
  .action((uri: string, options: { at?: string; paused?: boolean }) =>
    command('load', (remote) => {
      const items = remote.catalogue?.items ?? [];
      const lower = uri.toLowerCase();
      const item =
        items.find(({ id, metadata }) => id === uri || metadata.title?.toLowerCase() === lower) ??
        (/^\d{1,3}$/.test(uri) ? items[Number(uri) - 1] : undefined);
      const at = options.at;
      const currentTime =
        at === undefined
          ? undefined
          : parsePosition(at, { currentTime: 0, duration: item?.duration });
      if (at !== undefined && currentTime === undefined) throw badPosition(at);
      return remote.media.load(
        {
          ...(item?.source ?? { uri }),
          ...(currentTime === undefined ? {} : { currentTime }),
          autoplay: !options.paused,
        },
        { timeout: Math.max(timeout(), 20) },
      );
    }),
  );

program
  .command('catalogue')
  .description('what the TV offers to play')
  .action(() =>
    withTv(async (remote, out) => {
      (remote.catalogue?.items ?? []).forEach((item, index) => {
        out.print(
          item,
          `${String(index + 1).padStart(3)}  ${pc.bold(item.metadata.title ?? item.id)}  ${pc.dim(item.source.uri)}`,
        );
      });
    }),
  );

program
  .command('play')
  .description('go on')
  .action(() => command('play', (remote) => remote.media.play()));
program
  .command('pause')
  .description('pause')
  .action(() => command('pause', (remote) => remote.media.pause()));
program
  .command('stop')
  .description('stop, and unload')
  .action(() => command('stop', (remote) => remote.media.stop()));
program
  .command('mute')
  .description('mute')
  .action(() => command('mute', (remote) => remote.volume.mute()));
program
  .command('unmute')
  .description('unmute')
  .action(() => command('unmute', (remote) => remote.volume.unmute()));

program
  .command('seek')
  .argument('<position>', 'seconds, 1:02:03, 50%, or +10 and -10 from here')
  .description('go to a position')
  // `seek -10` is a position, not an option.
  .allowUnknownOption()
  .action((position: string) =>
    command('seek', (remote) => {
      const { currentTime, duration } = remote.media;
      const target = parsePosition(position, { currentTime, duration });
      if (target === undefined) throw badPosition(position);
      return remote.media.seek(target);
    }),
  );

program
  .command('rate')
  .argument('<rate>', '1 is normal')
  .description('set the speed')
  .action((rate: string) =>
    command('setRate', (remote) => {
      if (!(Number(rate) > 0)) throw new Failure('usage', `"${rate}" is no speed.`);
      return remote.media.setRate(Number(rate));
    }),
  );

program
  .command('volume')
  .argument('<percent>', '0 to 100, or +5 and -5 from here')
  .description('set the volume')
  .allowUnknownOption()
  .action((percent: string) =>
    command('setVolume', (remote) => {
      const level = parseVolume(percent, remote.volume.value?.level ?? 0);
      if (level === undefined)
        throw new Failure('usage', `"${percent}" is no volume: 0 to 100, +5, -5.`);
      return remote.volume.set(level);
    }),
  );

function badPosition(text: string): Failure {
  return new Failure('usage', `"${text}" is no position: 92.5, 1:32, 50%, +10, -10.`);
}

function defaultName(): string {
  try {
    return `${userInfo().username} on ${hostname()}`.slice(0, 64);
  } catch {
    return hostname().slice(0, 64);
  }
}

/** Ends the program with the line and the code for what went wrong. */
function failed(error: unknown): void {
  if (error instanceof CommanderError) {
    // It has said its line; help is not an error.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
    return;
  }
  const failure = toFailure(error);
  if (globals().json)
    process.stdout.write(
      `${JSON.stringify({ event: 'error', code: codeOf(error) ?? failure.reason, message: failure.message })}\n`,
    );
  process.stderr.write(`${pc.red('fjern:')} ${failure.message}\n`);
  process.exitCode = exitCodes[failure.reason];
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (interrupted.signal.aborted || code === 'aborted')
    return new Failure('interrupted', 'Interrupted.');
  const unreachable = ['unreachable', 'timeout', 'outcome-unknown', 'expired', 'network'];
  if (code && unreachable.includes(code))
    return new Failure('unreachable', message, { cause: error });
  return new Failure(code === 'not-an-offer' ? 'usage' : 'refused', message, { cause: error });
}

try {
  await program.parseAsync();
} catch (error) {
  failed(error);
}
