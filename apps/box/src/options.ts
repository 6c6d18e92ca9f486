import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  port: number;
  /** Address to listen at; undefined: all. */
  host: string | undefined;
  /** The TV's name. */
  name: string;
  dataDir: string;
  tls: { cert: string; key: string } | undefined;
  /** Pages that may connect beside the box's own: `https://tv.example`. */
  origins: string[];
  /** Advertise by mDNS. */
  mdns: boolean;
  /** The viewer is asked about each new remote but the first. */
  approve: boolean;
  json: boolean;
}

/** Something that the person who started the box has to change: one line, and exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const defaultPort = 7120;

export const help = `Usage: npm start -- [options]

Runs a TV: serves the TV page and the phone page, lets phones pair, and is found on the network.

  --port <number>     port for everything (default ${defaultPort}; 0: any that is free)
  --host <address>    listen at this address alone (default: all)
  --name <text>       what the TV is called (default: ${defaultName()})
  --data-dir <path>   where pairings and the TV's identity are kept (default: ${defaultDataDir()})
  --tls-cert <file>   certificate, PEM; with --tls-key: https and wss
  --tls-key <file>    its private key, PEM
  --origin <origin>   another page that may connect, as https://tv.example (may be repeated)
  --approve           ask on the TV before a new phone is let in
  --no-mdns           do not advertise the TV on the network
  --json              one JSON object a line on standard output, for programs
  --help              this text

With --json the events are listening, address, offer, request, paired, revoked, renamed, state and error.
Ctrl-C ends it: paired phones and the network are told.
(npm prints its own first lines unless it is told "npm start --silent -- --json".)`;

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options | 'help' {
  const { values } = readArguments(argv);
  if (values.help) return 'help';
  const name = values.name ?? defaultName();
  if (name.trim() === '' || name.length > 64)
    throw new UsageError('--name must have 1 to 64 characters.');
  return {
    port: parsePort(values.port ?? String(defaultPort)),
    host: values.host,
    name: name.trim(),
    dataDir: prepareDataDir(values['data-dir'] ?? defaultDataDir()),
    tls: readTls(values['tls-cert'], values['tls-key']),
    origins: (values.origin ?? []).map(parseOrigin),
    mdns: !values['no-mdns'],
    approve: values.approve ?? false,
    json: values.json ?? false,
  };
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        name: { type: 'string' },
        'data-dir': { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        origin: { type: 'string', multiple: true },
        'no-mdns': { type: 'boolean' },
        approve: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // Node explains at length, over several lines; the first sentence says what is wrong.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new UsageError(`${message.replace(/\.$/, '')}. See --help.`);
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new UsageError(`--port must be 0 to 65535, not "${text}".`);
  return port;
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, ''))
    return url.origin;
  throw new UsageError(`--origin must be like https://tv.example, not "${text}".`);
}

function prepareDataDir(path: string): string {
  const directory = isAbsolute(path) ? path : resolve(path);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(
      `The data directory ${directory} cannot be written (${reason}). Choose another with --data-dir.`,
    );
  }
}

function readTls(cert: string | undefined, key: string | undefined): Options['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('--tls-cert and --tls-key belong together.');
  return { cert: readPem('--tls-cert', cert), key: readPem('--tls-key', key) };
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${option}: cannot read ${file} (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
}

function defaultName(): string {
  return `TV on ${hostname().split('.')[0] || 'this computer'}`.slice(0, 64);
}

function defaultDataDir(): string {
  const base = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(base, 'fjern');
}
