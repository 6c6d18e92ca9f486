// How long a remote takes to pair and to come back, and in how many round trips it comes back: counted in a proxy that
// looks at who sends when. Prints a table; `--json` prints the figures.
import { spawn } from 'node:child_process';
import { connect as connectSocket, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { connect, pair, pairWithPin } from '@fjern/remote';
import { domain } from './devices/household.mjs';

const pairings = Number(process.env.BENCH_PAIRINGS ?? 20);
const reconnects = Number(process.env.BENCH_RECONNECTS ?? 50);

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const origin = (port) => `http://127.0.0.1:${port}`;
const service = (port) => `ws://127.0.0.1:${port}/xmpp-websocket`;

const device = spawn(
  process.execPath,
  [new URL('./devices/fjern-household.mjs', import.meta.url).pathname],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
process.on('exit', () => device.kill());
const lines = createInterface({ input: device.stdout })[Symbol.asyncIterator]();
const line = async () => JSON.parse((await lines.next()).value);
const { port } = await line();
const offer = () => {
  device.stdin.write('\n');
  return line();
};

/** Hands on everything, and counts how often the client sent after it had heard something: its flights. */
async function countingProxy() {
  const counted = { flights: 0 };
  const server = createServer((client) => {
    const hub = connectSocket(port, '127.0.0.1');
    let clientsTurn = true;
    client.on('data', (data) => {
      if (clientsTurn) counted.flights += 1;
      clientsTurn = false;
      hub.write(data);
    });
    hub.on('data', (data) => {
      clientsTurn = true;
      client.write(data);
    });
    for (const [one, other] of [
      [client, hub],
      [hub, client],
    ]) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, counted };
}

/** A TV takes few handshakes a minute of one remote, so they take turns. */
const household = [];
let visits = 0;

const identity = { name: 'Bench', kind: 'other', save: () => {} };
const ways = {
  'QR code': async () => pair((await offer()).url, identity),
  PIN: async () => pairWithPin({ origin: origin(port), domain }, (await offer()).pin, identity),
};

const results = {};
const times = { 'QR code': [], PIN: [] };
// The first ones load and warm up.
for (let i = -3; i < pairings; i++)
  for (const [code, run] of Object.entries(ways)) {
    const start = performance.now();
    household.push(await run());
    if (i >= 0) times[code].push(performance.now() - start);
  }
results.pairWithQrMs = median(times['QR code']);
results.pairWithPinMs = median(times.PIN);

/** A known remote that has been away, until the state of the TV is there. */
async function comeBack(at, counted) {
  if (counted) counted.flights = 0;
  const known = household[visits++ % household.length];
  const start = performance.now();
  const remote = connect({ ...known, service: service(at) });
  await remote.ready({ timeout: 10 });
  const ms = performance.now() - start;
  const flights = counted?.flights ?? 0;
  if (!remote.get('media')) throw new Error('live without a state');
  await remote.close();
  return { ms, flights };
}

const back = [];
for (let i = -5; i < reconnects; i++) {
  const { ms } = await comeBack(port);
  if (i >= 0) back.push(ms);
}
results.reconnectMs = median(back);

const proxy = await countingProxy();
const flights = [];
for (let i = 0; i < 5; i++) flights.push((await comeBack(proxy.port, proxy.counted)).flights);
// The first is the HTTP request that opens the WebSocket.
results.roundTripsUntilLive = Math.max(...flights) - 1;

if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  console.log('| | |\n|---|---|');
  for (const [name, value] of Object.entries(results))
    console.log(`| ${name} | ${Number(value.toPrecision(3))} |`);
}
process.exit(0);
