import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fjern-hub-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    ssr: { noExternal: true, resolve: { conditions: ['@fjern/source', 'node', 'default'] } },
    build: {
      ssr: join(import.meta.dirname, 'activated.testing.ts'),
      outDir: folder,
      rolldownOptions: { output: { entryFileNames: 'activated.js' } },
    },
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a process says that has `descriptor` as its third. */
async function activated(descriptor: number) {
  const child = spawn(process.execPath, [join(folder, 'activated.js')], {
    stdio: ['pipe', 'pipe', 'inherit', descriptor],
  });
  const ended = once(child, 'exit');
  if (!child.stdin || !child.stdout) throw new Error('unreachable');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    said: JSON.parse(line),
    async end() {
      child.stdin?.end();
      const [code] = await ended;
      return code;
    },
  };
}

async function listening(where: { port: number; host: string } | { path: string }) {
  const server = createServer();
  server.listen(where);
  await once(server, 'listening');
  return server;
}

/** Node tells it nowhere else. */
function descriptorOf(server: Server): number {
  return (server as unknown as { _handle: { fd: number } })._handle.fd;
}

it('listens on a socket that was opened by whoever started the process', async () => {
  const server = await listening({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const child = await activated(descriptorOf(server));
  // Only the child is left to answer.
  server.close();
  expect(child.said).toEqual({ port, url: `http://localhost:${port}` });
  const response = await fetch(`http://127.0.0.1:${port}/.well-known/host-meta.json`);
  expect(await response.text()).toContain(`ws://127.0.0.1:${port}/`);
  expect(await child.end()).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

it('says that a descriptor is not such a socket', async () => {
  const file = await open(join(folder, 'file'), 'w');
  const unix = await listening({ path: join(folder, 'socket') });
  try {
    for (const [descriptor, why] of [
      [file.fd, 'it is not a socket'],
      [descriptorOf(unix), 'it has no port'],
    ] as const) {
      const child = await activated(descriptor);
      expect(child.said).toEqual({
        code: 'listen-failed',
        message: `Cannot listen on descriptor 3: ${why}.`,
      });
      expect(await child.end()).toBe(0);
    }
  } finally {
    await file.close();
    unix.close();
  }
});
