import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HookRunner } from './hooks.ts';

const directory = mkdtempSync(join(tmpdir(), 'fjern-hooks-'));
afterAll(() => rmSync(directory, { recursive: true }));
const shell = (script: string, timeout?: number) => ({
  command: ['sh', '-c', script],
  ...(timeout === undefined ? {} : { timeout }),
});
const runner = () => new HookRunner(() => ({ FJERN_TV_NAME: 'Stue', FJERN_TV_ID: 'abc' }));
/** Somebody has to take notice of its end before it is gone altogether. */
const runs = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

describe('a hook', () => {
  it('knows what it is for, and gives what it prints', async () => {
    const hook = shell('echo "$FJERN_EVENT $FJERN_TV_NAME $FJERN_TV_ID"');
    expect(await runner().run('wake', hook)).toBe('wake Stue abc\n');
  });

  it('gets its arguments as they are', async () => {
    const hook = { command: ['printf', '%s', '$HOME; "x" *'] };
    expect(await runner().run('input', hook)).toBe('$HOME; "x" *');
  });

  it('that fails says why in one sentence', async () => {
    const failing = runner().run(
      'standby',
      shell('echo one >&2; echo "no CEC adapter." >&2; exit 3'),
    );
    await expect(failing).rejects.toThrow(
      /^The standby hook failed \(exit code 3\): no CEC adapter\.$/,
    );
    await expect(runner().run('wake', { command: ['/nowhere/tool'] })).rejects.toThrow(
      'The wake hook cannot be started: /nowhere/tool (ENOENT).',
    );
  });

  it('is ended with all it started when it takes too long', async () => {
    const file = join(directory, 'pids');
    const stubborn = `trap "" TERM; sleep 60 & echo $! $$ > ${file}; wait; sleep 60`;
    await expect(runner().run('wake', shell(stubborn, 0.3))).rejects.toThrow(
      'The wake hook took longer than 0.3 s.',
    );
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(runs)).toEqual([]);
  });

  it('runs once at a time; another kind does not wait', async () => {
    const hooks = runner();
    const file = join(directory, 'fifo');
    const first = hooks.run('wake', shell(`mkfifo ${file} && cat ${file}`));
    expect(await hooks.run('wake', shell('echo second'))).toBeUndefined();
    await expect.poll(() => existsSync(file)).toBe(true);
    expect(await hooks.run('input', shell(`echo done > ${file}; echo input`))).toBe('input\n');
    expect(await first).toBe('done\n');
    expect(await hooks.run('wake', shell('echo third'))).toBe('third\n');
  });

  it('ends with the box', async () => {
    const hooks = runner();
    const running = hooks.run('status', shell('sleep 60'));
    const ended = expect(running).rejects.toThrow('The status hook was ended, as the box stops.');
    await hooks.close();
    await ended;
    expect(await hooks.run('wake', shell('echo late'))).toBeUndefined();
  });
});
