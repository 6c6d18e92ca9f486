// Command round trips, throughput, CPU, fan-out and connecting: ours beside what others use, interleaved in
// one run over loopback, so that the ratios hold on any machine. Prints a table; `--json` prints the figures.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { peers } from './peers.mjs';

const rounds = 10;
const commandsARound = Number(process.env.BENCH_COMMANDS ?? 5000) / rounds;
const remotes = 50;
const changes = 100;

const names = Object.keys(peers);
const devices = {};
for (const name of names) devices[name] = await peers[name].start();
const results = Object.fromEntries(names.map((name) => [name, {}]));

const shuffled = () => [...names].sort(() => Math.random() - 0.5);
const percentile = (sorted, p) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
const sort = (values) => [...values].sort((a, b) => a - b);
const median = (values) => percentile(sort(values), 0.5);

/** CPU time of a device's processes so far, ms. */
function cpu(pids) {
  let nanoseconds = 0;
  for (const pid of pids)
    for (const thread of readdirSync(`/proc/${pid}/task`))
      nanoseconds += Number(
        readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
      );
  return nanoseconds / 1e6;
}

const residentMb = (pids) =>
  pids
    .map(
      (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024,
    )
    .reduce((a, b) => a + b);

async function connectAndFirstCommand() {
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = 0; i < 21; i++)
    for (const name of shuffled()) {
      const start = performance.now();
      const remote = await peers[name].connect(devices[name]);
      await remote.command();
      times[name].push(performance.now() - start);
      await remote.close();
      await delay(5);
    }
  for (const name of names) results[name].connectMs = median(times[name].slice(1));
}

async function roundTrips() {
  const live = {};
  const latencies = Object.fromEntries(names.map((name) => [name, []]));
  const used = Object.fromEntries(names.map((name) => [name, 0]));
  for (const name of names) {
    live[name] = await peers[name].connect(devices[name]);
    for (let i = 0; i < 2000; i++) await live[name].command();
  }
  for (let round = 0; round < rounds; round++)
    for (const name of shuffled()) {
      for (let i = 0; i < 50; i++) await live[name].command();
      const before = cpu(devices[name].pids);
      for (let i = 0; i < commandsARound; i++) {
        const start = performance.now();
        await live[name].command();
        latencies[name].push((performance.now() - start) * 1000);
      }
      used[name] += cpu(devices[name].pids) - before;
    }
  const throughput = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < 3; round++)
    for (const name of shuffled()) {
      const total = rounds * commandsARound;
      let left = total;
      const start = performance.now();
      const worker = async () => {
        while (left-- > 0) await live[name].command();
      };
      await Promise.all(Array.from({ length: 64 }, worker));
      throughput[name].push(total / ((performance.now() - start) / 1000));
    }
  for (const name of names) {
    const sorted = sort(latencies[name]);
    Object.assign(results[name], {
      p50Us: percentile(sorted, 0.5),
      p95Us: percentile(sorted, 0.95),
      p99Us: percentile(sorted, 0.99),
      perSecondAt64: median(throughput[name]),
      cpuMsPer1000: used[name] / ((rounds * commandsARound) / 1000),
      residentMb: residentMb(devices[name].pids),
    });
    await live[name].close();
  }
}

async function fanOut() {
  const crowd = {};
  let onArrival = () => {};
  const fans = names.filter((name) => name !== 'ws relay' && name !== 'fjern, in the clear');
  for (const name of fans) {
    crowd[name] = [];
    for (let i = 0; i < remotes; i++) {
      const remote = await peers[name].connect(devices[name]);
      await remote.live?.();
      remote.onState(() => onArrival(process.hrtime.bigint()));
      crowd[name].push(remote);
    }
  }
  const times = Object.fromEntries(fans.map((name) => [name, []]));
  for (let i = -10; i < changes; i++)
    for (const name of fans) {
      // Longer than changes of one facet are held back for.
      await delay(80 / fans.length + 5);
      let arrived = 0;
      const last = new Promise((resolve) => {
        onArrival = (at) => {
          if (++arrived === remotes) resolve(at);
        };
      });
      const made = await devices[name].change();
      const ms = Number((await last) - made) / 1e6;
      if (i >= 0) times[name].push(ms);
    }
  for (const name of fans) {
    results[name].fanOutMs = median(times[name]);
    for (const remote of crowd[name]) await remote.close();
  }
}

await connectAndFirstCommand();
await roundTrips();
await fanOut();

const cast = results['castv2-client'];
const floors = { 'fjern, agent in the hub': 'ws echo', 'fjern, agent in a page': 'ws relay' };
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(results, null, 2));
} else {
  const columns = [
    'p50Us',
    'p95Us',
    'p99Us',
    'perSecondAt64',
    'cpuMsPer1000',
    'fanOutMs',
    'connectMs',
    'residentMb',
  ];
  console.log(`| | ${columns.join(' | ')} | p50 × castv2-client | p50 × floor |`);
  console.log(`|---|${'---|'.repeat(columns.length + 2)}`);
  for (const name of names) {
    const result = results[name];
    const cells = columns.map((column) =>
      result[column] === undefined ? '' : Number(result[column].toPrecision(3)),
    );
    const floor = results[floors[name]];
    console.log(
      `| ${name} | ${cells.join(' | ')} | ${(result.p50Us / cast.p50Us).toFixed(2)} | ${floor ? (result.p50Us / floor.p50Us).toFixed(2) : ''} |`,
    );
  }
}
process.exit(0);
