import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

const directory = mkdtempSync(join(tmpdir(), 'fjern-options-'));
afterAll(() => rmSync(directory, { recursive: true }));
const parse = (...args: string[]) => parseOptions(['--data-dir', join(directory, 'data'), ...args]);

describe('options', () => {
  it('have defaults', () => {
    expect(parse()).toMatchObject({
      port: 7120,
      host: undefined,
      mdns: true,
      json: false,
      tls: undefined,
    });
  });

  it('name other pages that may connect', () => {
    expect(parse()).toMatchObject({ origins: [] });
    expect(parse('--origin', 'https://tv.example', '--origin', 'https://b.example/')).toMatchObject(
      {
        origins: ['https://tv.example', 'https://b.example'],
      },
    );
  });

  it.each(['tv.example', 'https://tv.example/page', 'ftp://tv.example', 'null', ''])(
    'refuse the origin "%s"',
    (origin) => {
      expect(() => parse('--origin', origin)).toThrow(UsageError);
    },
  );

  it('are read', () => {
    expect(
      parse('--port', '0', '--host', '127.0.0.1', '--name', ' Stue ', '--json', '--no-mdns'),
    ).toMatchObject({
      port: 0,
      host: '127.0.0.1',
      name: 'Stue',
      mdns: false,
      json: true,
    });
    expect(parse('--help')).toBe('help');
  });

  it.each([
    [['--port', '70000'], /--port must be 0 to 65535/],
    [['--port', 'http'], /--port must be/],
    [['--name', ''], /--name must have/],
    [['--prot', '1'], /--prot/],
    [['extra'], /extra/],
    [['--tls-cert', 'a.pem'], /belong together/],
    [['--tls-cert', 'a.pem', '--tls-key', 'b.pem'], /--tls-cert: cannot read a.pem \(ENOENT\)/],
  ])('%j: one line that says what is wrong', (args, message) => {
    const attempt = () => parse(...args);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('refuse a data directory that cannot be one', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => parseOptions(['--data-dir', join(file, 'data')])).toThrow(
      /cannot be written \(ENOTDIR\)/,
    );
  });
});
