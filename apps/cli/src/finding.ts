import { hostname, userInfo } from 'node:os';
import { PairError, pair } from '@fjern/remote';
import { discover } from '@fjern/remote/discovery';
import type { Command } from 'commander';
import { seconds } from './arguments.ts';
import { Failure } from './exit.ts';
import { plain } from './output.ts';
import { type Context, reach } from './visit.ts';

/** `discover`, `pair`, `tvs`, `unpair`. */
export function addFinding(program: Command, context: () => Context): void {
  program.commandsGroup('Find and pair:');

  program
    .command('discover')
    .description('list the TVs on this network, as they come and go')
    .option('--for <seconds>', 'stop after this time; 0: go on until Ctrl-C (default: 3)')
    .action((options: { for?: string }) =>
      findTvs(context(), seconds('--for', options.for ?? '3', 0)),
    );

  program
    .command('pair')
    .argument('<address>', 'the address that the code on the TV contains, in quotes')
    .option('--name <name>', 'what the TV calls this computer', defaultName())
    .description('pair with a TV')
    .addHelpText(
      'after',
      `
The TV shows its code on its screen; 'npm start' also prints the address beneath the code. It works once.`,
    )
    .action((address: string, options: { name: string }) =>
      pairTv(context(), address, options.name),
    );

  program
    .command('tvs')
    .description('list the paired TVs, the one used last first')
    .action(() => {
      const { out, tvs } = context();
      const all = tvs.all();
      for (const { tv, name, service } of all)
        out.print(
          { tv, name, service },
          `${out.colour.bold(plain(name))}  ${new URL(service).host}  ${out.colour.dim(tv)}`,
        );
      if (all.length === 0)
        out.note("No TV is paired. Pair one: fjern pair '<address from its code>'");
    });

  program
    .command('unpair')
    .description('end the pairing, at the TV and here')
    .option('--here', 'only here, when the TV is gone for good')
    .action((options: { here?: boolean }) => unpairTv(context(), options.here ?? false));
}

async function findTvs(context: Context, forSeconds: number): Promise<void> {
  const { out, signal } = context;
  const { bold, dim, green, yellow, red } = out.colour;
  const marks = { add: green('+'), update: yellow('~'), remove: red('-') };
  const paired = new Set(context.tvs.all().map(({ fingerprint }) => fingerprint));
  const signals = [signal];
  if (forSeconds > 0) signals.push(AbortSignal.timeout(forSeconds * 1000));
  let found = 0;
  for await (const { type, tv } of discover({ signal: AbortSignal.any(signals) })) {
    found++;
    const isPaired = paired.has(tv.fingerprint);
    const [host = ''] = tv.urls.map((url) => new URL(url).host);
    const facts = [isPaired ? 'paired' : '', tv.pairing ? 'shows a code' : ''].filter(Boolean);
    out.print(
      { event: type, ...tv, paired: isPaired },
      `${marks[type]} ${bold(plain(tv.name))}  ${host}  ${dim(facts.join(', '))}`.trimEnd(),
    );
  }
  if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
  if (found === 0)
    out.note(
      'No TV was found. Some networks keep such questions from passing; fjern pair needs the address alone.',
    );
}

async function pairTv(context: Context, address: string, name: string): Promise<void> {
  const { out, tvs, timeout, signal } = context;
  // Before the code is spent.
  tvs.all();
  try {
    const known = await pair(address, {
      name,
      kind: 'computer',
      save: (paired) => tvs.save(paired),
      signal,
      timeout,
    });
    out.print(
      { event: 'paired', tv: known.tv, name: known.name, service: known.service },
      `Paired with ${out.colour.bold(plain(known.name))}. Try: fjern catalogue`,
    );
  } catch (cause) {
    if (cause instanceof PairError && cause.code === 'not-an-offer')
      throw new Failure(
        'usage',
        "That is not the whole address from a TV's code. It has '&' in it, so put it in quotes.",
        { cause },
      );
    throw cause;
  }
}

async function unpairTv(context: Context, here: boolean): Promise<void> {
  const { out, tvs, wanted, timeout, signal } = context;
  const known = tvs.find(wanted);
  const name = plain(known.name);
  if (!here) {
    const { remote } = reach(known, timeout);
    try {
      await remote.ready({ signal, timeout });
      await remote.unpair({ signal });
    } catch (cause) {
      // The TV may have ended the pairing already.
      const isOver = remote.link.status === 'lost' && remote.link.reason.code === 'unpaired';
      if (!isOver && !signal.aborted)
        throw new Failure(
          'unreachable',
          `${name} cannot be reached, so the pairing stays. To forget it here alone: fjern unpair --here`,
          { cause },
        );
      if (!isOver) throw new Failure('interrupted', 'Interrupted.', { cause });
    } finally {
      await remote.close();
    }
  }
  await tvs.forget(known);
  out.print(
    { event: 'unpaired', tv: known.tv, name: known.name },
    here ? `Forgot ${name}. The TV still lists this computer.` : `No longer paired with ${name}.`,
  );
}

function defaultName(): string {
  try {
    return `${userInfo().username} on ${hostname()}`.slice(0, 64);
  } catch {
    // A user id without a name, as in containers.
    return hostname().slice(0, 64);
  }
}
