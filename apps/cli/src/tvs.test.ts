import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownTv } from '@fjern/remote/store-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tvs } from './tvs.ts';

let directory: string;
let tvs: Tvs;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-tvs-'));
  tvs = new Tvs(directory);
});
afterEach(() => rmSync(directory, { recursive: true }));

const key = 'k'.repeat(43);
const old = {
  tv: 'tv@attic.local',
  name: 'Attic',
  fingerprint: key,
  service: 'ws://192.168.1.20:7120/xmpp-websocket',
  domain: 'attic.local',
  jid: 'me@attic.local',
  token: 't',
};
const living: KnownTv = {
  ...old,
  tv: 'tv@living.local',
  name: 'Living room',
  domain: 'living.local',
  pairing: 'living.local',
  tvKey: key,
  key: { public: key, private: key },
};

it('finds a TV by name, address or id, or the one used last', async () => {
  await expect(tvs.find(undefined)).rejects.toMatchObject({ reason: 'unpaired' });
  await tvs.save(living);
  await tvs.save({ ...living, tv: 'tv@bedroom.local', name: 'Bedroom', domain: 'bedroom.local' });
  expect(await tvs.find(undefined)).toMatchObject({ name: 'Bedroom' });
  for (const wanted of ['living ROOM', 'living.local', 'tv@living.local'])
    expect(await tvs.find(wanted)).toEqual(living);
  await expect(tvs.find('Kitchen')).rejects.toMatchObject({ reason: 'unpaired' });
});

it('keeps what was learned in a visit, unless the TV was forgotten or paired anew meanwhile', async () => {
  await tvs.save(living);
  await tvs.save({ ...living, tv: 'tv@bedroom.local', name: 'Bedroom' });
  await tvs.update({ ...living, name: 'Lounge' });
  expect(await tvs.find(undefined)).toMatchObject({ name: 'Lounge' });
  await tvs.save({ ...living, jid: 'anew@living.local' });
  await tvs.update({ ...living, name: 'Late' });
  expect(await tvs.find(undefined)).toMatchObject({ name: 'Living room' });
  await tvs.forget(living);
  await tvs.update(living);
  expect(await tvs.all()).toHaveLength(1);
});

it('wants one of several with the same name told apart', async () => {
  await tvs.save(living);
  await tvs.save({ ...living, tv: 'tv@other.local' });
  await expect(tvs.find('living room')).rejects.toThrow('use tv@other.local or tv@living.local');
});

it('says that a TV of an older version has to be paired again, and can forget it', async () => {
  writeFileSync(join(directory, 'tvs.json'), JSON.stringify({ version: 1, tvs: [old] }), {
    mode: 0o600,
  });
  await expect(tvs.find('attic')).rejects.toThrow('paired with an older version: pair it again');
  await expect(tvs.find('attic')).rejects.toMatchObject({ reason: 'unpaired' });
  await tvs.forget(await tvs.findAny('attic'));
  expect(await tvs.all()).toEqual([]);
});

it('says what to do about a file that is damaged', async () => {
  writeFileSync(join(directory, 'tvs.json'), '{', { mode: 0o600 });
  await expect(tvs.all()).rejects.toMatchObject({ reason: 'usage', code: 'damaged' });
  await expect(tvs.save(living)).rejects.toThrow('Move it away and pair again.');
});
