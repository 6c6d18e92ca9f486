import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredPairings } from '@fjern/tv/pairing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Store } from '../../apps/box/src/store.ts';
import { Tvs } from '../../apps/cli/src/tvs.ts';
import { buildPrograms, run } from './programs.ts';

let programs: string;
beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(() => rmSync(programs, { recursive: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-kill-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** ms; a change takes a few. */
const someLifetime = () => Math.random() * 25;
const node = (name: string, ...args: string[]) => [
  process.execPath,
  join(programs, `${name}.js`),
  ...args,
];
const modeOf = (name: string) => statSync(join(directory, name)).mode & 0o777;

describe('kill -9', () => {
  it('costs a box at most the change that was not acknowledged', { timeout: 180_000 }, async () => {
    let last = 0;
    for (let kill = 0; kill < 100; kill++) {
      const { acknowledged, signal, stderr } = await run(
        node('change-box', directory),
        someLifetime(),
      );
      expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
      expect(acknowledged).toBeGreaterThan(last);
      expect(modeOf('state.json')).toBe(0o600);
      const store = await Store.open(directory);
      const { generation, accounts } = (await store.load()) as StoredPairings;
      expect(generation).toBeGreaterThanOrEqual(acknowledged);
      expect(generation).toBeLessThanOrEqual(acknowledged + 1);
      expect(accounts.map(({ pairedAt }) => pairedAt)).toEqual(
        Array.from({ length: generation % 50 }, () => generation),
      );
      const before = JSON.parse(readFileSync(join(directory, 'state.json.bak'), 'utf8'));
      expect(before.pairings?.generation ?? 0).toBeGreaterThanOrEqual(generation - 1);
      last = generation;
    }
    await (await Store.open(directory)).save({
      version: 2,
      generation: last + 1,
      accounts: [],
      revoked: [],
    });
    expect(readdirSync(directory).sort()).toEqual(['state.json', 'state.json.bak']);
  });

  it('of commands at once costs none of them more than that', { timeout: 180_000 }, async () => {
    const last = [0, 0];
    for (let kill = 0; kill < 50; kill++) {
      const outcomes = await Promise.all(
        ['one', 'two'].map((name) => run(node('change-tvs', directory, name), someLifetime())),
      );
      expect(modeOf('tvs.json')).toBe(0o600);
      const all = await new Tvs(directory).all();
      for (const [index, { acknowledged, signal, stderr }] of outcomes.entries()) {
        expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
        expect(acknowledged).toBeGreaterThan(last[index] ?? 0);
        const number = Number(all.find(({ name }) => name === ['one', 'two'][index])?.token);
        expect(number).toBeGreaterThanOrEqual(acknowledged);
        expect(number).toBeLessThanOrEqual(acknowledged + 1);
        last[index] = number;
      }
    }
    await new Tvs(directory).forget({ tv: 'tv@one.local' });
    expect(readdirSync(directory).sort()).toEqual(['names.json', 'tvs.json', 'tvs.json.bak']);
  });
});

describe('a disk', () => {
  /** In a mount namespace of its own, with a small disk of its own at the directory. */
  const onDisk = (script: string) => [
    'unshare',
    '--mount',
    '--map-root-user',
    'sh',
    '-ec',
    `mount -t tmpfs -o size=128k,mode=700 tmpfs "$0"; ${script}`,
    directory,
    ...node('change-box', directory),
  ];
  /** What the file says at the end. */
  const show = `grep -o '"generation": [0-9]*' "$0/state.json" | tr -cd 0-9; echo`;

  it('that becomes full costs no more than the change that was refused', async () => {
    const fill = `head -c 112000 /dev/zero > "$0/film"; "$@"; ls -A "$0" >&2; ${show}`;
    const { numbers, stderr } = await run(onDisk(fill));
    expect(stderr.split('\n')).toEqual(['full', 'film', 'state.json', 'state.json.bak', '']);
    const [acknowledged, stored] = numbers.slice(-2);
    expect(acknowledged).toBeGreaterThan(1);
    expect(stored).toBe(acknowledged);
  });

  it('that cannot be written any more says so, and keeps what it has', async () => {
    const freeze = 'timeout -s KILL 1 "$@" || mount -o remount,ro "$0"; "$@"';
    const { numbers, stderr } = await run(onDisk(`${freeze}; ${show}`));
    expect(stderr).toMatch(/denied\n$/);
    const [acknowledged = 0, stored] = numbers.slice(-2);
    expect(acknowledged).toBeGreaterThan(1);
    expect([acknowledged, acknowledged + 1]).toContain(stored);
  });
});
