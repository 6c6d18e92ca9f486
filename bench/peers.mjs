// One adapter a system: how to start its device, and how a remote of it connects, commands and listens.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectLink } from '@fjern/link';
import { encodeCommand, xml } from '@fjern/protocol';
import { connect } from '@fjern/remote';
import castv2Client from 'castv2-client';
import WebSocket from 'ws';
import { domain, remoteKey, token, tv, tvKey } from './devices/household.mjs';

const directory = mkdtempSync(join(tmpdir(), 'fjern-bench-'));
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** Starts a device; resolves with what it says of itself, its pid, and `change()`. */
async function device(file, ...args) {
  const path = new URL(`./devices/${file}.mjs`, import.meta.url).pathname;
  const child = spawn(process.execPath, [path, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let onChanged;
  const details = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.ready) resolve(message.ready);
      else onChanged?.(BigInt(message.changed));
    });
  });
  return {
    ...details,
    pids: [child.pid],
    /** Makes one change of state; resolves with the instant at which it was made. */
    change: () =>
      new Promise((resolve) => {
        onChanged = resolve;
        child.stdin.write('\n');
      }),
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const payload = JSON.stringify({ type: 'PLAY', mediaSessionId: 1, requestId: 1 });

async function webSocketRemote(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = [];
  let onState;
  socket.on('message', () => (waiting.length > 0 ? waiting.shift()() : onState?.()));
  return {
    command: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.send(payload);
      }),
    onState: (listener) => {
      onState = listener;
    },
    close: () => socket.terminate(),
  };
}

async function fjernRemote({ port }, number) {
  const remote = connect({
    tv,
    name: 'Bench',
    fingerprint: '',
    service: `ws://127.0.0.1:${port}/xmpp-websocket`,
    domain,
    pairing: domain,
    tvKey,
    key: remoteKey(number % 100),
    jid: `r${number}@${domain}`,
    token,
  });
  return {
    // Held until the remote is live: connect and first command are one wait.
    command: () => remote.media.play(),
    live: () => remote.ready(),
    onState: (listener) => {
      let first = true;
      remote.subscribe('volume', () => {
        if (!first) listener();
        first = false;
      });
    },
    close: () => remote.close(),
  };
}

/** The same stanzas without the seal, and without what the SDK does around them. */
async function clearRemote({ port }, number) {
  const link = connectLink({
    service: `ws://127.0.0.1:${port}/xmpp-websocket`,
    domain,
    credential: { username: `r${number}`, token },
  });
  await link.ready();
  let id = 0;
  return {
    command: () => {
      const command = { name: 'play', id: `c${id++}`, epoch: 'bench', expires: 1e6 };
      return link.request(xml('iq', { type: 'set', to: `${tv}/agent` }, encodeCommand(command)));
    },
    close: () => link.close(),
  };
}

let number = 0;

export const peers = {
  'ws echo': {
    start: () => device('ws-echo'),
    connect: ({ port }) => webSocketRemote(port),
  },
  'ws relay': {
    async start() {
      const relay = await device('ws-relay');
      const end = await device('ws-relayed-device', `ws://127.0.0.1:${relay.port}`);
      return { ...relay, pids: [...relay.pids, ...end.pids] };
    },
    connect: ({ port }) => webSocketRemote(port),
  },
  'castv2-client': {
    async start() {
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '1',
          '-subj',
          '/CN=bench',
          '-keyout',
          'key.pem',
          '-out',
          'cert.pem',
        ],
        { cwd: directory, stdio: 'ignore' },
      );
      return device('castv2', directory, await freePort());
    },
    async connect({ port }) {
      const client = new castv2Client.Client();
      await new Promise((resolve, reject) => {
        client.once('error', reject);
        client.connect({ host: '127.0.0.1', port }, resolve);
      });
      client.on('error', () => {});
      const call = (run) =>
        new Promise((resolve, reject) =>
          run((error, value) => (error ? reject(error) : resolve(value))),
        );
      const player = await call((done) => client.launch(castv2Client.DefaultMediaReceiver, done));
      const content = {
        contentId: 'http://x/y.mp4',
        contentType: 'video/mp4',
        streamType: 'BUFFERED',
      };
      await call((done) => player.load(content, { autoplay: true }, done));
      await call((done) => player.getStatus(done));
      player.setMaxListeners?.(0);
      player.media?.setMaxListeners?.(0);
      return {
        command: () => call((done) => player.play(done)),
        onState: (listener) => player.on('status', listener),
        close: () => client.close(),
      };
    },
  },
  'fjern, in the clear': {
    start: () => device('fjern-hub', 'clear'),
    connect: (at) => clearRemote(at, number++),
  },
  'fjern, agent in the hub': {
    start: () => device('fjern-hub', 'agent'),
    connect: (at) => fjernRemote(at, number++),
  },
  'fjern, agent in a page': {
    async start() {
      const hub = await device('fjern-hub', 'alone');
      const agent = await device('fjern-agent', hub.port);
      return { ...hub, change: agent.change, pids: [...hub.pids, ...agent.pids] };
    },
    connect: (at) => fjernRemote(at, number++),
  },
};
