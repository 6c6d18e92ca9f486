import { type Option, optionNames, table } from './option-table.ts';

const width = 22;

function line(flag: string, { help, standard }: Pick<Option, 'help' | 'standard'>): string {
  const text = standard === undefined ? help : `${help} (default: ${standard})`;
  const gap = flag.length < width ? ' '.repeat(width - flag.length) : `\n${' '.repeat(width + 2)}`;
  return `  ${flag}${gap}${text}`;
}

export function helpText(): string {
  const lines = optionNames.map((name) => {
    const option: Option = table[name];
    if (option.kind.type === 'switch' && option.standard === 'yes')
      return line(`--no-${name}`, { help: `do not ${option.help}` });
    if (option.kind.type === 'switch') return line(`--${name}`, { help: option.help });
    return line(`--${name} ${option.placeholder}`, option);
  });
  lines.push(
    line('--config <file>', {
      help: 'configuration, JSON; also for hooks',
      standard: '/etc/fjern/box.json, if it is there',
    }),
    line('--version', { help: 'its version' }),
    line('--help', { help: 'this text' }),
  );
  return `Usage: fjern-box [options]   (in a checkout: npm start -- [options])

Runs a TV: serves the phone page (and the TV page), lets phones pair, and is found on the network.

${lines.join('\n')}

Each option has a variable of the environment, as FJERN_BOX_DATA_DIR for --data-dir, and a key of the same name in the
configuration file. Flags count before the environment, that before the file.

With --json the events are listening, address, offer, request, paired, revoked, renamed, player, state, reloaded,
stopping and error.
SIGHUP has the configuration read again, SIGUSR2 ends the box for a restart while mpv plays on.
Ctrl-C ends it: paired phones and the network are told.
(npm prints its own first lines unless it is told "npm start --silent -- --json".)`;
}
