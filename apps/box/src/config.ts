import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import * as v from 'valibot';
import type { Hooks } from './hooks.ts';
import {
  demand,
  type Kind,
  type OptionName,
  optionNames,
  table,
  type Values,
} from './option-table.ts';
import { type Source, UsageError } from './options.ts';

export interface ConfigSource extends Source {
  hooks: Hooks;
}

/** What is validated, and what box.schema.json is made of. */
export function configSchema() {
  const options = optionNames.map((name) => [
    name,
    v.optional(v.pipe(schemaOf(table[name].kind), v.description(describe(name)))),
  ]);
  return v.objectWithRest(
    {
      ...(Object.fromEntries(options) as Record<OptionName, v.GenericSchema<unknown>>),
      hooks: v.optional(hooks()),
      // For editors.
      $schema: v.optional(v.string('must be text')),
    },
    v.never(),
    'must be a JSON object',
  );
}

/**
 * Paths in the file are relative to its folder.
 * @throws UsageError with one line for each mistake: `box.json: hooks.standby.timeout: must be 0.1 to 600`
 */
export function readConfig(file: string): ConfigSource {
  const name = basename(file);
  const { success, output, issues } = v.safeParse(configSchema(), readJson(file));
  if (!success) throw new UsageError(complaints(name, issues));
  const { hooks: given, $schema: _, ...values } = output;
  const here = dirname(file);
  for (const option of optionNames)
    if (table[option].kind.type === 'path' && values[option] !== undefined)
      values[option] = inFolder(here, option, String(values[option]));
  return {
    values: values as Values,
    // Valibot's output has optional fields that may be undefined, which JSON cannot give.
    hooks: (given ?? {}) as Hooks,
    label: (option) => `${name}: ${option}`,
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `The configuration ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${basename(file)} is not JSON: ${Object(error).message}`);
  }
  if (Array.isArray(json)) throw new UsageError(`${basename(file)}: must be a JSON object`);
  return json;
}

/** A command without a slash is looked for in PATH. */
function inFolder(folder: string, option: OptionName, path: string): string {
  return option === 'mpv-command' && !path.includes('/') ? path : resolve(folder, path);
}

function schemaOf(kind: Kind): v.GenericSchema<unknown> {
  const must = demand(kind);
  switch (kind.type) {
    case 'integer':
      return v.pipe(
        v.number(must),
        v.integer(must),
        v.minValue(kind.min, must),
        v.maxValue(kind.max, must),
      );
    case 'text':
      return v.pipe(v.string(must), v.maxLength(kind.longest, must), v.regex(/\S/, must));
    case 'path':
      return v.pipe(v.string(must), v.minLength(1, must));
    case 'switch':
      return v.boolean(must);
    case 'choice':
      return v.picklist(kind.of, must);
    case 'list':
      return v.array(v.pipe(v.string(must), v.regex(kind.pattern, must)), 'must be a list');
  }
}

function describe(name: OptionName): string {
  const option: { help: string; effect: string } = table[name];
  const { help } = option;
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}. A change when the box runs: ${option.effect}.`;
}

function hooks() {
  const seconds = (most: number) => {
    const must = `must be 0.1 to ${most} seconds`;
    return v.optional(v.pipe(v.number(must), v.minValue(0.1, must), v.maxValue(most, must)));
  };
  const must = 'must be a list of texts: the program, then its arguments';
  const entries = {
    command: v.pipe(v.array(v.string(must), must), v.minLength(1, must)),
    timeout: seconds(600),
  };
  const hook = (what: string, more = {}) =>
    v.optional(
      v.pipe(
        v.objectWithRest({ ...entries, ...more }, v.never(), 'must be { "command": […] }'),
        v.description(what),
      ),
    );
  return v.pipe(
    v.objectWithRest(
      {
        wake: hook('Somebody loads or plays while the TV sleeps.'),
        input: hook('The first media after idleness: make this device the visible input.'),
        standby: hook('The TV was idle for standby-after seconds: switch it to standby.'),
        status: hook('Prints “on” or “standby”; asked every interval seconds.', {
          interval: seconds(3600),
        }),
      },
      v.never(),
      'must be an object',
    ),
    v.description('Commands for what only the firmware can do. No shell is involved.'),
  );
}

type Issues = readonly v.BaseIssue<unknown>[];

function complaints(file: string, issues: Issues): string {
  const lines = issues.map((issue) => {
    const path = v.getDotPath(issue);
    const where = path === null ? file : `${file}: ${path}`;
    if (issue.type === 'never') return `${where}: ${unknownKey(path ?? '')}`;
    if (issue.expected?.startsWith('"') && issue.received === 'undefined')
      return `${where}: is missing`;
    return `${where}: ${issue.message}`;
  });
  return [...new Set(lines)].join('\n');
}

const keys: Record<string, readonly string[]> = {
  '': [...optionNames, 'hooks'],
  hooks: ['wake', 'input', 'standby', 'status'],
};
const hookKeys = ['command', 'timeout', 'interval'];

/** `unknown; do you mean mdns?` */
function unknownKey(path: string): string {
  const parts = path.split('.');
  const key = parts.pop() ?? '';
  const known = keys[parts.join('.')] ?? hookKeys;
  const [nearest] = [...known].sort((a, b) => distance(key, a) - distance(key, b));
  const near = nearest !== undefined && distance(key, nearest) <= Math.max(2, key.length / 2);
  return near ? `is unknown; do you mean ${nearest}?` : 'is unknown';
}
