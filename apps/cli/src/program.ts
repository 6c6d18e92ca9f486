import { createRequire } from 'node:module';
import { Command } from 'commander';
import { seconds } from './arguments.ts';
import { addControl } from './control.ts';
import { exitCodes } from './exit.ts';
import { addFinding } from './finding.ts';
import { output } from './output.ts';
import { addPairing } from './pairing.ts';
import { addRemotes } from './remotes.ts';
import { addSeeing } from './seeing.ts';
import { Tvs } from './tvs.ts';
import type { Context } from './visit.ts';

/** Options of the whole program. */
interface Globals {
  json?: boolean;
  tv?: string;
  timeout?: string;
}

/** The command line. Actions throw what `toFailure` understands. @param signal aborted by Ctrl-C */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('fjern')
    .description('Finds, pairs with and controls TVs that speak Fjern.')
    .version((createRequire(import.meta.url)('../package.json') as { version: string }).version)
    .option('--json', 'one JSON object a line, for programs')
    .option('--tv <name>', 'which paired TV, by name or id (default: the one used last)')
    .option('--timeout <seconds>', 'how long to wait for the TV (default: 10)')
    .addHelpText('after', afterHelp)
    .configureOutput({ outputError: () => {} })
    .exitOverride();

  const context = (): Context => {
    const { json = false, tv, timeout = '10' } = program.opts<Globals>();
    return {
      out: output(json),
      tvs: new Tvs(),
      wanted: tv,
      timeout: seconds('--timeout', timeout, 0.1),
      signal,
    };
  };

  addFinding(program, context);
  addPairing(program, context);
  addSeeing(program, context);
  addControl(program, context);
  addRemotes(program, context);
  return program;
}

const afterHelp = `
Examples:
  fjern discover                          TVs on this network
  fjern pair 'http://192.168.1.20:7120/#v=2&j=…'
                                          the address that the TV's code contains, in quotes
  fjern pair 'Living room'                with the six digits beside the code
  fjern catalogue                         what the TV offers
  fjern load 2                            play the second of it
  fjern seek -10                          ten seconds back
  fjern --tv Bedroom volume 40
  fjern watch --json | jq .value.state    follow every change
  fjern remotes                           who else is paired

With --json all that is said, errors too, is one JSON object a line on standard output.

Exit codes: 0 done; ${exitCodes.refused} the TV, its viewer or you said no: to a code, or to what this computer may not do;
${exitCodes.usage} wrong arguments, or a name that none or several have; ${exitCodes.unreachable} the TV cannot be reached, is off or did not answer
in time; ${exitCodes.unpaired} not paired, or removed from the TV; ${exitCodes.interrupted} ended by Ctrl-C.`;
