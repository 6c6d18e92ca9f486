import { Command } from 'commander';
import { seconds } from './arguments.ts';
import { addCompletion } from './completion.ts';
import type { Context } from './context.ts';
import { addControl } from './control.ts';
import { exitCodes } from './exit.ts';
import { addFinding } from './finding.ts';
import { colourOf, output } from './output.ts';
import { addPairing } from './pairing.ts';
import { addRemotes } from './remotes.ts';
import { addSeeing } from './seeing.ts';
import { version } from './version.ts';

/** Options of the whole program. */
interface Globals {
  json?: boolean;
  quiet?: boolean;
  tv?: string;
  timeout?: string;
}

/**
 * The command line: what may be said, and what it means. What does it is loaded when it is asked for.
 * Actions throw what `toFailure` understands. @param signal aborted by Ctrl-C
 */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('fjern')
    .description('Finds, pairs with and controls TVs that speak Fjern.')
    .version(version(), '-V, --version', 'say which version this is')
    .option('--tv <tv>', 'which paired TV, by its name, the beginning of it, or its id')
    .option('--json', 'one JSON object a line, for programs')
    .option('-q, --quiet', 'say nothing but what was asked for and what went wrong')
    .option('--timeout <seconds>', 'how long to wait for the TV (default: 10)')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', afterHelp)
    .configureOutput({ outputError: () => {} })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => colourOf(process.stdout).bold(title),
    })
    .exitOverride();

  const open = async (): Promise<Context> => {
    const { json = false, quiet = false, tv, timeout = '10' } = program.opts<Globals>();
    const limit = seconds('--timeout', timeout, 0.1);
    const { Tvs } = await import('./tvs.ts');
    return {
      out: output({ json, quiet }),
      tvs: new Tvs(),
      wanted: tv || process.env.FJERN_TV || undefined,
      timeout: limit,
      signal,
    };
  };

  addFinding(program, open);
  addPairing(program, open);
  addSeeing(program, open);
  addControl(program, open);
  addRemotes(program, open);
  addCompletion(program, open);
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
  fjern volume 40 --tv Bedroom            another TV than the one that fjern use chose
  fjern watch --json | jq .value.state    follow every change
  fjern remotes                           who else is paired
  fjern help seek                         more about one command

With --json all that is said, errors too, is one JSON object a line on standard output.

Environment:
  FJERN_TV           the TV that is meant where --tv does not name one
  FJERN_CONFIG_DIR   where the paired TVs are kept (default: fjern in $XDG_CONFIG_HOME, or ~/.config/fjern)
  NO_COLOR, FORCE_COLOR
                     never, or always, colours; else only at a terminal

Exit codes: 0 done; ${exitCodes.refused} the TV, its viewer or you said no: to a code, or to what this computer may not do;
${exitCodes.usage} wrong arguments, or a name that none or several have; ${exitCodes.unreachable} the TV cannot be reached, is off or did not answer
in time; ${exitCodes.unpaired} not paired, or removed from the TV; ${exitCodes.interrupted} ended by Ctrl-C; ${exitCodes.terminated} ended by SIGTERM.`;
