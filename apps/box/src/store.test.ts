import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredAccount, StoredPairings } from '@fjern/tv/pairing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateIdentity, generateToken } from './identity.ts';
import { UsageError } from './options.ts';
import { Store } from './store.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-store-'));
  file = join(directory, 'state.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const account: StoredAccount = {
  username: 'a1',
  token: 't',
  key: 'k'.repeat(43),
  name: 'Anna’s phone',
  kind: 'phone',
  role: 'owner',
  pairedAt: 1,
  confirmed: true,
};
const pairings = (generation: number, accounts = [account]): StoredPairings => ({
  version: 2,
  generation,
  accounts,
  revoked: [],
});
const version1 = () => ({
  version: 1,
  identity: generateIdentity(),
  tvToken: generateToken(),
  hubSecret: generateToken(),
  pairings: { version: 1, accounts: [{ username: 'a1', token: 't' }] },
});

describe('store', () => {
  it('gives back identity, tokens and pairings after a restart', async () => {
    const first = await Store.open(directory);
    expect(await first.load()).toBeUndefined();
    await first.save(pairings(1));
    const second = await Store.open(directory);
    expect(second.identity).toEqual(first.identity);
    expect(second.tvToken).toBe(first.tvToken);
    expect(second.hubSecret).toEqual(first.hubSecret);
    expect(await second.load()).toEqual(pairings(1));
    expect(second.warnings).toEqual([]);
  });

  it('keeps secrets from other users of the machine', async () => {
    await Store.open(directory);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    const { warnings } = await Store.open(directory);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(warnings).toMatchObject([{ code: 'permissions', path: file }]);
  });

  it('writes changes that come at once in their order', async () => {
    const store = await Store.open(directory);
    const generations = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(generations.map((generation) => store.save(pairings(generation))));
    expect(await (await Store.open(directory)).load()).toEqual(pairings(20));
    expect(JSON.parse(readFileSync(`${file}.bak`, 'utf8')).pairings).toEqual(pairings(19));
  });

  it('takes over what version 1 stored, and keeps the file as it was', async () => {
    const old = version1();
    const text = JSON.stringify(old, null, 2);
    writeFileSync(file, text);
    const store = await Store.open(directory);
    expect(store.identity).toEqual(old.identity);
    expect(store.tvToken).toBe(old.tvToken);
    expect(await store.load()).toEqual(old.pairings);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ ...old, version: 2 });
    expect(readFileSync(`${file}.v1.bak`, 'utf8')).toBe(text);
    expect(statSync(`${file}.v1.bak`).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['', /state\.json is damaged: it is empty\. Move it away to start afresh/],
    ['{"version":2,', /not JSON/],
    ['{"version":2,"identity":{"privateKey":"short"}}', /identity\.privateKey is not a key/],
    [JSON.stringify({ ...version1(), tvToken: 1 }), /tvToken is not a token/],
    [JSON.stringify({ ...version1(), pairings: [] }), /pairings has no version/],
    ['{"version":3}', /newer version/],
  ])('refuses %j with one line, and leaves it as it is', async (content, message) => {
    writeFileSync(file, content);
    await expect(Store.open(directory)).rejects.toThrow(UsageError);
    await expect(Store.open(directory)).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('names the backup of a file that is damaged, and opens it again', async () => {
    const store = await Store.open(directory);
    await store.save(pairings(1));
    await store.save(pairings(2));
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await expect(Store.open(directory)).rejects.toThrow(`Or put ${file}.bak in its place`);
    writeFileSync(file, readFileSync(`${file}.bak`));
    expect(await (await Store.open(directory)).load()).toEqual(pairings(1));
  });

  it('does not write over a file that was damaged while it ran', async () => {
    const store = await Store.open(directory);
    await store.save(pairings(1));
    writeFileSync(file, 'nonsense');
    await expect(store.save(pairings(2))).rejects.toMatchObject({ code: 'damaged' });
    expect(await store.load()).toEqual(pairings(1));
    expect(readFileSync(file, 'utf8')).toBe('nonsense');
  });

  it('changes nothing when it cannot write', async () => {
    const store = await Store.open(directory);
    await store.save(pairings(1));
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in the way');
    await expect(store.save(pairings(2))).rejects.toMatchObject({ name: 'DurableFileError' });
    expect(await store.load()).toEqual(pairings(1));
  });
});
