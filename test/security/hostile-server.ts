import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './household.ts';

/** What the server does to whatever is sealed; see server-module/mod_hostile.lua. */
export type Mode = 'watch' | 'alter' | 'repeat' | 'answer' | 'redirect';

export interface HostileServer {
  domain: string;
  port: number;
  credential(username: string): { username: string; password: string };
  become(mode: Mode): Promise<void>;
  /** Every stanza that it has routed. */
  seen(): Promise<string>;
  close(): Promise<void>;
}

const usernames = ['tv', 'phone', 'guest'];
const password = (username: string) => `password of ${username}`;

/** A real Prosody whose operator is curious, and does what he likes. */
export async function startHostileServer(): Promise<HostileServer> {
  const domain = 'localhost';
  const folder = await mkdtemp(join(tmpdir(), 'fjern-hostile-'));
  const [http, c2s] = [await freePort(), await freePort()];
  const config = join(folder, 'prosody.cfg.lua');
  for (const name of ['data', 'certs']) await mkdir(join(folder, name));
  await appendFile(join(folder, 'seen'), '');
  await writeFile(join(folder, 'mode'), 'watch');
  await writeFile(config, configuration(folder, http, c2s));
  for (const username of usernames)
    await promisify(execFile)('prosodyctl', [
      ...['--config', config, 'register'],
      ...[username, domain, password(username)],
    ]);
  const prosody = spawn('prosody', ['--config', config, '-F'], { stdio: 'ignore' });
  const exited = once(prosody, 'exit');
  await eventually(() => accepts(http), 20);
  return {
    domain,
    port: http,
    credential: (username) => ({ username, password: password(username) }),
    become: (mode) => writeFile(join(folder, 'mode'), mode),
    seen: () => readFile(join(folder, 'seen'), 'utf8'),
    async close() {
      prosody.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, http: number, c2s: number): string {
  return `
data_path = "${folder}/data"
certificates = "${folder}/certs"
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
plugin_paths = { "${join(import.meta.dirname, 'server-module')}" }
hostile_folder = "${folder}"
modules_enabled = {
  "roster", "saslauth", "disco", "ping", "presence", "message", "iq", "websocket", "smacks", "hostile",
}
authentication = "internal_hashed"
VirtualHost "localhost"
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
