import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KnownTv, StoreError } from '@fjern/remote/store-node';
import type { StoredPairings } from '@fjern/tv/pairing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../apps/box/src/options.ts';
import { Store } from '../../apps/box/src/store.ts';
import { Failure } from '../../apps/cli/src/exit.ts';
import { Tvs } from '../../apps/cli/src/tvs.ts';

// Whatever has happened to a file: it is read as it was written, or refused by name, and left as it is.

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-damage-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What disks, editors and people make of a file. */
function damaged(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(good.length - 1);
  return fc.oneof(
    place.map((length) => good.slice(0, length)),
    fc.tuple(place, fc.nat(7)).map(([index, bit]) => {
      const flipped = Uint8Array.from(good);
      flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
      return flipped;
    }),
    // A block that a power cut left empty.
    fc.tuple(place, fc.integer({ min: 1, max: 512 })).map(([start, length]) => {
      const zeroed = Uint8Array.from(good);
      return zeroed.fill(0, start, start + length);
    }),
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );
}

const key = 'k'.repeat(43);
const pairings: StoredPairings = {
  version: 2,
  generation: 3,
  accounts: [
    {
      username: 'a1',
      token: 't'.repeat(43),
      key,
      name: 'Anna’s phone',
      kind: 'phone',
      role: 'owner',
      pairedAt: 1,
      confirmed: true,
    },
  ],
  revoked: [],
};
const tv: KnownTv = {
  tv: 'tv@house.local',
  name: 'Anna’s TV',
  fingerprint: key,
  service: 'ws://192.168.1.20:7120/xmpp-websocket',
  domain: 'house.local',
  jid: 'me@house.local',
  token: 't'.repeat(43),
  pairing: 'house.local',
  tvKey: key,
  key: { public: key, private: key },
};

describe('a damaged file', () => {
  it('of a box is refused, or is what it was', async () => {
    const store = await Store.open(directory);
    await store.save(pairings);
    const secrets = [store.identity.privateKey, store.tvToken, 't'.repeat(43)];
    const good = readFileSync(store.file);
    await fc.assert(
      fc.asyncProperty(damaged(good), async (content) => {
        writeFileSync(store.file, content);
        const opened = await Store.open(directory).catch((error: unknown) => error);
        if (opened instanceof Store) {
          expect(opened.identity).toEqual(store.identity);
          expect(opened.tvToken).toBe(store.tvToken);
          expect(await opened.load()).toEqual(pairings);
        } else {
          expect(opened).toBeInstanceOf(UsageError);
          expect(String(opened)).toContain(`${store.file} is damaged`);
          expect(String(opened)).toContain('Move it away to start afresh');
          expect(String(opened)).toContain(`${store.file}.bak in its place`);
          for (const secret of secrets) expect(String(opened)).not.toContain(secret);
        }
        expect(Buffer.compare(readFileSync(store.file), content)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('of the command line is refused, or is what it was', async () => {
    const tvs = new Tvs(directory);
    await tvs.save(tv);
    await tvs.save(tv);
    const file = join(directory, 'tvs.json');
    const good = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(damaged(good), async (content) => {
        writeFileSync(file, content);
        const read = await tvs.all().catch((error: unknown) => error);
        if (Array.isArray(read)) {
          expect(read).toEqual([tv]);
        } else {
          expect(read).toBeInstanceOf(Failure);
          expect(read).toMatchObject({ code: 'damaged', cause: expect.any(StoreError) });
          expect(String(read)).toContain(`${file} is damaged`);
          expect(String(read)).not.toContain('t'.repeat(43));
          await expect(tvs.forget(tv)).rejects.toBeInstanceOf(Failure);
        }
        expect(Buffer.compare(readFileSync(file), content)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
