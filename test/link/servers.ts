import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHub, scramVerifier } from '@fjern/hub';
import type { Credential } from '@fjern/link';
import { type BreakableNetwork, startNetwork } from '../support/network.ts';

/** A server with the accounts `tv` (on the hub: one session only), `phone`, `tablet` and `evil`, through a network that can break. */
export interface TestServer {
  domain: string;
  service: string;
  network: BreakableNetwork;
  credential(username: string): Credential;
  /** Of an account that has a password, as all of Prosody's have. */
  password: { username: string; password: string };
  /** Ends the server and starts it anew: it knows its accounts, but no session. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const usernames = ['tv', 'phone', 'tablet', 'evil'];

export async function startHub(): Promise<TestServer> {
  const domain = 'house.local';
  const accounts = new Map(
    usernames.map((name) => [name, { token: `token of ${name}`, exclusive: name === 'tv' }]),
  );
  const password = { username: 'anna', password: 'correct horse' };
  const scram = scramVerifier(password.password);
  const start = () =>
    createHub({
      domain,
      host: '127.0.0.1',
      anonymous: true,
      accounts: { find: (name) => (name === 'anna' ? { scram } : accounts.get(name)) },
    });
  let hub = await start();
  const network = await startNetwork(() => hub.port);
  return {
    domain,
    service: `ws://127.0.0.1:${network.port}/xmpp-websocket`,
    network,
    credential: (username) => ({ username, token: `token of ${username}` }),
    password,
    async restart() {
      network.shut();
      await hub.close();
      hub = await start();
      network.open();
    },
    async close() {
      await network.close();
      await hub.close();
    },
  };
}

export const prosodyPassword = (username: string) => `password of ${username}`;

export interface TestProsody extends TestServer {
  /** Every stanza so far as its operator could read it, one after another, in and out. */
  routed(): Promise<string>;
}

/** A real Prosody with a configuration of its own in a temporary folder. */
export async function startProsody(): Promise<TestProsody> {
  const domain = 'localhost';
  const folder = await mkdtemp(join(tmpdir(), 'fjern-prosody-'));
  const [http, c2s] = await freePorts(2);
  const config = join(folder, 'prosody.cfg.lua');
  await mkdir(join(folder, 'data'));
  await mkdir(join(folder, 'certs'));
  await mkdir(join(folder, 'modules'));
  await writeFile(join(folder, 'modules', 'mod_record.lua'), recorder(folder));
  await writeFile(config, configuration(folder, http ?? 0, c2s ?? 0));
  for (const username of usernames)
    await promisify(execFile)('prosodyctl', [
      ...['--config', config],
      ...['register', username, domain, prosodyPassword(username)],
    ]);

  async function start(): Promise<() => Promise<void>> {
    const prosody = spawn('prosody', ['--config', config, '-F'], { stdio: 'ignore' });
    const exited = once(prosody, 'exit');
    await listening(http ?? 0, exited);
    return async () => {
      prosody.kill('SIGTERM');
      await exited;
    };
  }

  let stop = await start();
  const network = await startNetwork(() => http ?? 0);
  return {
    domain,
    service: `ws://127.0.0.1:${network.port}/xmpp-websocket`,
    network,
    credential: (username) => ({ username, password: prosodyPassword(username) }),
    password: { username: 'phone', password: prosodyPassword('phone') },
    routed: () => readFile(recording(folder), 'utf8'),
    async restart() {
      network.shut();
      await stop();
      stop = await start();
      network.open();
    },
    async close() {
      await network.close();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const recording = (folder: string) => join(folder, 'stanzas.xml');

/** A module that writes down what passes through the streams of clients, each stanza on a line of its own. */
function recorder(folder: string): string {
  return `
module:set_global();
local filters = require "util.filters";
local file = assert(io.open("${recording(folder)}", "a"));
local function record(direction)
  return function (stanza, session)
    if type(stanza) == "table" and stanza.attr and not stanza.attr.xmlns then
      file:write(direction, " ", session.full_jid or "", " ", tostring(stanza), "\\n");
      file:flush();
    end
    return stanza;
  end;
end
filters.add_filter_hook(function (session)
  filters.add_filter(session, "stanzas/in", record("in"), -10000);
  filters.add_filter(session, "stanzas/out", record("out"), 10000);
end);
`;
}

function configuration(folder: string, http: number, c2s: number): string {
  return `
data_path = "${folder}/data"
certificates = "${folder}/certs"
plugin_paths = { "${folder}/modules" }
pidfile = "${folder}/prosody.pid"
run_as_root = true
log = { { levels = { min = "info" }, to = "file", filename = "${folder}/prosody.log" } }
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = {}
legacy_ssl_ports = {}
s2s_ports = {}
http_ports = { ${http} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
http_default_host = "localhost"
modules_disabled = { "s2s" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
modules_enabled = {
  "roster", "saslauth", "disco", "ping", "presence", "message", "iq", "websocket", "smacks",
  "record",
}
authentication = "internal_hashed"
password_hash = "SHA-256"
default_iteration_count = 4096
VirtualHost "localhost"
VirtualHost "guest.localhost"
  authentication = "anonymous"
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  for (const server of servers) server.close();
  return ports;
}

/** Waits until something accepts connections at the port. */
async function listening(port: number, exited: Promise<unknown>): Promise<void> {
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  for (;;) {
    const socket = connectTcp(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      exited.then(() => false),
    ]);
    socket.destroy();
    if (open) return;
    if (gone) throw new Error('Prosody ended before it listened');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
