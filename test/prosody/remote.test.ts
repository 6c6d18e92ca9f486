import { connect as connectLink, type Link } from '@fjern/link';
import { type AccountTv, connect, type Remote } from '@fjern/remote';
import { createTv, type Tv } from '@fjern/tv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProsody, type TestServer } from '../link/servers.ts';
import { until } from '../remote/household.ts';

// The same agent and remote as at the hub, both as clients of a server that knows neither: what they do
// may not lean on the hub.

const film = 'http://media.local/film.mp4';
let server: TestServer;
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
    name: 'Living room',
    service: server.service,
    domain: server.domain,
    credential: server.password,
  };
  await startTv();
});

afterAll(async () => {
  await Promise.all([...open].map((remote) => remote.close()));
  await stopTv();
  await player.close();
  await server.close();
});

const timing = { retryBase: 0.05, retryCap: 0.2 };

async function startTv(): Promise<void> {
  const { domain, service } = server;
  link = connectLink({ service, domain, timing, credential: server.credential('tv') });
  const phone = `phone@${domain}`;
  tv = createTv({
    session: link,
    player,
    name: 'Living room',
    authorize: (jid) => (jid === phone ? { name: 'Phone' } : undefined),
    remotes: () => [phone],
  });
  await link.ready({ timeout: 10 });
}

async function stopTv(): Promise<void> {
  tv.close();
  await link.close();
}

async function start(credential = known.credential): Promise<Remote> {
  const remote = connect({ ...known, credential }, { timing });
  open.add(remote);
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

it('agrees with another remote of the same account', async () => {
  const [one, two] = [await start(), await start()];
  await until(two, () => two.tv.status === 'present');
  await until(one, () => one.tv.status === 'present');
  await one.volume.set(0.6);
  await until(two, () => two.volume.value?.level === 0.6);
  expect(one.volume.value).toEqual(two.volume.value);
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

it('learns nothing of a TV that does not know the account', async () => {
  const password = server.credential('evil') as AccountTv['credential'];
  const remote = connect({ ...known, credential: password }, { timing });
  open.add(remote);
  await remote.ready({ timeout: 10 });
  expect(remote.tv.status).toBe('absent');
  expect(remote.media.value).toBeUndefined();
});

it('is lost with a wrong password', async () => {
  const credential = { username: 'phone', password: 'wrong' };
  const remote = connect({ ...known, credential }, { timing });
  open.add(remote);
  await until(remote, () => remote.link.status === 'lost');
  expect(remote.link).toMatchObject({ reason: { code: 'refused' } });
});
