// What a box costs as it is shipped: how large it is, how long it takes to listen, what it holds while nothing happens, and
// whether it grows. Prints a table; `--json` prints the figures, `--short` takes a minute and leaves out the compressed sizes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  boxCommand,
  end,
  holdings,
  isListening,
  startBox,
  startMpv,
  startUp,
} from './running-box.mjs';

const short = process.argv.includes('--short');
const starts = short ? 5 : 20;
const idle = (short ? 5 : 30) * 1000;
const commands = Number(process.env.BENCH_COMMANDS ?? (short ? 2_000 : 100_000));
const reconnects = Number(process.env.BENCH_RECONNECTS ?? (short ? 200 : 10_000));
/** In all, as many as a box lets come in without making them wait. */
const reconnectsPerSecond = 20;
const household = 24;

const file = (name) => fileURLToPath(new URL(`../apps/box/dist/${name}`, import.meta.url));
const forms = {
  bundle: { file: file('fjern-box.cjs'), command: [process.execPath, file('fjern-box.cjs')] },
  executable: { file: file('fjern-box'), command: [file('fjern-box')] },
};
const bareNode = [process.execPath, '-e', 'console.log(); setInterval(() => {}, 1e9)'];

async function sizes() {
  const megabytes = async (path) => (await stat(path)).size / 1e6;
  const found = { node: { sizeMb: await megabytes(process.execPath) } };
  for (const [name, form] of Object.entries(forms)) {
    found[name] = { sizeMb: await megabytes(form.file) };
    if (!short) found[name].xzMb = (await compressed(form.file)) / 1e6;
  }
  return found;
}

async function compressed(path) {
  const xz = spawn('xz', ['-9', '--stdout', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  xz.stdout.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const [code] = await once(xz, 'close');
  if (code !== 0) throw new Error('xz is needed for this, or --short');
  return bytes;
}

/** Interleaved, so that a busy moment of the machine is not one form's alone. */
async function startTimes(mpv) {
  const what = { node: [bareNode, undefined] };
  for (const [name, { command }] of Object.entries(forms))
    what[name] = [boxCommand(command, mpv, 'starts'), isListening];
  const times = Object.fromEntries(Object.keys(what).map((name) => [name, []]));
  // The first of each comes off the disk, and makes the identity.
  for (let i = -1; i < starts; i++)
    for (const [name, [command, fits]] of Object.entries(what)) {
      const { child, ms } = await startUp(command, fits);
      await end(child, 'SIGKILL');
      if (i >= 0) times[name].push(ms);
    }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => {
      const sorted = all.sort((a, b) => a - b);
      const at = (share) => sorted[Math.ceil(share * sorted.length) - 1];
      return [name, { startP50Ms: at(0.5), startP95Ms: at(0.95) }];
    }),
  );
}

async function memoryOfBareNode() {
  const { child } = await startUp(bareNode);
  await pause(idle);
  const { residentMb, ownMb } = holdings(child);
  await end(child);
  return { residentMb, ownMb };
}

/** With one remote that is live, and nothing else to do. */
async function memory(box) {
  const remote = await box.remote();
  await pause(idle);
  const { residentMb, ownMb } = holdings(box.child);
  return { remote, residentMb, ownMb };
}

/** The same household before and after: what is more then is what a box does not let go of. */
async function growth(box, first) {
  const remotes = [first];
  while (remotes.length < household) remotes.push(await box.remote());
  await press(remotes, commands / 10);
  await comeAndGo(remotes, reconnects / 10);
  const atRest = async () => {
    await pause(idle);
    return holdings(box.child);
  };
  const before = await atRest();
  await press(remotes, commands);
  const pressed = await atRest();
  await comeAndGo(remotes, reconnects);
  const visited = await atRest();
  for (const remote of remotes) await remote.close();
  return {
    remotes: household,
    commands,
    reconnects,
    before,
    afterCommands: pressed,
    afterReconnects: visited,
  };
}

/** Four of them at once, and each without waiting for the answer to the last one. */
async function press(remotes, count) {
  let number = 0;
  const presser = async (remote) => {
    while (number < count) await remote.command(number++);
  };
  await Promise.all(
    remotes.slice(0, 4).flatMap((remote) => Array.from({ length: 8 }, () => presser(remote))),
  );
}

/** Half of the times with a new session, half of them with the old one taken up again. */
async function comeAndGo(remotes, count) {
  let left = count;
  const interval = (remotes.length / reconnectsPerSecond) * 1000;
  await Promise.all(
    remotes.map(async (remote, place) => {
      await pause((place / remotes.length) * interval);
      for (let turn = place; left-- > 0; turn++) {
        const next = pause(interval);
        await (turn % 2 === 0 ? remote.reopen() : remote.resume());
        await next;
      }
    }),
  );
}

function table(heads, rows) {
  const cell = (value) =>
    typeof value === 'number' ? String(Number(value.toPrecision(3))) : (value ?? '');
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const exists = await stat(forms.executable.file).catch(() => undefined);
if (!exists) {
  console.error('Build it first: npm run bundle -w apps/box');
  process.exit(1);
}
const mpv = await startMpv();
const results = { node: {}, bundle: {}, executable: {} };
const add = (found) => {
  for (const [name, figures] of Object.entries(found)) Object.assign(results[name], figures);
};
add(await sizes());
add(await startTimes(mpv));
add({ node: await memoryOfBareNode() });
for (const [name, { command }] of Object.entries(forms)) {
  const box = await startBox(boxCommand(command, mpv, name));
  const { remote, ...figures } = await memory(box);
  add({ [name]: figures });
  if (name === 'bundle') results.growth = await growth(box, remote);
  else await remote.close();
  await end(box.child);
}

if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  const columns = ['sizeMb', 'xzMb', 'startP50Ms', 'startP95Ms', 'residentMb', 'ownMb'];
  const { growth: grown, ...things } = results;
  console.log(
    table(
      ['', ...columns],
      Object.entries(things).map(([name, figures]) => [
        name,
        ...columns.map((column) => figures[column]),
      ]),
    ),
  );
  const instants = {
    before: grown.before,
    [`after ${commands} commands`]: grown.afterCommands,
    [`after ${reconnects} reconnects as well`]: grown.afterReconnects,
  };
  console.log(`\n${household} remotes:\n`);
  console.log(
    table(
      ['', 'residentMb', 'ownMb', 'descriptors'],
      Object.entries(instants).map(([name, { residentMb, ownMb, descriptors }]) => [
        name,
        residentMb,
        ownMb,
        descriptors,
      ]),
    ),
  );
}
process.exit(0);
