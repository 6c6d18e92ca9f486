import type { Link } from '@fjern/link';
import { defaultPermissions, encodeClockRequest, type Grant } from '@fjern/protocol';
import { type AccountTv, connect, type Remote } from '@fjern/remote';
import {
  createSealedClient,
  fromBase64Url,
  generatePrivateKey,
  keyPair,
  primitives,
  toBase64Url,
} from '@fjern/seal';
import { createTv, type PairedKey, type Tv } from '@fjern/tv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startProsody, type TestProsody } from '../link/servers.ts';
import { until } from '../remote/household.ts';
import { film, newKey, openLink, timing } from './household.ts';

// The same agent and remote as at the hub, both as clients of a server that knows neither: what they do
// may not lean on the hub.

const identity = generatePrivateKey(primitives);
const tvKey = keyPair(primitives, identity).publicKey;
const key = newKey();
const grant: Grant = { role: 'member', ...defaultPermissions.member };
const paired = new Map<string, PairedKey>([[key.public, { name: 'Phone', grant }]]);

let server: TestProsody;
let player: ScriptedPlayer;
let link: Link;
let tv: Tv;
let known: AccountTv;
const open = new Set<Remote>();

beforeAll(async () => {
  server = await startProsody();
  player = new ScriptedPlayer({ media: { [film]: { duration: 600 } } });
  known = {
    tv: `tv@${server.domain}`,
    tvKey: toBase64Url(tvKey),
    key,
    service: server.service,
    domain: server.domain,
    credential: server.password,
  };
  await startTv();
});

afterEach(async () => {
  await Promise.all([...open].map((remote) => remote.close()));
  open.clear();
});

afterAll(async () => {
  await stopTv();
  await player.close();
  await server.close();
});

async function startTv(): Promise<void> {
  link = await openLink(server, 'tv');
  tv = createTv({
    session: link,
    player,
    name: 'Living room',
    identity,
    remotes: {
      find: (found) => paired.get(found),
      jids: () => [`phone@${server.domain}`],
    },
  });
}

async function stopTv(): Promise<void> {
  tv.close();
  await link.close();
}

function begin(other: Partial<AccountTv> = {}): Remote {
  const remote = connect({ ...known, ...other }, { timing });
  open.add(remote);
  return remote;
}

async function start(other?: Partial<AccountTv>): Promise<Remote> {
  const remote = begin(other);
  await remote.ready({ timeout: 10 });
  return remote;
}

it('controls the TV and follows its state', async () => {
  const remote = await start();
  await until(remote, () => remote.tv.status === 'present');
  expect(remote.capabilities?.name).toBe('Living room');
  await remote.media.load({ uri: film });
  await remote.media.seek(100);
  await remote.media.pause();
  expect(remote.media.value).toMatchObject({ state: 'paused', by: 'Phone' });
  expect(remote.media.currentTime).toBeCloseTo(player.state.currentTime, 2);
  await player.setVolume(0.3);
  await until(remote, () => remote.volume.value?.level === 0.3);
  await expect(remote.media.seek(601)).rejects.toMatchObject({ code: 'out-of-range' });
});

it('has a session one round trip after its stream is up, without presence', async () => {
  const phone = await openLink(server, 'phone');
  const own = keyPair(primitives, fromBase64Url(String(key.private)));
  const client = createSealedClient({
    session: phone,
    peer: `tv@${server.domain}`,
    keys: { own, peer: tvKey },
  });
  const [answer] = await client.open([{ type: 'get', payload: encodeClockRequest() }]);
  expect(answer).toHaveProperty('payload');
  expect(client.jid).toBe(link.jid);
  const lines = (await server.routed()).split('\n');
  const sent = lines.filter((line) => line.startsWith(`in ${phone.jid} `));
  const received = lines.filter((line) => line.startsWith(`out ${phone.jid} <message`));
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(/<message [^>]*type='headline'/);
  expect(sent[0]).toMatch(new RegExp(`to='tv@${server.domain}'`));
  expect(received).toHaveLength(1);
  client.close();
  await phone.close();
});

