import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockDirectory } from './lock.ts';
import { UsageError } from './options.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fjern-lock-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;
function directory(name = String(++count)): string {
  const path = join(scratch, name);
  mkdirSync(path);
  return path;
}

describe('the lock of a data directory', () => {
  it.each([undefined, 'long-'.repeat(30)])('is held by one at a time (%s)', async (name) => {
    const path = directory(name);
    const release = await lockDirectory(path);
    await expect(lockDirectory(path)).rejects.toThrow(UsageError);
    await expect(lockDirectory(path)).rejects.toThrow(path);
    const elsewhere = await lockDirectory(directory());
    await elsewhere();
    await release();
    await (await lockDirectory(path))();
  });

  it('is free after its holder was killed', async () => {
    const path = directory();
    const socket = join(path, 'lock');
    const holder = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('ready'))`,
    ]);
    await once(holder.stdout, 'data');
    await expect(lockDirectory(path)).rejects.toThrow(/already/);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(existsSync(socket)).toBe(true);
    const release = await lockDirectory(path);
    await expect(lockDirectory(path)).rejects.toThrow(UsageError);
    await release();
    expect(existsSync(socket)).toBe(false);
  });
});
