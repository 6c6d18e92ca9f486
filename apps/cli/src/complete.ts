import type { Argument, Command, Option } from 'commander';
import { plain } from './output.ts';
import type { Tvs } from './tvs.ts';

/** A word that fits, and what it is. */
export interface Completion {
  value: string;
  about: string;
}

/**
 * What the last of the words may become. Asks the command line itself, so that it knows all of it; and no network.
 * @param words after the program's name, as the shell has them: perhaps within quotes
 * @param open the paired TVs
 */
export async function complete(
  program: Command,
  words: readonly string[],
  open: () => Promise<Tvs>,
): Promise<Completion[]> {
  const place = read(program, words);
  const all = await candidates(place, open);
  const wanted = place.word.toLowerCase();
  return all
    .filter(({ value }) => value.toLowerCase().startsWith(wanted))
    .map(({ value, about }) => ({ value: place.prefix + value, about: plain(about) }));
}

/** Where in the command line one is. */
interface Place {
  command: Command;
  /** Options whose names may come here: those of the command and of those above it. */
  options: Option[];
  /** How many of the command's arguments are there already. */
  given: number;
  /** The option whose value comes here. */
  option: Option | undefined;
  /** `--tv=`, which is a part of the word that stays. */
  prefix: string;
  /** What there is of the word. */
  word: string;
  /** The TV that was named by `--tv`. */
  tv: string | undefined;
}

function read(program: Command, words: readonly string[]): Place {
  let command = program;
  let options = visibleOptions(program);
  let given = 0;
  let option: Option | undefined;
  let tv: string | undefined;
  const take = (value: string) => {
    if (option?.attributeName() === 'tv') tv = value;
    option = undefined;
  };
  const last = words.length - 1;
  for (const raw of words.slice(0, Math.max(last, 0))) {
    const word = unquote(raw);
    // bash has `--tv=Bedroom` as three words.
    if (word === '=' && option) continue;
    if (option) take(word);
    else if (word.startsWith('-') && word !== '-') {
      const [name = '', value] = splitOption(word);
      option = options.find((one) => isCalled(one, name) && (one.required || one.optional));
      if (value !== undefined) take(value);
    } else {
      const sub = given === 0 ? subcommand(command, word) : undefined;
      if (sub) {
        command = sub;
        options = [...options, ...visibleOptions(sub)];
      } else given++;
    }
  }
  const word = unquote(words[last] ?? '');
  const place = { command, options, given, tv };
  if (option) return { ...place, option, prefix: '', word: word === '=' ? '' : word };
  const [name = '', value] = word.startsWith('--') ? splitOption(word) : [];
  if (value === undefined) return { ...place, option, prefix: '', word };
  option = options.find((one) => isCalled(one, name));
  return { ...place, option, prefix: `${name}=`, word: value };
}

async function candidates(
  { command, options, given, option, word, prefix, tv }: Place,
  open: () => Promise<Tvs>,
): Promise<Completion[]> {
  if (option) return valuesOf(option, option.attributeName(), tv, open);
  if (prefix !== '') return [];
  if (word.startsWith('-'))
    return options.map((one) => ({ value: one.long ?? one.flags, about: one.description }));
  const commands =
    given > 0
      ? []
      : visibleCommands(command).map((one) => ({
          value: one.name(),
          about: one.summary() || one.description(),
        }));
  const argument = command.name() === 'help' ? undefined : command.registeredArguments[given];
  return argument
    ? [...commands, ...(await valuesOf(argument, argument.name(), tv, open))]
    : commands;
}

/** @param kind the name of the option or argument, which says what it takes */
async function valuesOf(
  { argChoices }: Option | Argument,
  kind: string,
  tv: string | undefined,
  open: () => Promise<Tvs>,
): Promise<Completion[]> {
  if (argChoices) return argChoices.map((value) => ({ value, about: '' }));
  if (kind !== 'tv' && kind !== 'remote' && kind !== 'media') return [];
  const tvs = await open();
  if (kind === 'tv') {
    const all = await tvs.labelled();
    return all.map(({ known, label }) => ({ value: label, about: new URL(known.service).host }));
  }
  const { known, label } = await tvs.findAny(tv ?? (process.env.FJERN_TV || undefined));
  const { remotes, titles } = await tvs.recollection.of(known.tv);
  const names = kind === 'remote' ? remotes : titles;
  return names.map((name) => ({ value: plain(name), about: `of ${label}` }));
}

function visibleCommands(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}

function visibleOptions(command: Command): Option[] {
  return command.createHelp().visibleOptions(command);
}

function subcommand(command: Command, word: string): Command | undefined {
  return visibleCommands(command).find(
    (one) => one.name() === word || one.aliases().includes(word),
  );
}

function isCalled({ long, short }: Option, name: string): boolean {
  return name === long || name === short;
}

function splitOption(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** A word as a shell has it while it is typed: `Living\ ro`, `'Living ro`, `"Living ro`. */
function unquote(word: string): string {
  const quote = /^["']/.exec(word)?.[0];
  if (quote === undefined) return word.replace(/\\(.)/g, '$1');
  const inner = word.slice(1).endsWith(quote) ? word.slice(1, -1) : word.slice(1);
  return quote === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner;
}
