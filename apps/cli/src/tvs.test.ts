import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownTv } from '@fjern/remote/store-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
const bedroom = { ...living, tv: 'tv@bedroom.local', name: 'Bedroom', domain: 'bedroom.local' };
const nameOf = async (wanted?: string) => (await tvs.find(wanted)).known.name;

it('finds a TV by name, address or id, or the one used last', async () => {
  await expect(tvs.find(undefined)).rejects.toMatchObject({ reason: 'unpaired' });
  await tvs.save(living);
  await tvs.save(bedroom);
  expect(await nameOf()).toBe('Bedroom');
  for (const wanted of ['living ROOM', 'living.local', 'tv@living.local', 'liv'])
    expect(await tvs.find(wanted)).toEqual({ known: living, label: 'Living room' });
  await expect(tvs.find('Kitchen')).rejects.toMatchObject({ reason: 'unpaired' });
});

describe('the default', () => {
  beforeEach(async () => {
    await tvs.save(living);
    await tvs.save(bedroom);
  });

  it('is the one that was chosen, whichever was used last', async () => {
    await tvs.use(living);
    await tvs.save(bedroom);
    expect(await nameOf()).toBe('Living room');
    expect(await nameOf('Bedroom')).toBe('Bedroom');
    await tvs.use(undefined);
    expect(await nameOf()).toBe('Bedroom');
  });

  it('is forgotten with the TV, also when that is paired again', async () => {
    await tvs.use(living);
    await tvs.forget(living);
    expect(await nameOf()).toBe('Bedroom');
    await tvs.save(living);
    await tvs.save(bedroom);
    expect(await nameOf()).toBe('Bedroom');
  });

  it('that cannot be read is said, with what to do', async () => {
    writeFileSync(join(directory, 'settings.json'), '{"version": 1, "chosen": 1}', { mode: 0o600 });
    await expect(tvs.find(undefined)).rejects.toMatchObject({ reason: 'usage', code: 'damaged' });
    await expect(tvs.find(undefined)).rejects.toThrow('Remove it');
  });
});

it('keeps what was learned in a visit, unless the TV was forgotten or paired anew meanwhile', async () => {
  await tvs.save(living);
  await tvs.save(bedroom);
  await tvs.update({ ...living, name: 'Lounge' });
  expect(await nameOf()).toBe('Lounge');
  await tvs.save({ ...living, jid: 'anew@living.local' });
  await tvs.update({ ...living, name: 'Late' });
  expect(await nameOf()).toBe('Living room');
  await tvs.forget(living);
  await tvs.update(living);
  expect(await tvs.all()).toHaveLength(1);
});

it('has those of one name told apart by what they are', async () => {
  await tvs.save(living);
  await tvs.save({ ...living, tv: 'tv@other.local' });
  await expect(tvs.find('living room')).rejects.toThrow(
    "say 'Living room·othe' or 'Living room·livi'",
  );
  await expect(tvs.find('living room')).rejects.toMatchObject({ code: 'ambiguous' });
  expect(await tvs.find('Living room·livi')).toEqual({ known: living, label: 'Living room·livi' });
});

it('says that a TV of an older version has to be paired again, and can forget it', async () => {
  writeFileSync(join(directory, 'tvs.json'), JSON.stringify({ version: 1, tvs: [old] }), {
    mode: 0o600,
  });
  await expect(tvs.find('attic')).rejects.toThrow('paired with an older version: pair it again');
  await expect(tvs.find('attic')).rejects.toMatchObject({ reason: 'unpaired' });
  await tvs.forget((await tvs.findAny('attic')).known);
  expect(await tvs.all()).toEqual([]);
});

it('says what to do about a file that is damaged', async () => {
  writeFileSync(join(directory, 'tvs.json'), '{', { mode: 0o600 });
  await expect(tvs.all()).rejects.toMatchObject({ reason: 'usage', code: 'damaged' });
  await expect(tvs.save(living)).rejects.toThrow('Move it away and pair again.');
});

it('recalls what a TV had, as long as it is paired, and never fails for it', async () => {
  const { recollection } = tvs;
  expect(await recollection.of(living.tv)).toEqual({ remotes: [], titles: [] });
  await recollection.keep(living.tv, { titles: ['Aurora'] });
  await recollection.keep(living.tv, { remotes: ['Phone'] });
  expect(await recollection.of(living.tv)).toEqual({ remotes: ['Phone'], titles: ['Aurora'] });
  await tvs.save(living);
  await tvs.forget(living);
  expect(await recollection.of(living.tv)).toEqual({ remotes: [], titles: [] });
  writeFileSync(join(directory, 'names.json'), '{', { mode: 0o600 });
  await recollection.keep(living.tv, { titles: ['Tide'] });
  expect(await recollection.of(living.tv)).toEqual({ remotes: [], titles: [] });
});
