import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Hooks } from './hooks.ts';
import {
  defaultPort,
  demand,
  environmentName,
  type Kind,
  type LogLevel,
  type OptionName,
  optionNames,
  table,
  type Values,
} from './option-table.ts';

export interface Options {
  /** What was said, from all sources; what was not said is not in it. */
  given: Values;
  port: number;
  /** Address to listen at; undefined: all. */
  host: string | undefined;
  /** The TV's name. */
  name: string;
  dataDir: string;
  /** `page`: the agent runs in the TV page, in some browser. */
  player: 'page' | 'mpv';
  mpv: { command: string; args: string[]; socket: string | undefined };
  /** Folder with catalogue.json; undefined: the clips of the demonstration. */
  media: string | undefined;
  tls: { cert: string; key: string } | undefined;
  /** Pages that may connect beside the box's own: `https://tv.example`. */
  origins: string[];
  /** Advertise by mDNS. */
  mdns: boolean;
  /** The viewer is asked about each new remote but the first. */
  approve: boolean;
  /** Seconds with nothing loaded until the standby hook runs; 0: never. */
  standbyAfter: number;
  hooks: Hooks;
  /** At a terminal that is told in words, `silent`, unless somebody wants it. */
  logLevel: LogLevel;
  json: boolean;
}

/** Something that the person who started the box has to change: one line, and exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** What one source says: the command line, the environment, or the configuration file. */
export interface Source {
  values: Values;
  /** How the source calls an option: `--port`, `FJERN_BOX_PORT`, `box.json: port`. */
  label(option: OptionName): string;
  hooks?: Hooks;
}

export interface Flags extends Source {
  help: boolean;
  version: boolean;
  /** Of the configuration file. */
  config: string | undefined;
}

/** @throws UsageError */
export function readFlags(argv: readonly string[]): Flags {
  const label = (option: OptionName) => `--${option}`;
  const { help, version, config, ...given } = readArguments(argv);
  const flags: Flags = {
    values: {},
    label,
    help: help === true,
    version: version === true,
    config: typeof config === 'string' ? config : undefined,
  };
  for (const option of optionNames) take(flags, option, given[option]);
  return flags;
}

/** @throws UsageError */
export function readEnvironment(environment: NodeJS.ProcessEnv): Source {
  const source: Source = { values: {}, label: environmentName };
  for (const option of optionNames) {
    const text = environment[environmentName(option)];
    // Systems that cannot take a variable away again empty it.
    if (text === undefined || text === '') continue;
    const { type } = table[option].kind;
    take(source, option, type === 'list' ? text.split(/\s+/).filter(Boolean) : text);
  }
  return source;
}

/** Read where nothing else is named, if it is there. */
export const standardConfig = '/etc/fjern/box.json';

/** The configuration file that counts, if any. */
export function findConfig(named: string | undefined): string | undefined {
  if (named) return resolve(named);
  return existsSync(standardConfig) ? standardConfig : undefined;
}

/**
 * The first source that says something counts. Makes the data directory.
 * @throws UsageError
 */
export function combine(...sources: Source[]): Options {
  const values: Values = Object.assign({}, ...sources.map((source) => source.values).reverse());
  const label = (option: OptionName) =>
    (sources.find((source) => source.values[option] !== undefined) ?? sources[0])?.label(option) ??
    option;
  const socket = values['mpv-socket'];
  if (socket !== undefined && values.player === 'page')
    throw new UsageError(`${label('mpv-socket')} goes with --player mpv, not with page.`);
  const { media } = values;
  return {
    given: values,
    port: values.port ?? defaultPort,
    host: values.host,
    name: (values.name ?? table.name.standard).trim(),
    dataDir: prepareDataDir(values['data-dir'] ?? table['data-dir'].standard),
    player: values.player ?? (socket === undefined ? 'page' : 'mpv'),
    mpv: {
      command: values['mpv-command'] ?? 'mpv',
      args: values['mpv-args'] ?? [],
      socket: socket === undefined ? undefined : resolve(socket),
    },
    media: media === undefined ? undefined : readableFolder(label('media'), media),
    tls: readTls(values['tls-cert'], values['tls-key'], label),
    origins: (values.origin ?? []).map((text) => new URL(text).origin),
    mdns: values.mdns ?? true,
    approve: values.approve ?? false,
    standbyAfter: values['standby-after'] ?? 0,
    hooks: sources.find((source) => source.hooks)?.hooks ?? {},
    logLevel: values['log-level'] ?? (process.stderr.isTTY && !values.json ? 'silent' : 'info'),
    json: values.json ?? false,
  };
}

function readArguments(argv: readonly string[]): Record<string, unknown> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowNegative: true,
      options: {
        ...Object.fromEntries(
          optionNames.map((option) => [option, argumentOf(table[option].kind)] as const),
        ),
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    // Node explains at length, over several lines; the first sentence says what is wrong.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new UsageError(`${message.replace(/\.$/, '')}. See --help.`);
  }
}

function argumentOf({ type }: Kind): { type: 'string' | 'boolean'; multiple: boolean } {
  return { type: type === 'switch' ? 'boolean' : 'string', multiple: type === 'list' };
}

/** @param given text, or texts of a list, or what a flag without a value means */
function take(source: Source, option: OptionName, given: unknown): void {
  if (given === undefined) return;
  const { kind } = table[option];
  const value = typeof given === 'string' ? fromText(kind, given) : given;
  if (!fits(kind, value)) {
    const wrong = Array.isArray(given) ? given.find((part) => !fits(kind, [part])) : given;
    const shown = kind.type === 'text' ? '' : `, not "${wrong}"`;
    throw new UsageError(`${source.label(option)} ${demand(kind)}${shown}.`);
  }
  Object.assign(source.values, { [option]: value });
}

function fromText(kind: Kind, text: string): unknown {
  if (kind.type === 'integer') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  if (kind.type !== 'switch') return text;
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  return /^(?:0|false|no|off)$/i.test(text) ? false : text;
}

function fits(kind: Kind, value: unknown): boolean {
  switch (kind.type) {
    case 'integer':
      return typeof value === 'number' && value >= kind.min && value <= kind.max;
    case 'text':
      return typeof value === 'string' && value.trim() !== '' && value.length <= kind.longest;
    case 'path':
      return typeof value === 'string' && value !== '' && !value.includes('\0');
    case 'switch':
      return typeof value === 'boolean';
    case 'choice':
      return kind.of.some((choice) => choice === value);
    case 'list':
      return Array.isArray(value) && value.every((part) => kind.pattern.test(part));
  }
}

function prepareDataDir(path: string): string {
  const directory = resolve(path);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    throw new UsageError(
      `The data directory ${directory} cannot be written (${codeOf(error)}). Choose another with --data-dir.`,
    );
  }
}

function readableFolder(label: string, path: string): string {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return resolve(path);
  } catch (error) {
    throw new UsageError(`${label}: cannot read ${path} (${codeOf(error)}).`);
  }
}

function readTls(
  cert: string | undefined,
  key: string | undefined,
  label: (option: OptionName) => string,
): Options['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('--tls-cert and --tls-key belong together.');
  return { cert: readPem(label('tls-cert'), cert), key: readPem(label('tls-key'), key) };
}

function readPem(label: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${label}: cannot read ${file} (${codeOf(error)}).`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
