import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { DurableFileError, systemCode } from './errors.ts';

// A file that only one process can create is the lock. Taking over the lock of a process that was killed is where
// such locks go wrong: of two that see it, the second removes what the first has created since. So whoever removes a
// lock holds another one first, named after what it removes. That name never comes back, since each lock's content
// is new; and while it is held nobody else may remove that lock.

/** No change takes so long, ms: whoever holds a lock for longer has died, or its machine slept. */
const longestHold = 10_000;
/** Longer than `longestHold`, so that the last one's death costs time, not a change; ms. */
const longestWait = 15_000;

/** What this process holds: another lock with its process id is from before a restart, as in a container. */
const held = new Set<string>();

/** @throws DurableFileError `busy`; whatever the file system throws */
export async function withLock<T>(path: string, use: () => Promise<T>): Promise<T> {
  const release = await acquire(path, performance.now() + longestWait);
  try {
    return await use();
  } finally {
    release();
  }
}

async function acquire(path: string, deadline: number): Promise<() => void> {
  const id = `${hostname()} ${process.pid} ${randomUUID()}`;
  for (;;) {
    if (create(path, id)) return () => release(path, id);
    const holder = look(path);
    if (holder && !holder.alive) {
      const letGo = await acquire(`${path}.${holder.name}`, deadline);
      try {
        if (look(path)?.name === holder.name) rmSync(path, { force: true });
      } finally {
        letGo();
      }
    } else if (performance.now() > deadline) {
      throw new DurableFileError('busy', path, `Another process holds ${path}. Try again.`);
    } else if (holder) {
      await delay(2 + Math.random() * 18);
    }
  }
}

function create(path: string, id: string): boolean {
  held.add(id);
  try {
    writeFileSync(path, id, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    held.delete(id);
    if (systemCode(error) === 'EEXIST') return false;
    // A full disk may have room for the name and not for the content.
    if (systemCode(error) === 'ENOSPC') rmSync(path, { force: true });
    throw error;
  }
}

function release(path: string, id: string): void {
  held.delete(id);
  try {
    // Held for too long, it may have been taken over.
    if (readFileSync(path, 'utf8') === id) rmSync(path, { force: true });
  } catch {
    // It is gone, which is what was wanted, or it will be taken for dead.
  }
}

/** Who holds it, by a name that can be part of a file's; nothing when it is gone. */
function look(path: string): { name: string; alive: boolean } | undefined {
  try {
    const { mtimeMs, ino } = statSync(path);
    const id = readFileSync(path, 'utf8');
    const [host, pid, name = `${ino}-${Math.trunc(mtimeMs)}`] = id.split(' ');
    const recent = Date.now() - mtimeMs < longestHold;
    const isHere = host === hostname() && name !== undefined;
    return { name, alive: recent && (!isHere || isAlive(Number(pid), id)) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number, id: string): boolean {
  if (pid === process.pid) return held.has(id);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return systemCode(error) !== 'ESRCH';
  }
}
