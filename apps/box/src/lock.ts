import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './options.ts';

// Two boxes with one data directory would overwrite each other's pairings and be one TV twice. A socket holds the
// directory rather than a file with a process id: the system closes it however the process ends, and whether
// somebody listens is a fact, while ids are given again (in a container: the same one at each start).

/** What an address of a local socket may have, in bytes, on every system. */
const longestPath = 100;

/** @throws UsageError when another box holds the directory. @returns what lets go of it */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = socketPath(directory, 'lock');
  try {
    return await listen(path);
  } catch (error) {
    // A file system without sockets: then the port alone keeps a second box from starting.
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return async () => {};
  }
  if (await answers(path)) throw taken(directory);
  // Left behind by a box that was killed.
  await rm(path, { force: true });
  return listen(path).catch(() => Promise.reject(taken(directory)));
}

/** A local socket that belongs to a data directory: in it, unless its path is longer than addresses may be. */
export function socketPath(directory: string, name: string): string {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= longestPath) return path;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  return join(tmpdir(), `fjern-${hash}-${name}`);
}

function listen(path: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function taken(directory: string): UsageError {
  return new UsageError(
    `A TV is running with the data directory ${directory} already. Stop it, or give this one another with --data-dir.`,
  );
}