it('lets the server read nothing of what is said', async () => {
  const before = (await server.routed()).length;
  const remote = await start();
  await remote.media.load({ uri: film, metadata: { title: 'A film of ours' } });
  await remote.media.seek(123.5);
  await expect(remote.media.seek(1e6)).rejects.toMatchObject({ code: 'out-of-range' });
  await player.setVolume(0.25);
  await until(remote, () => remote.volume.value?.level === 0.25);
  const routed = (await server.routed()).slice(before);
  const stanzas = routed.split('\n').filter((line) => line.includes(`tv@${server.domain}`));
  expect(stanzas.filter((line) => line.includes('<sealed ')).length).toBeGreaterThan(6);
  const { source } = remote.media.value ?? {};
  expect(source?.uri).toBe(film);
  for (const word of [film, 'A film of ours', 'Living room', 'Phone', '123.5', 'out-of-range'])
    expect(routed).not.toContain(word);
  for (const element of ['command', 'event', 'pubsub', 'load', 'seek', 'media', 'volume', 'clock'])
    expect(routed).not.toContain(`<${element}`);
  // What is not sealed says that there is a TV, and asks whether anything is there.
  const clear = stanzas.filter((line) => !/<(sealed|handshake) /.test(line));
  for (const line of clear)
    expect(line).toMatch(/^\w+ \S+ <(presence|iq [^>]*type='(get|result|error)')/);
});

it('agrees with another remote of the same account', async () => {
  const [one, two] = [await start(), await start()];
  await until(two, () => two.tv.status === 'present');
  await until(one, () => one.tv.status === 'present');
  await one.volume.set(0.6);
  await until(two, () => two.volume.value?.level === 0.6);
  expect(one.volume.value).toEqual(two.volume.value);
});

it('is known by its key, whatever account it comes from', async () => {
  const credential = server.credential('tablet') as AccountTv['credential'];
  const remote = await start({ credential });
  await until(remote, () => remote.tv.status === 'present');
  await remote.volume.set(0.65);
  expect(remote.volume.value?.by).toBe('Phone');
});

it('resumes after a cut and settles what was in flight, once', async () => {
  const remote = await start();
  await until(remote, () => remote.tv.status === 'present');
  await remote.media.load({ uri: film, autoplay: false });
  const before = player.calls.length;
  for (let i = 1; i <= 5; i++) {
    const seek = remote.media.seek(i * 10);
    server.network.cut();
    await seek;
    await until(remote, () => remote.link.status === 'live');
  }
  expect(player.calls.slice(before)).toEqual(Array(5).fill('seek'));
  expect(remote.media.currentTime).toBe(50);
});

it('sees the TV go and come back in a new epoch', async () => {
  const remote = await start();
  await until(remote, () => remote.tv.status === 'present');
  await stopTv();
  await until(remote, () => remote.tv.status === 'absent');
  const held = remote.volume.set(0.7);
  expect(held.status).toBe('held');
  await startTv();
  await held;
  expect(remote.volume.value?.level).toBe(0.7);
});

it('finds the TV that starts after it', async () => {
  await stopTv();
  const remote = await start();
  expect(remote.tv.status).toBe('absent');
  await startTv();
  await until(remote, () => remote.tv.status === 'present');
});

it('comes back after the server has restarted', async () => {
  const remote = await start();
  await until(remote, () => remote.tv.status === 'present');
  const restarted = server.restart();
  await until(remote, () => remote.link.status === 'stale');
  await restarted;
  await remote.volume.set(0.8);
  expect(player.state.level).toBe(0.8);
});

it('learns nothing of a TV that does not know its key', async () => {
  const remote = begin({ key: newKey() });
  await until(remote, () => remote.link.status === 'lost');
  expect(remote.link).toMatchObject({ reason: { code: 'unpaired' } });
  // It is not the TV's word, as strangers get none.
  expect(remote.link).not.toHaveProperty('reason.revocation');
  expect(remote.media.value).toBeUndefined();
  expect(remote.capabilities).toBeUndefined();
});

it('takes nobody for the TV who has not its key', async () => {
  const other = keyPair(primitives, generatePrivateKey(primitives)).publicKey;
  const remote = begin({ tvKey: toBase64Url(other) });
  const errors: Error[] = [];
  await new Promise<void>((resolve) => {
    remote.on('error', (error) => {
      if (errors.push(error) === 3) resolve();
    });
  });
  expect(remote.media.value).toBeUndefined();
  expect(remote.capabilities).toBeUndefined();
  expect(remote.tv.status).not.toBe('present');
});

it('is lost with a wrong password', async () => {
  const remote = begin({ credential: { username: 'phone', password: 'wrong' } });
  await until(remote, () => remote.link.status === 'lost');
  expect(remote.link).toMatchObject({ reason: { code: 'refused' } });
});
