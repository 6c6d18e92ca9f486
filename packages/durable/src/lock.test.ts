import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-lock-'));
  path = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** How many of those who want the lock at once hold it at once; leaves nothing behind. */
async function mostAtOnce(): Promise<number> {
  let now = 0;
  let most = 0;
  const use = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, use)));
  expect(readdirSync(directory)).toEqual([]);
  return most;
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

it('is held by one at a time', async () => {
  expect(await mostAtOnce()).toBe(1);
});

it('of a process that was killed is taken over, by one', async () => {
  writeFileSync(path, `${hostname()} ${await deadProcess()} left`);
  expect(await mostAtOnce()).toBe(1);
});

it('of a process that was killed while it took over another is taken over', async () => {
  const dead = await deadProcess();
  writeFileSync(path, `${hostname()} ${dead} left`);
  writeFileSync(`${path}.left`, `${hostname()} ${dead} leftover`);
  expect(await mostAtOnce()).toBe(1);
});

it('of an earlier process with the same id is taken over', async () => {
  writeFileSync(path, `${hostname()} ${process.pid} left`);
  expect(await mostAtOnce()).toBe(1);
});

it.each(['', 'elsewhere 1 left'])('(%s) that nobody can ask is taken over in time', async (id) => {
  writeFileSync(path, id);
  const old = Date.now() / 1000 - 60;
  utimesSync(path, old, old);
  expect(await mostAtOnce()).toBe(1);
});

it('is let go of when its use fails', async () => {
  const failing = withLock(path, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(readdirSync(directory)).toEqual([]);
});

it('is not let go of by who has lost it', async () => {
  await withLock(path, async () => writeFileSync(path, 'elsewhere 1 new'));
  expect(readFileSync(path, 'utf8')).toBe('elsewhere 1 new');
});
