import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { combine, readEnvironment, readFlags, UsageError } from './options.ts';

const directory = mkdtempSync(join(tmpdir(), 'fjern-options-'));
afterAll(() => rmSync(directory, { recursive: true }));
const parse = (...args: string[]) =>
  combine(readFlags(['--data-dir', join(directory, 'data'), ...args]));

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
    expect(readFlags(['--help']).help).toBe(true);
  });

  it.each([
    [['--port', '70000'], /--port must be 0 to 65535/],
    [['--port', 'http'], /--port must be/],
    [['--name', ''], /--name must have/],
    [['--player', 'vlc'], /--player must be page or mpv, not "vlc"/],
    [['--player', 'page', '--mpv-socket', '/x'], /--mpv-socket goes with --player mpv/],
    [['--mpv-args=vo'], /--mpv-args must be options of mpv/],
    [['--media', '/nowhere'], /--media: cannot read \/nowhere \(ENOENT\)/],
    [['--log-level', 'loud'], /--log-level must be trace, .* or silent, not "loud"/],
    [['--standby-after', '-1'], /--standby-after/],
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

  it('choose mpv, to be started or one that runs', () => {
    expect(parse().player).toBe('page');
    expect(
      parse('--player', 'mpv', '--mpv-args=--vo=drm', '--mpv-args=--ao=alsa', '--media', directory),
    ).toMatchObject({
      player: 'mpv',
      mpv: { command: 'mpv', args: ['--vo=drm', '--ao=alsa'], socket: undefined },
      media: directory,
    });
    expect(parse('--mpv-socket', '/run/mpv.sock')).toMatchObject({
      player: 'mpv',
      mpv: { socket: '/run/mpv.sock' },
    });
  });

  it('are read from the environment, but flags count before it', () => {
    const environment = readEnvironment({
      FJERN_BOX_DATA_DIR: join(directory, 'data'),
      FJERN_BOX_PORT: '0',
      FJERN_BOX_NAME: 'Kitchen',
      FJERN_BOX_MDNS: 'no',
      FJERN_BOX_APPROVE: 'true',
      FJERN_BOX_HOST: '',
      FJERN_BOX_MPV_ARGS: '--vo=drm  --ao=alsa',
    });
    expect(combine(readFlags(['--name', 'Stue', '--no-approve']), environment)).toMatchObject({
      ...{ port: 0, name: 'Stue', mdns: false, approve: false, host: undefined },
      mpv: { args: ['--vo=drm', '--ao=alsa'] },
    });
    expect(() => readEnvironment({ FJERN_BOX_MDNS: 'maybe' })).toThrow(
      'FJERN_BOX_MDNS must be true or false, not "maybe".',
    );
  });

  it('refuse a data directory that cannot be one', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => combine(readFlags(['--data-dir', join(file, 'data')]))).toThrow(
      /cannot be written \(ENOTDIR\)/,
    );
  });
});
