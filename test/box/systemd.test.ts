import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { startBox } from '../support/box.ts';

// What systemd is told, and what it is asked for.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-systemd-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const main = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;
const units = new URL('../../apps/box/systemd/', import.meta.url).pathname;

/** A service manager's end of sd_notify(3): what is said, in order. Node has no datagrams on local sockets. */
async function notifySocket() {
  const path = join(scratch, `notify-${Math.random().toString(36).slice(2)}`);
  const script = [
    'import socket, sys',
    's = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)',
    's.bind(sys.argv[1])',
    'print("ready", flush=True)',
    'while True: print(s.recv(4096).decode().replace("\\n", " "), flush=True)',
  ].join('\n');
  const python = spawn('python3', ['-c', script, path]);
  const said: string[] = [];
  createInterface({ input: python.stdout }).on('line', (line) => said.push(line));
  await expect.poll(() => said, { timeout: 10_000 }).toEqual(['ready']);
  return {
    path,
    said: () =>
      said
        .slice(1)
        .filter((line) => line !== 'BARRIER=1')
        .map((line) => line.replace(/^MAINPID=\d+ /, '')),
    close: () => python.kill(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

describe('the units', () => {
  const unit = join(scratch, 'fjern-box.service');
  const socket = join(scratch, 'fjern-box.socket');
  writeFileSync(
    unit,
    readFileSync(join(units, 'fjern-box.service'), 'utf8').replace('/usr/bin/fjern-box', main),
  );
  copyFileSync(join(units, 'fjern-box.socket'), socket);

  it('are understood, every line', () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit, socket], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('expose little', () => {
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', '--no-pager', unit],
      { encoding: 'utf8' },
    );
    expect(stdout).toContain('Overall exposure level');
    expect(status, stdout.split('\n').at(-2)).toBe(0);
  });
});

describe('a service manager', () => {
  it('hears that the box is ready, alive, reloading and stopping', async () => {
    const manager = await notifySocket();
    const box = await startBox({
      env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: String(2_000_000) },
    });
    try {
      await expect
        .poll(manager.said, { timeout: 10_000 })
        .toContainEqual(`READY=1 STATUS=Listening on port ${box.port}`);
      const signs = () => manager.said().filter((line) => line === 'WATCHDOG=1').length;
      await expect.poll(signs, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
      box.process.kill('SIGHUP');
      await box.event('reloaded');
      await expect.poll(manager.said, { timeout: 10_000 }).toContainEqual('READY=1');
      expect(manager.said()).toContain('RELOADING=1');
      expect(manager.said().indexOf('READY=1')).toBeGreaterThan(
        manager.said().indexOf('RELOADING=1'),
      );
    } finally {
      expect(await box.stop()).toBe(0);
      await expect.poll(manager.said, { timeout: 10_000 }).toContain('STOPPING=1');
      manager.close();
    }
  });

  it('is not waited for where it cannot be told, and the log says so', async () => {
    const box = await startBox({ env: { NOTIFY_SOCKET: join(scratch, 'nobody') } });
    const { message } = await box.event('error');
    expect(message).toContain('systemd-notify');
    expect(await box.stop()).toBe(0);
  });

  it('may hold the port', async () => {
    const port = await freePort();
    const box = spawn('systemd-socket-activate', [
      ...['--listen', `127.0.0.1:${port}`],
      ...[process.execPath, main, '--json', '--no-mdns', '--log-level', 'warn'],
      ...['--data-dir', join(scratch, 'activated')],
    ]);
    const events: { event: string; port?: number }[] = [];
    createInterface({ input: box.stdout }).on('line', (line) => events.push(JSON.parse(line)));
    const exited = once(box, 'exit');
    try {
      // The first connection starts it, and is answered.
      const answers = () =>
        fetch(`http://127.0.0.1:${port}/config.json`).then(
          ({ status }) => status,
          () => 0,
        );
      await expect.poll(answers, { timeout: 20_000 }).toBe(200);
      await expect.poll(() => events.find(({ event }) => event === 'listening')?.port).toBe(port);
      connectSocket(port, '127.0.0.1').destroy();
    } finally {
      box.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
  });
});
