// What pairing by digits costs a phone's processor, in a real browser on the built pages: `node pairing-cpu.mjs`.
// CPU time of the page's main thread from the last digit to the screen of the remote; handshakes, the key and the
// screens between are in it, the network and other programs are not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const runs = 5;
const sort = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sort(values)[Math.floor(values.length / 2)];

/** A box that listens on loopback, and what it reported. */
async function startBox(dataDir) {
  const main = new URL('../apps/box/dist/main.js', import.meta.url).pathname;
  const args = ['--json', '--no-mdns', '--host', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, [main, ...args, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const events = [];
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line));
    wake();
  });
  return {
    async event(fits) {
      for (;;) {
        const found = events.findLast(fits);
        if (found) return found;
        await new Promise((resolve, reject) => {
          wake = resolve;
          exited.then(() => reject(new Error('The box ended.')));
        });
      }
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function metrics(devtools) {
  const answer = await devtools.send('Performance.getMetrics');
  const ms = (name) => (answer.metrics.find((one) => one.name === name)?.value ?? 0) * 1000;
  return { task: ms('TaskDuration'), script: ms('ScriptDuration') };
}

/** @param slower how many times slower than this machine the phone is */
async function pairOnce(browser, address, pin, slower) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 3,
    isMobile: true,
    hasTouch: true,
  });
  try {
    const page = await context.newPage();
    await page.goto(address);
    const secure = await page.evaluate(() => isSecureContext);
    const field = page.getByLabel('Enter the 6-digit code on your TV');
    await field.pressSequentially(pin.slice(0, -1));
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    const before = await metrics(devtools);
    const start = performance.now();
    await field.pressSequentially(pin.slice(-1));
    // No TV page is open here: the remote says that its TV is off, which it knows once it is paired.
    await page.getByRole('heading', { name: /is off$/ }).waitFor();
    const wall = performance.now() - start;
    const after = await metrics(devtools);
    return {
      secure,
      task: after.task - before.task,
      script: after.script - before.script,
      wall,
    };
  } finally {
    await context.close();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'fjern-bench-'));
const box = await startBox(dataDir);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    // A name that is no secure context, as a box in the home network is for a phone.
    '--host-resolver-rules=MAP 10.7.0.1 127.0.0.1',
  ],
});
try {
  const { port } = await box.event(({ event }) => event === 'listening');
  const used = new Set();
  const results = {};
  for (const host of ['127.0.0.1', '10.7.0.1'])
    for (const slower of [1, 4]) {
      const all = [];
      for (let run = 0; run < runs; run++) {
        const offer = await box.event((event) => event.event === 'offer' && !used.has(event.url));
        used.add(offer.url);
        all.push(await pairOnce(browser, `http://${host}:${port}/`, offer.pin, slower));
      }
      const figure = (name) => Math.round(median(all.map((one) => one[name])));
      const context = all[0]?.secure ? 'secure context' : 'insecure origin';
      results[`${context}, ${slower}x`] = {
        'script ms': figure('script'),
        'all CPU ms': figure('task'),
        'wall ms': figure('wall'),
      };
    }
  if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
  else console.table(results);
} finally {
  await browser.close();
  await box.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
