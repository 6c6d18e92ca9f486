import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from './options.ts';
import { Store } from './store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const account = {
  username: 'a1',
  token: 't',
  name: 'Anna’s phone',
  kind: 'phone' as const,
  pairedAt: 1,
  confirmed: true,
};

describe('store', () => {
  it('gives back identity, tokens and pairings after a restart', async () => {
    const first = await Store.open(directory);
    expect(await first.load()).toBeUndefined();
    await first.save({ version: 1, accounts: [account] });
    const second = await Store.open(directory);
    expect(second.identity).toEqual(first.identity);
    expect(second.tvToken).toBe(first.tvToken);
    expect(second.hubSecret).toEqual(first.hubSecret);
    expect(await second.load()).toEqual({ version: 1, accounts: [account] });
  });

  it('keeps secrets from other users of the machine', async () => {
    const { file } = await Store.open(directory);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes changes that come at once in their order', async () => {
    const store = await Store.open(directory);
    const numbers = Array.from({ length: 20 }, (_, pairedAt) => pairedAt);
    await Promise.all(
      numbers.map((pairedAt) => store.save({ version: 1, accounts: [{ ...account, pairedAt }] })),
    );
    expect((await (await Store.open(directory)).load())?.accounts[0]?.pairedAt).toBe(19);
  });

  it('refuses a damaged file with one line, and leaves it as it is', async () => {
    const { file } = await Store.open(directory);
    writeFileSync(file, '{"version":1,');
    await expect(Store.open(directory)).rejects.toThrow(UsageError);
    await expect(Store.open(directory)).rejects.toThrow(/damaged/);
    expect(readFileSync(file, 'utf8')).toBe('{"version":1,');
  });

  it('changes nothing when it cannot write', async () => {
    const store = await Store.open(directory);
    await store.save({ version: 1, accounts: [account] });
    rmSync(directory, { recursive: true });
    await expect(store.save({ version: 1, accounts: [] })).rejects.toThrow();
    expect(await store.load()).toEqual({ version: 1, accounts: [account] });
    directory = mkdtempSync(join(tmpdir(), 'fjern-store-'));
  });
});
