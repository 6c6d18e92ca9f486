import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

// The one list of options. Flags, environment names, configuration file, its schema, the help text and docs/box.md
// all follow from it.

export type Kind =
  | { type: 'integer'; min: number; max: number }
  | { type: 'text'; longest: number }
  /** A path; in the configuration file it is relative to the folder of that file. */
  | { type: 'path' }
  | { type: 'switch' }
  | { type: 'choice'; of: readonly string[] }
  /** As a flag it may be repeated; in the environment, spaces are between its parts. */
  | { type: 'list'; pattern: RegExp; must: string };

/** What a change of the option does when the configuration is read again. */
export type Effect =
  /** Nothing else is touched. */
  | 'at once'
  /** Hub and advertising start again in the same process; the player plays on. */
  | 'hub restarts'
  /** The player starts again as well. */
  | 'player restarts'
  /** It waits for the next start of the process. */
  | 'next start';

export interface Option {
  kind: Kind;
  /** Of the value, in the help text. */
  placeholder?: string;
  help: string;
  /** What it is without a value, in words. */
  standard?: string;
  effect: Effect;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const defaultPort = 7120;

const origin = /^https?:\/\/(?:\[[\da-fA-F:.]+\]|[a-zA-Z\d-]+(?:\.[a-zA-Z\d-]+)*)(?::\d{1,5})?\/?$/;

export const table = {
  port: {
    kind: { type: 'integer', min: 0, max: 65_535 },
    placeholder: '<number>',
    help: 'port for everything; 0: any that is free',
    standard: String(defaultPort),
    effect: 'hub restarts',
  },
  host: {
    kind: { type: 'text', longest: 255 },
    placeholder: '<address>',
    help: 'listen at this address alone',
    standard: 'all',
    effect: 'hub restarts',
  },
  name: {
    kind: { type: 'text', longest: 64 },
    placeholder: '<text>',
    help: 'what the TV is called',
    standard: defaultName(),
    effect: 'at once',
  },
  'data-dir': {
    kind: { type: 'path' },
    placeholder: '<path>',
    help: 'where pairings and the TV’s identity are kept',
    standard: defaultDataDir(),
    effect: 'next start',
  },
  player: {
    kind: { type: 'choice', of: ['page', 'mpv'] },
    placeholder: '<page|mpv>',
    help: 'what plays: the TV page in a browser, or mpv',
    standard: 'page',
    effect: 'player restarts',
  },
  'mpv-command': {
    kind: { type: 'path' },
    placeholder: '<file>',
    help: 'the mpv to start',
    standard: 'mpv, as found in PATH',
    effect: 'player restarts',
  },
  'mpv-args': {
    kind: { type: 'list', pattern: /^-/, must: 'be options of mpv, as --vo=drm' },
    placeholder: '<option>',
    help: 'an option for mpv, as --mpv-args=--vo=drm (may be repeated)',
    effect: 'player restarts',
  },
  'mpv-socket': {
    kind: { type: 'path' },
    placeholder: '<path>',
    help: 'use the mpv that listens here (--input-ipc-server) instead of starting one',
    effect: 'player restarts',
  },
  media: {
    kind: { type: 'path' },
    placeholder: '<path>',
    help: 'folder with catalogue.json and media, served at /media/',
    standard: 'the clips of the demonstration',
    effect: 'hub restarts',
  },
  'tls-cert': {
    kind: { type: 'path' },
    placeholder: '<file>',
    help: 'certificate, PEM; with --tls-key: https and wss',
    effect: 'hub restarts',
  },
  'tls-key': {
    kind: { type: 'path' },
    placeholder: '<file>',
    help: 'its private key, PEM',
    effect: 'hub restarts',
  },
  origin: {
    kind: { type: 'list', pattern: origin, must: 'be like https://tv.example' },
    placeholder: '<origin>',
    help: 'another page that may connect, as https://tv.example (may be repeated)',
    effect: 'hub restarts',
  },
  approve: {
    kind: { type: 'switch' },
    help: 'ask on the TV before a new phone is let in',
    standard: 'no',
    effect: 'at once',
  },
  mdns: {
    kind: { type: 'switch' },
    help: 'advertise the TV on the network',
    standard: 'yes',
    effect: 'hub restarts',
  },
  'standby-after': {
    kind: { type: 'integer', min: 0, max: 86_400 },
    placeholder: '<seconds>',
    help: 'with nothing loaded for so long, the standby hook runs; 0: never (mpv)',
    standard: '0',
    effect: 'at once',
  },
  'log-level': {
    kind: { type: 'choice', of: logLevels },
    placeholder: '<level>',
    help: `what is logged on standard error: ${logLevels.join(', ')}`,
    standard: 'info; silent at a terminal, which is told in words',
    effect: 'at once',
  },
  json: {
    kind: { type: 'switch' },
    help: 'one JSON object a line on standard output, for programs',
    standard: 'no',
    effect: 'next start',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof table;
export const optionNames = Object.keys(table) as OptionName[];

type ValueOf<K> = K extends { type: 'integer' }
  ? number
  : K extends { type: 'switch' }
    ? boolean
    : K extends { type: 'list' }
      ? string[]
      : K extends { type: 'choice'; of: readonly (infer C)[] }
        ? C
        : string;

/** What one source says, or all of them together. */
export type Values = { [N in OptionName]?: ValueOf<(typeof table)[N]['kind']> };

/** `FJERN_BOX_DATA_DIR` */
export function environmentName(option: OptionName | 'config'): string {
  return `FJERN_BOX_${option.toUpperCase().replaceAll('-', '_')}`;
}

/** The rest of a sentence that begins with the option: `must be 0 to 65535`. */
export function demand(kind: Kind): string {
  switch (kind.type) {
    case 'integer':
      return `must be ${kind.min} to ${kind.max}`;
    case 'text':
      return `must have 1 to ${kind.longest} characters`;
    case 'path':
      return 'must be a path';
    case 'switch':
      return 'must be true or false';
    case 'choice':
      return `must be ${kind.of.slice(0, -1).join(', ')} or ${kind.of.at(-1)}`;
    case 'list':
      return `must ${kind.must}`;
  }
}

function defaultName(): string {
  return `TV on ${hostname().split('.')[0] || 'this computer'}`.slice(0, 64);
}

function defaultDataDir(): string {
  const base = process.env.XDG_DATA_HOME || userData();
  return join(base, 'fjern');
}

function userData(): string {
  try {
    return join(homedir(), '.local', 'share');
  } catch {
    // The environment says none, and neither does the system: firmware often has no list of users.
    return '/var/lib';
  }
}
