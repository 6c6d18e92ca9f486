// A box as it is shipped, an mpv that it drives, and remotes of the SDK that come to it each from an address of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, pair } from '@fjern/remote';

const scratch = mkdtempSync(join(tmpdir(), 'fjern-bench-'));
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Plays nothing: what is measured is the box. Resolves with its socket. */
export async function startMpv() {
  const socket = join(scratch, 'mpv');
  const child = start('mpv', [
    ...['--no-config', '--idle=yes', '--vo=null', '--ao=null', '--no-terminal'],
    `--input-ipc-server=${socket}`,
  ]);
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`mpv is needed for this: ${error.message}`);
  });
  while (!existsSync(socket)) await Promise.race([pause(20), failed]);
  return socket;
}

/** Starts `[command, ...args]` until it writes a line, and measures that (ms). */
export async function startUp([command, ...args], fits = () => true) {
  const before = performance.now();
  const child = start(command, args);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!fits(line)) continue;
    const ms = performance.now() - before;
    // Whoever does not read any more would make it wait.
    child.stdout.resume();
    return { child, ms, line };
  }
  throw new Error(`${command} ended before it was there`);
}

/** What a box is started with. Directories of the same name have the same pairings. */
export function boxCommand(command, mpv, directory) {
  return [
    ...command,
    ...['--json', '--host', '127.0.0.1', '--port', '0', '--log-level', 'warn'],
    ...['--player', 'mpv', '--mpv-socket', mpv, '--data-dir', join(scratch, directory)],
  ];
}

export const isListening = (line) => JSON.parse(line).event === 'listening';

/** A box that remotes can pair with. */
export async function startBox(command) {
  const child = start(command[0], command.slice(1));
  let port;
  let offer;
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line);
    if (event.event === 'listening') port = event.port;
    if (event.event === 'offer' && event.url !== undefined) offer = event.url;
    wake();
  });
  const until = async (value) => {
    while (value() === undefined) {
      if (child.exitCode !== null) throw new Error(`the box ended with ${child.exitCode}`);
      await new Promise((resolve) => {
        wake = resolve;
        child.once('exit', resolve);
      });
    }
    return value();
  };
  await until(() => port);
  let remotes = 0;
  return {
    child,
    async remote() {
      const url = await until(() => offer);
      offer = undefined;
      const number = ++remotes;
      const known = await pair(url, { name: `Remote ${number}`, kind: 'other', save() {} });
      return openRemote(known, await ownWay(port, `127.0.1.${number}`));
    },
  };
}

/** A proxy, since a box lets one address come only so often: as if each remote were a phone of its own. */
async function ownWay(port, localAddress) {
  const open = new Set();
  const server = createServer((near) => {
    const far = connectSocket({ port, host: '127.0.0.1', localAddress });
    open.add(near);
    near.once('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.once('close', () => near.destroy());
    for (const socket of [near, far]) socket.setNoDelay().on('error', () => {});
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    service: `ws://127.0.0.1:${server.address().port}/xmpp-websocket`,
    cut() {
      for (const socket of open) socket.resetAndDestroy();
    },
  };
}

async function openRemote(known, way) {
  const open = async () => {
    const remote = connect(known, { service: way.service });
    await remote.ready({ timeout: 60 });
    return remote;
  };
  let remote = await open();
  return {
    command: (number) => remote.volume.set((number % 100) / 100),
    /** Closed and opened anew: a login, a handshake and the whole state. */
    async reopen() {
      await remote.close();
      remote = await open();
    },
    /** Cut off, and taken up again (XEP-0198). */
    async resume() {
      const back = new Promise((resolve) => {
        let away = false;
        const stop = remote.on('link', ({ status }) => {
          away ||= status !== 'live';
          if (!away || status !== 'live') return;
          stop();
          resolve();
        });
      });
      way.cut();
      await back;
    },
    close: () => remote.close(),
  };
}

/** What a process holds: MB as other tools count them, resident and shared with nobody, and open descriptors. */
export function holdings({ pid }) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mb = (...names) =>
    names
      .map((name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]))
      .reduce((sum, kb) => sum + kb / 1024, 0);
  return {
    residentMb: mb('Rss'),
    ownMb: mb('Private_Clean', 'Private_Dirty'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
