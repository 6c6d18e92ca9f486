import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { afterAll, describe, expect, it } from 'vitest';
import { configSchema, readConfig } from './config.ts';
import { environmentName, type Option, optionNames, table } from './option-table.ts';
import { combine, findConfig, readEnvironment, readFlags, UsageError } from './options.ts';

const directory = mkdtempSync(join(tmpdir(), 'fjern-config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'box.json');
const data = join(directory, 'data');
const read = (content: unknown) => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readConfig(file);
};

describe('the configuration file', () => {
  it('says what every option may say, and hooks', () => {
    mkdirSync(join(directory, 'films'));
    const source = read({
      $schema: './box.schema.json',
      name: 'Stue',
      port: 7000,
      mdns: false,
      origin: ['https://tv.example/'],
      media: 'films',
      'data-dir': 'data',
      'mpv-command': 'mpv-rpi',
      'mpv-socket': '/run/mpv.sock',
      'log-level': 'debug',
      hooks: { standby: { command: ['cec-ctl', '--standby'], timeout: 2.5 } },
    });
    expect(combine(source)).toMatchObject({
      ...{ name: 'Stue', port: 7000, mdns: false, origins: ['https://tv.example'] },
      ...{ media: join(directory, 'films'), dataDir: data, player: 'mpv', logLevel: 'debug' },
      mpv: { command: 'mpv-rpi', socket: '/run/mpv.sock' },
      hooks: { standby: { command: ['cec-ctl', '--standby'], timeout: 2.5 } },
    });
  });

  it('counts after flags and the environment', () => {
    const source = read({ name: 'file', port: 1, approve: true, 'data-dir': data });
    const environment = readEnvironment({ FJERN_BOX_NAME: 'environment', FJERN_BOX_PORT: '2' });
    const flags = readFlags(['--name', 'flag', '--no-approve']);
    expect(combine(flags, environment, source)).toMatchObject({
      ...{ name: 'flag', port: 2, approve: false },
    });
  });

  it('is refused with all that is wrong, each with its path', () => {
    const wrong = {
      ...{ prot: 1, port: 70_000, mdns: 'yes', name: ' ', player: 'vlc', 'log-level': 1 },
      origin: ['https://tv.example', 'tv.example'],
      hooks: {
        standby: { command: [], timeout: 0 },
        wkae: { command: ['x'] },
        input: { command: ['x'], timeuot: 1 },
        status: { command: ['x', 1], interval: 'often' },
        wake: {},
      },
    };
    expect(() => read(wrong)).toThrow(UsageError);
    const lines = messageOf(() => read(wrong)).split('\n');
    expect(lines.sort()).toEqual(
      [
        'box.json: prot: is unknown; do you mean port?',
        'box.json: port: must be 0 to 65535',
        'box.json: mdns: must be true or false',
        'box.json: name: must have 1 to 64 characters',
        'box.json: player: must be page or mpv',
        'box.json: log-level: must be trace, debug, info, warn, error, fatal or silent',
        'box.json: origin.1: must be like https://tv.example',
        'box.json: hooks.standby.command: must be a list of texts: the program, then its arguments',
        'box.json: hooks.standby.timeout: must be 0.1 to 600 seconds',
        'box.json: hooks.wkae: is unknown; do you mean wake?',
        'box.json: hooks.input.timeuot: is unknown; do you mean timeout?',
        'box.json: hooks.status.command.1: must be a list of texts: the program, then its arguments',
        'box.json: hooks.status.interval: must be 0.1 to 3600 seconds',
        'box.json: hooks.wake.command: is missing',
      ].sort(),
    );
  });

  it.each([
    ['{"port":', /^box\.json is not JSON: /],
    ['[]', /^box\.json: must be a JSON object$/],
    ['{"approve":null}', /^box\.json: approve: must be true or false$/],
  ])('%s is refused', (text, message) => {
    expect(messageOf(() => read(text))).toMatch(message);
  });

  it('that is named has to be there', () => {
    const missing = join(directory, 'none.json');
    expect(findConfig(missing)).toBe(missing);
    expect(() => readConfig(missing)).toThrow(/none\.json cannot be read \(ENOENT\)/);
  });

  it('has a schema for editors', () => {
    const schema = toJsonSchema(configSchema(), { typeMode: 'input' });
    const file = new URL('../box.schema.json', import.meta.url);
    const generated = { title: 'fjern-box', ...schema };
    // After a change of the options: run this with FJERN_UPDATE=1, then `npm run format`.
    if (process.env.FJERN_UPDATE) writeFileSync(file, JSON.stringify(generated, null, 2));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(generated);
  });

  it('is described in docs/box.md as it is', () => {
    // Tables are formatted with as many spaces as their columns want.
    const docs = readFileSync(new URL('../../../docs/box.md', import.meta.url), 'utf8').replace(
      / +/g,
      ' ',
    );
    for (const name of optionNames) {
      const { help, effect }: Option = table[name];
      expect(docs).toContain(
        `| \`${name}\` | \`${environmentName(name)}\` | ${help} | ${effect} |`,
      );
    }
  });
});

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
}
