import type { FoundTv } from '@fjern/remote/discovery';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms, type Fact, Lab, removePrograms, someTv } from './lab.ts';

// How long it takes to find a TV, and fifty of them.

let programs: string;
let net: Lab;
beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(async () => {
  await net?.close();
  await removePrograms(programs);
});

const tv = (fact: Fact) => fact.tv as FoundTv;
const event = (name: string) => (fact: Fact) => fact.event === name;

/** In milliseconds, of a host that looks for TVs so many times. */
async function measure(host: number, runs: number): Promise<{ p50: number; p95: number }> {
  const program = await net.start(host, 'measure', String(runs));
  expect(await program.ended, program.output).toBe(0);
  const times = program.facts.filter(event('first')).map(({ ms }) => Number(ms));
  expect(times).toHaveLength(runs);
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.ceil(share * runs) - 1] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95) };
}

it('from browsing to a TV that answers it is less than a second, with one TV and with fifty', async () => {
  net = await Lab.create(programs, 4);
  for (const host of [1, 2, 3, 4]) await net.connect(host);
  const early = await net.start(3, 'remote');
  const living = { ...someTv(), pairing: true };
  const host = await net.start(1, 'tv', JSON.stringify(living), '7120');
  const { at: started } = await host.until(event('started'));
  const first = await early.until(event('add'));
  expect(tv(first)).toEqual({
    ...living,
    port: 7120,
    addresses: ['10.7.0.1'],
    urls: ['ws://10.7.0.1:7120/xmpp-websocket'],
    url: 'ws://10.7.0.1:7120/xmpp-websocket',
  });
  await host.until(event('published'));
  const one = await measure(3, 40);

  const crowds = await Promise.all(
    [1, 2].map((number) => net.start(number, 'many', String(20 + number * 3), `crowd${number}-`)),
  );
  await Promise.all(crowds.map((crowd) => crowd.until(event('published'), { within: 20_000 })));
  const late = await net.start(4, 'remote');
  const ids = () => {
    const added = late.facts.filter(event('add')).map((fact) => tv(fact).id);
    return new Set(added).size;
  };
  const last = await late
    .until(() => ids() === 50, { within: 20_000 })
    .then(() => late.facts.at(-1));
  const { at: opened } = await late.until(event('started'));
  const fifty = await measure(3, 40);
  console.warn(
    `mDNS: TV started → found ${Math.round(first.at - started)} ms (probing included); ` +
      `browsing → first TV: p50 ${one.p50} ms, p95 ${one.p95} ms; ` +
      `among 50: p50 ${fifty.p50} ms, p95 ${fifty.p95} ms; ` +
      `browsing → all 50: ${Math.round((last?.at ?? Number.NaN) - opened)} ms`,
  );
  expect(one.p95).toBeLessThan(1000);
  expect(fifty.p95).toBeLessThan(1000);
  expect(late.facts.filter(event('remove'))).toEqual([]);

  expect(await Promise.all(crowds.map((crowd) => crowd.stop()))).toEqual([0, 0]);
  const gone = () => late.facts.filter(event('remove')).length === 49;
  await late.until(gone, { within: 20_000 });
});
