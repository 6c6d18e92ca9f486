import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fjern } from './fjern.ts';
import { film, type LivingRoom, startLivingRoom } from './living-room.ts';

// What somebody sees at a terminal, and what a script gets that has none.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-terminal-'));
const atTerminal = {
  TERM: 'xterm-256color',
  ...{ NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined },
};
const green = '\u001b[32m';
const red = '\u001b[31m';
const bold = '\u001b[1m';
let home: LivingRoom;
let folder: string;

beforeAll(async () => {
  home = await startLivingRoom();
  folder = join(scratch, 'user');
  const { code } = await home.spend(({ url }) => new Fjern(folder).run('pair', url));
  expect(code).toBe(0);
});
afterAll(async () => {
  await home.close();
  rmSync(scratch, { recursive: true });
});

it('a long wait is shown at a terminal, and taken away again', async () => {
  home.network.shut();
  const user = new Fjern(folder, atTerminal);
  const { stdout, code } = await user.atTerminal('status', '--timeout', '3').ended;
  home.network.open();
  expect(code).toBe(3);
  expect(stdout).toContain(`1 s  Living room does not answer at ${home.host}; looking for it`);
  expect(stdout).toContain('2 s  Living room');
  // The line is cleared before the result is written over it.
  const result = stdout.indexOf('cannot be reached');
  const lastLine = stdout.slice(0, result).split('\r').at(-1);
  expect(lastLine).toBe(`\u001b[K${red}fjern:\u001b[39m Living room `);
});

it.each([['--quiet'], ['--json']])('with %s, or without a terminal, it is not', async (option) => {
  home.network.shut();
  const user = new Fjern(folder, atTerminal);
  const [seen, piped] = await Promise.all([
    user.atTerminal('status', '--timeout', '2', option).ended,
    user.run('status', '--timeout', '2'),
  ]);
  home.network.open();
  expect(seen.stdout).not.toMatch(/Connecting|Looking/i);
  expect(piped).toMatchObject({ code: 3, stdout: '' });
  expect(piped.stderr).toMatch(/^fjern: [^\n]*\n$/);
});

it('colours are for terminals, unless somebody wants otherwise', async () => {
  const tvs = async (environment: NodeJS.ProcessEnv, terminal: boolean) => {
    const user = new Fjern(folder, { ...atTerminal, ...environment });
    const { stdout, stderr } = await (terminal ? user.atTerminal('tvs').ended : user.run('tvs'));
    expect(stderr).toBe('');
    return stdout.includes(bold);
  };
  expect(await tvs({}, true)).toBe(true);
  expect(await tvs({}, false)).toBe(false);
  expect(await tvs({ NO_COLOR: '1' }, true)).toBe(false);
  expect(await tvs({ TERM: 'dumb' }, true)).toBe(false);
  expect(await tvs({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(await tvs({ FORCE_COLOR: '0' }, true)).toBe(false);
});

it('a question, colours and a result at a terminal', async () => {
  const user = new Fjern(folder, atTerminal);
  await user.run('load', film, '--paused');
  const { stdout } = await user.atTerminal('remotes').ended;
  expect(stdout).toContain(`${green}this computer`);
});

it('--quiet says nothing of what was done, all of what was asked for, and what went wrong', async () => {
  const user = new Fjern(folder);
  expect(await user.run('load', film, '--paused', '-q')).toMatchObject({ stdout: '', code: 0 });
  expect((await user.run('volume', '30', '--quiet')).stdout).toBe('');
  expect((await user.run('status', '--quiet')).stdout).toContain('Volume 30 %');
  const failed = await user.run('seek', '9999', '--quiet');
  expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('600') });
  expect((await user.run('pause', '--quiet', '--json')).json).toMatchObject([{ event: 'done' }]);
});

it('a service that is told to end does, and says by which signal', async () => {
  const watching = new Fjern(folder).start('watch', '--json');
  await watching.line(({ facet }) => facet === 'volume');
  watching.process.kill('SIGTERM');
  expect(await watching.ended).toMatchObject({ code: 143, stderr: '' });
});

it('standard input may be closed, and standard error too', async () => {
  const user = new Fjern(folder);
  const running = user.start('status', '--json');
  running.process.stdin.destroy();
  running.process.stderr.destroy();
  expect(await running.ended).toMatchObject({ code: 0, json: [{ event: 'status' }] });
});
