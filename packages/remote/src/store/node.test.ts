import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore, type KnownTv } from './node.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-tvs-'));
  file = join(directory, 'tvs.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const key = 'k'.repeat(43);
const known = (name: string): KnownTv => ({
  tv: `tv@${name}.local`,
  name,
  fingerprint: key,
  service: 'ws://192.168.1.20:7120/xmpp-websocket',
  domain: `${name}.local`,
  jid: `me@${name}.local`,
  token: 't',
  pairing: `${name}.local`,
  tvKey: key,
  key: { public: key, private: key },
});
const { pairing: _, tvKey: _tvKey, key: _key, ...old } = known('attic');

describe('TVs in a file', () => {
  it('are there for the next process, last used first, for the user alone', async () => {
    const store = fileStore(directory);
    expect(await store.all()).toEqual([]);
    await store.save(known('living'));
    await store.save(known('bedroom'));
    expect(await fileStore(directory).all()).toEqual([known('bedroom'), known('living')]);
    await store.save({ ...known('living'), token: 'new' });
    expect(await store.all()).toEqual([{ ...known('living'), token: 'new' }, known('bedroom')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.forget('tv@living.local');
    await store.forget('tv@nowhere.local');
    expect(await store.all()).toEqual([known('bedroom')]);
  });

  it('keep what only a later version knows of them', async () => {
    const store = fileStore(directory);
    await store.save({ ...known('living'), colour: 'red' } as KnownTv);
    await store.save(known('bedroom'));
    expect((await store.all())[1]).toEqual({ ...known('living'), colour: 'red' });
  });

  it('of version 1 are kept, and have to be paired again', async () => {
    const text = JSON.stringify({ version: 1, tvs: [{ ...old, provisional: true }] });
    writeFileSync(file, text, { mode: 0o600 });
    const store = fileStore(directory);
    expect(await store.all()).toEqual([{ ...old, outdated: true }]);
    expect(readFileSync(file, 'utf8')).toBe(text);
    await store.save(known('living'));
    expect(await store.all()).toEqual([known('living'), { ...old, outdated: true }]);
    expect(readFileSync(`${file}.v1.bak`, 'utf8')).toBe(text);
    await store.save(known('attic'));
    expect(await store.all()).toEqual([known('attic'), known('living')]);
  });

  it.each([
    ['{', 'damaged', /tvs\.json is damaged.* Move it away and pair again\./],
    ['{"version":2}', 'damaged', /tvs is not a list/],
    ['{"version":2,"tvs":[null]}', 'damaged', /tvs\[0\] is not an object/],
    [JSON.stringify({ version: 2, tvs: [old] }), 'damaged', /tvs\[0\]\.pairing is not a string/],
    ['{"version":1,"tvs":[{}]}', 'damaged', /tvs\[0\] is no TV/],
    ['{"version":3,"tvs":[]}', 'newer', /newer version/],
  ])('that are not what was written (%s) are refused, and left', async (content, code, message) => {
    writeFileSync(file, content);
    const store = fileStore(directory);
    await expect(store.all()).rejects.toMatchObject({ name: 'StoreError', code });
    await expect(store.save(known('living'))).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('have keys that can be put into a file', async () => {
    const { privateKey } = (await crypto.subtle.generateKey({ name: 'X25519' }, false, [
      'deriveBits',
    ])) as CryptoKeyPair;
    const sealed = { ...known('living'), key: { public: key, private: privateKey } };
    await expect(fileStore(directory).save(sealed)).rejects.toMatchObject({ code: 'unsupported' });
    expect(await fileStore(directory).all()).toEqual([]);
  });

  it('cannot be stored: that is said', async () => {
    const inTheWay = join(directory, 'in-the-way');
    writeFileSync(inTheWay, '');
    await expect(fileStore(inTheWay).save(known('living'))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'failed',
    });
  });
});
