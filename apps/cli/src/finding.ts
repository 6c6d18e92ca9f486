import { discover } from '@fjern/remote/discovery';
import type { Command } from 'commander';
import { seconds } from './arguments.ts';
import { Failure } from './exit.ts';
import { plain } from './output.ts';
import { howToPair } from './tvs.ts';
import type { Context } from './visit.ts';

/** `discover`, `tvs`. */
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
    .command('tvs')
    .description('list the paired TVs, the one used last first')
    .action(() => listTvs(context()));
}

async function listTvs({ out, tvs }: Context): Promise<void> {
  const { bold, dim, yellow } = out.colour;
  const all = await tvs.all();
  for (const known of all) {
    const { tv, name, service } = known;
    const outdated = 'outdated' in known;
    const mark = outdated ? yellow('  paired with an older version: pair it again') : '';
    out.print(
      { tv, name, service, ...(outdated ? { outdated } : {}) },
      `${bold(plain(name))}  ${new URL(service).host}  ${dim(tv)}${mark}`,
    );
  }
  if (all.length === 0) out.note(`No TV is paired. Pair one: ${howToPair}`);
}

async function findTvs(context: Context, forSeconds: number): Promise<void> {
  const { out, signal } = context;
  const { bold, dim, green, yellow, red } = out.colour;
  const marks = { add: green('+'), update: yellow('~'), remove: red('-') };
  const known = (await context.tvs.all()).filter((tv) => !('outdated' in tv));
  const paired = new Set(known.map(({ fingerprint }) => fingerprint));
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
