import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fjern, program, Running } from './fjern.ts';
import { type LivingRoom, startLivingRoom } from './living-room.ts';

// What real shells make of `fjern completion`. The TV is away while they ask: they need none.

const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), 'fjern-completion-'));
const bin = join(scratch, 'bin');
let home: LivingRoom;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  mkdirSync(bin);
  symlinkSync(program, join(bin, 'fjern'));
  const user = new Fjern(join(scratch, 'user'));
  home = await startLivingRoom();
  await home.spend(({ url }) => user.run('pair', url, '--name', 'Desk'));
  await home.spend(({ url }) =>
    new Fjern(join(scratch, 'other')).run('pair', url, '--name', "Anna's phone"),
  );
  expect(await user.run('remotes')).toMatchObject({ code: 0 });
  expect(await user.run('status')).toMatchObject({ code: 0 });
  home.network.shut();
  environment = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    FJERN_CONFIG_DIR: user.folder,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
  };
});
afterAll(async () => {
  await home.close();
  rmSync(scratch, { recursive: true });
});

/** What fish lists for a line, without what it says about each. */
async function fish(line: string): Promise<string[]> {
  const script = `fjern completion fish | source; complete -C ${JSON.stringify(line)}`;
  const { stdout } = await run('fish', ['--no-config', '-c', script], { env: environment });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((one) => one.split('\t')[0] ?? '');
}

/** What bash puts in the place of the last word, given the words as readline splits them. */
async function bash(...words: string[]): Promise<string[]> {
  const script = `source <(fjern completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _fjern "$1"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', ...words], { env: environment });
  return stdout.split('\n').filter(Boolean);
}

const commands = ['catalogue', 'completion'];

describe('bash', () => {
  it('completes commands, options, and values', async () => {
    expect(await bash('fjern', 'ca')).toEqual(['catalogue']);
    expect(await bash('fjern', 'c')).toEqual(expect.arrayContaining(commands));
    expect(await bash('fjern', 'se')).toEqual(['seek']);
    expect(await bash('fjern', 'load', '--p')).toEqual(['--paused']);
    expect(await bash('fjern', 'status', '--t')).toEqual(['--tv', '--timeout']);
    expect(await bash('fjern', 'remotes', 're')).toEqual(['rename', 'revoke']);
    expect(await bash('fjern', 'remotes', 'role', 'Desk', '')).toEqual([
      'owner',
      'member',
      'guest',
    ]);
    expect(await bash('fjern', 'completion', 'z')).toEqual(['zsh']);
    expect(await bash('fjern', 'seek', '')).toEqual([]);
    expect(await bash('fjern', 'pair', '--pin', '')).toEqual([]);
  });

  it('completes names, quoted as the word is', async () => {
    expect(await bash('fjern', '--tv', '')).toEqual(['Living\\ room']);
    expect(await bash('fjern', '--tv', 'living\\ r')).toEqual(['Living\\ room']);
    expect(await bash('fjern', '--tv', "'Liv")).toEqual(['Living room']);
    expect(await bash('fjern', '--tv', '"Living r')).toEqual(['Living room']);
    // `=` is a word of its own in bash.
    expect(await bash('fjern', 'status', '--tv', '=')).toEqual(['Living\\ room']);
    expect(await bash('fjern', 'status', '--tv', '=', 'Liv')).toEqual(['Living\\ room']);
    expect(await bash('fjern', '--tv', "'Living room'", 'remotes', 'revoke', 'A')).toEqual([
      "Anna\\'s\\ phone",
    ]);
    expect(await bash('fjern', 'load', 'fi')).toEqual(['Film']);
    expect(await bash('fjern', 'use', 'L')).toEqual(['Living\\ room']);
  });

  it('really does, when somebody presses Tab', async () => {
    const shell = 'bash --norc --noprofile -i';
    const typing = new Running(spawn('script', ['-qec', shell, '/dev/null'], { env: environment }));
    const type = (text: string) => typing.process.stdin.write(text);
    // In two parts, so that it is not seen where it is only typed.
    type('PS1="rea""dy> "; source <(fjern completion bash)\n');
    await typing.asks('ready> ');
    type('fjern us\tLiv\t\n');
    await typing.asks('Living room is meant when no TV is named.');
    type('exit\n');
    const { stdout } = await typing.ended;
    expect(stdout).toContain('fjern use Living\\ room');
  });
});

it('zsh completes when somebody presses Tab', async () => {
  const typing = new Running(
    spawn('script', ['-qec', 'zsh -f -i', '/dev/null'], { env: environment }),
  );
  const type = (text: string) => typing.process.stdin.write(text);
  // In two parts, so that it is not seen where it is only typed.
  type("PS1='rea''dy> '; autoload -U compinit; compinit -u -D; source <(fjern completion zsh)\n");
  await typing.asks('ready> ');
  type('fjern remotes rev\t');
  await typing.asks('revoke');
  // The space is there already.
  type('Ann\t');
  await typing.asks("Anna\\'s\\ phone");
  // Nothing of it is run.
  type('\u0015fjern cat\t--js\t');
  await typing.asks('--json');
  type('\u0015exit\n');
  await typing.ended;
});

it('fish completes', async () => {
  expect(await fish('fjern ca')).toEqual(['catalogue']);
  expect(await fish('fjern remotes revoke A')).toEqual(["Anna's phone"]);
  expect(await fish('fjern status --ti')).toEqual(['--timeout']);
  expect(await fish('fjern load F')).toEqual(['Film']);
  expect(await fish('fjern remotes role Desk ')).toEqual(['guest', 'member', 'owner']);
});

it.each(['bash', 'zsh', 'fish'])('%s finds nothing wrong with its script', async (shell) => {
  const { stdout: script } = await run('fjern', ['completion', shell], { env: environment });
  const file = join(scratch, shell);
  writeFileSync(file, script);
  const { stderr } = await run(shell, ['-n', file], { env: environment });
  expect(stderr).toBe('');
});
