import type { Command } from 'commander';
import { seconds } from './arguments.ts';
import type { Context, Open } from './context.ts';
import { Failure } from './exit.ts';
import { examples, prose } from './help.ts';
import { plain } from './output.ts';

/** `discover`, `tvs`, `use`. */
export function addFinding(program: Command, open: Open): void {
  program.commandsGroup('Find and pair:');

  program
    .command('discover')
    .option('--for <seconds>', 'stop after this time; 0: go on until Ctrl-C (default: 3)')
    .summary('list the TVs on this network')
    .description(
      prose(`Lists the TVs on this network, as they come (+), change (~) and go (-). Listed are those that answer; which TV
one really is, its key proves when you connect to it. The characters after a name are the beginning of its id, which
tells TVs of one name apart.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern discover
  fjern discover --for 0                                           until Ctrl-C
  fjern discover --json | jq -r 'select(.event == "add") | .name'`),
    )
    .action(async ({ for: time = '3' }: { for?: string }) => {
      const { findTvs } = await import('./discovering.ts');
      return findTvs(await open(), seconds('--for', time, 0));
    });

  program
    .command('tvs')
    .option('--online', 'ask each whether it is on, all at once')
    .summary('list the paired TVs')
    .description(
      prose(`Lists the paired TVs, the one used last first. The one that is meant when none is named has an asterisk: what
fjern use chose, or the one used last.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern tvs
  fjern tvs --online --timeout 3
  fjern tvs --online --json | jq -r 'select(.online == "on") | .label'`),
    )
    .action(async ({ online = false }: { online?: boolean }) => {
      if (!online) return listTvs(await open());
      const { listOnline } = await import('./online.ts');
      return listOnline(await open());
    });

  program
    .command('use')
    .argument('[tv]', 'its name, the beginning of it, or its id; none: says which it is')
    .option('--last', 'go back to the one used last')
    .summary('choose the TV that is meant when none is named')
    .description(
      prose(`Chooses the TV that later commands mean when none is named. --tv goes before FJERN_TV, that before what was
chosen here, and that before the one used last.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern use Bedroom
  fjern use 'Living room·k7q2'    where two are called that, as fjern tvs shows them
  fjern use                       which one it is
  fjern use --last                the one used last, from now on`),
    )
    .action(async (wanted: string | undefined, { last = false }: { last?: boolean }) =>
      useTv(await open(), wanted, last),
    );
}

async function listTvs({ out, tvs }: Context): Promise<void> {
  const { bold, dim, yellow } = out.colour;
  const all = await tvs.labelled();
  const { tv: theDefault } = (await tvs.default()) ?? {};
  for (const { known, label } of all) {
    const { tv, name, service } = known;
    const isDefault = tv === theDefault;
    const outdated = 'outdated' in known;
    const mark = outdated ? yellow('  paired with an older version: pair it again') : '';
    out.print(
      'known',
      { tv, name, label, service, default: isDefault, ...(outdated ? { outdated } : {}) },
      `${isDefault ? '*' : ' '} ${bold(label)}  ${new URL(service).host}  ${dim(tv)}${mark}`,
    );
  }
  if (all.length === 0) {
    const { howToPair } = await import('./tvs.ts');
    out.note(`No TV is paired. Pair one: ${howToPair}`);
  }
}

async function useTv(
  { out, tvs }: Context,
  wanted: string | undefined,
  last: boolean,
): Promise<void> {
  if (wanted !== undefined && last)
    throw new Failure('usage', 'Either a TV or --last, which is the one used last.');
  if (last) await tvs.use(undefined);
  if (wanted !== undefined) await tvs.use((await tvs.findAny(wanted)).known);
  const { known, label } = await tvs.findAny(undefined);
  const text = wanted === undefined && !last ? label : `${label} is meant when no TV is named.`;
  const say = wanted === undefined && !last ? out.print : out.confirm;
  say('default', { tv: known.tv, name: plain(known.name), label }, text);
}
