import { expect, it } from 'vitest';
import { soak } from './soak.ts';

// `npm run soak -- --minutes 600` makes it long; what `npm test` runs shows that nothing falls over at once.
const seconds = Number(process.env.SOAK_SECONDS ?? 40);

const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;

it('twenty remotes, and a player that dies', {
  timeout: (seconds * 1.2 + 180) * 1000,
}, async () => {
  const report = await soak({ remotes: 20, seconds, playerDies: 12, linkBreaks: 0.7 });
  const { before, after, ...counts } = report;
  console.warn(
    JSON.stringify({
      ...counts,
      heapMb: [mebibytes(before.heap), mebibytes(after.heap)],
      residentMb: [mebibytes(before.resident), mebibytes(after.resident)],
      resources: [before.resources, after.resources],
      descriptors: [before.descriptors, after.descriptors],
    }),
  );
  expect(counts.commands).toBeGreaterThan(seconds * 20);
  expect(counts.playerDeaths).toBeGreaterThan(0);
  expect(counts.cuts).toBeGreaterThan(0);
  // What a TV remembers of commands, to answer repeats, is bounded, and not full at first: half of 512 at least for
  // each remote, about a kilobyte each.
  const memory = 20 * 512 * 1200;
  const filling = Math.min(memory, counts.commands * 1200);
  expect(after.heap - before.heap).toBeLessThan(filling + 3 * 2 ** 20);
  expect(after.resources - before.resources).toBeLessThanOrEqual(6);
  expect(Math.abs(after.descriptors - before.descriptors)).toBeLessThanOrEqual(4);
});
