import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Open } from './context.ts';
import { examples, prose } from './help.ts';
import type { Asked } from './pair.ts';

/** `pair`, `unpair`. */
export function addPairing(program: Command, open: Open): void {
  program
    .command('pair')
    .argument(
      '<tv>',
      'the address that the code on the TV contains, in quotes; or, for the PIN beside the code, the TV’s name, id, or host[:port]; - reads it from standard input',
    )
    .option('--pin <digits>', 'the six digits beside the code; - reads them from standard input')
    .option('--name <name>', 'what the TV calls this computer', defaultName())
    .summary('pair with a TV')
    .description(
      prose(`Pairs with a TV, which then knows this computer, and which later commands find wherever it is.

The TV shows a code and, beside it, six digits; 'npm start' also prints both. They work once. The first remote of a
TV is its owner. Without a terminal nothing is asked: give the PIN with --pin, or on standard input.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern pair 'http://192.168.1.20:7120/#v=2&j=…'   the address that the code contains
  fjern pair 'Living room'                         found on this network; asks for the digits
  fjern pair 'Living room·k7q2'                    one of several of that name, as fjern discover shows it
  fjern pair 192.168.1.20 --pin 483201
  fjern pair - < address.txt                       what is in arguments, other users of this computer
  fjern pair 'Living room' --pin - < pin.txt       and the shell's history can see`),
    )
    .action(async (target: string, asked: Asked) => {
      const { pairTv } = await import('./pair.ts');
      return pairTv(await open(), target, asked);
    });

  program
    .command('unpair')
    .option('--here', 'only here, when the TV is gone for good')
    .summary('end the pairing')
    .description('Ends the pairing, at the TV and here.')
    .addHelpText(
      'after',
      examples(`
  fjern unpair --tv Bedroom
  fjern unpair --tv Bedroom --here    the TV is gone, or was replaced`),
    )
    .action(async ({ here = false }: { here?: boolean }) => {
      const { unpairTv } = await import('./pair.ts');
      return unpairTv(await open(), here);
    });
}

function defaultName(): string {
  try {
    return `${userInfo().username} on ${hostname()}`.slice(0, 64);
  } catch {
    // A user id without a name, as in containers.
    return hostname().slice(0, 64);
  }
}
