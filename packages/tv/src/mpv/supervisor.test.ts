import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MediaServer, startMediaServer } from './fixtures/media-server.ts';
import { never, pidOf, quiet, Rig, toLoad, untilState, untilStatus } from './fixtures/rig.ts';
import type { MpvStatus } from './index.ts';

// Real mpv, real signals, real sockets: half a second here is what it is on a TV.
describe('an mpv that is looked after', { timeout: 30_000 }, () => {
  let server: MediaServer;
  let rig: Rig;

  beforeAll(async () => {
    server = await startMediaServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.close());

  const baseUrl = () => server.origin;

  it('is started again when it was killed while it played, as loud and fast as it was', async () => {
    const player = rig.player({ baseUrl });
    await player.load(toLoad('/film.mp4', { currentTime: 3 }), never);
    await player.setVolume(0.35);
    await player.setMuted(true);
    await player.setRate(1.5);
    const pid = await pidOf(player);

    process.kill(pid, 'SIGKILL');
    const away = await untilStatus(player, 'away');
    expect(away).toEqual({
      status: 'away',
      reason: 'mpv was ended by SIGKILL.',
      restarts: 1,
      nextTry: 0.1,
    });
    expect(player.state).toMatchObject({
      state: 'error',
      error: { condition: 'player-failed' },
      source: { uri: '/film.mp4' },
      duration: 24,
    });
    expect(player.state.currentTime).toBeGreaterThan(2.9);
    await expect(player.pause()).rejects.toMatchObject({ code: 'player-failed' });
    await expect(player.command(['get_property', 'pid'])).rejects.toMatchObject({
      code: 'not-ready',
      message: 'mpv was ended by SIGKILL.',
    });

    // Meanwhile something can be loaded: that waits.
    await player.load(toLoad('/film.mp4'), never);
    expect(await pidOf(player)).not.toBe(pid);
    expect(player.state).toMatchObject({
      state: 'playing',
      level: 0.35,
      muted: true,
      playbackRate: 1.5,
    });
    expect(await player.command(['get_property', 'volume'])).toBe(35);
    expect(await player.command(['get_property', 'mute'])).toBe(true);
    expect(await player.command(['get_property', 'speed'])).toBe(1.5);
  });

  it('stays idle when it was idle', async () => {
    const player = rig.player();
    process.kill(await pidOf(player), 'SIGKILL');
    await untilStatus(player, 'away');
    expect(player.state.state).toBe('idle');
    await player.stop();
    await untilStatus(player, 'ready');
    expect(player.state.state).toBe('idle');
  });

  it('is killed and started again when it hangs', async () => {
    const player = rig.player({ baseUrl, timing: { ping: 0.2, hang: 1.5 } });
    await player.load(toLoad('/film.mp4', { autoplay: false }), never);
    const pid = await pidOf(player);
    process.kill(pid, 'SIGSTOP');
    const away = await untilStatus(player, 'away');
    expect(away.reason).toBe('mpv did not answer for 1.5 s.');
    expect(player.state.state).toBe('error');
    expect(await pidOf(player)).not.toBe(pid);
    expect(rig.processes()).not.toContain(pid);
  });

  it('is killed when it hangs already, whoever started it', async () => {
    const other = await stranger(rig);
    process.kill(other, 'SIGSTOP');
    const player = rig.player({ timing: { ping: 0.2, hang: 1 } });
    await untilStatus(player, 'away');
    expect(await pidOf(player)).not.toBe(other);
    expect(rig.processes()).not.toContain(other);
  });

  it('takes over a socket that accepts and never answers', async () => {
    const accepted = await listener(rig, () => {});
    const player = rig.player({ timing: { ping: 0.2, hang: 0.5 } });
    const away = await untilStatus(player, 'away');
    expect(away.reason).toBe('mpv did not answer for 0.5 s.');
    await untilStatus(player, 'ready');
    expect(accepted).toHaveLength(1);
  });

  it('takes over a socket where something else speaks', async () => {
    await listener(rig, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    const player = rig.player();
    const away = await untilStatus(player, 'away');
    expect(away.reason).toBe('What answers there does not speak as mpv does.');
    await untilStatus(player, 'ready');
  });

  it('says why it cannot be started, and tries again and again, less and less often', async () => {
    const player = rig.player({
      spawn: { command: 'no-such-mpv' },
      timing: { restart: 0.01, longestRestart: 0.05 },
    });
    const told: MpvStatus[] = [];
    await new Promise<void>((resolve) => {
      player.on('status', (status) => {
        told.push(status);
        if (told.length === 5) resolve();
      });
    });
    expect(told).toEqual(
      [0.01, 0.02, 0.04, 0.05, 0.05].map((nextTry, index) => ({
        status: 'away',
        reason: 'no-such-mpv could not be started: there is no such command.',
        restarts: index + 1,
        nextTry,
      })),
    );
    await expect(player.setVolume(1)).rejects.toMatchObject({ code: 'player-failed' });
    // Nobody waits for what does not come.
    await expect(
      player.load(toLoad('http://127.0.0.1/film.mp4'), new AbortController().signal),
    ).rejects.toMatchObject({
      code: 'player-failed',
      message: expect.stringContaining('no-such-mpv'),
    });
    expect(player.state).toMatchObject({ state: 'error', error: { condition: 'player-failed' } });
  });

  it('is waited for by a load for as long as whoever asked does', async () => {
    const player = rig.player({ spawn: { command: 'no-such-mpv' }, timing: { restart: 60 } });
    await untilStatus(player, 'away');
    const abort = new AbortController();
    const loading = player.load(toLoad('http://127.0.0.1/film.mp4'), abort.signal);
    expect(player.state.state).toBe('loading');
    const reason = new Error('Enough.');
    abort.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(player.state.state).toBe('idle');
  });

  it('gives mpv’s own words when it does not accept its arguments', async () => {
    const player = rig.player({ spawn: { args: [...quiet, '--no-such-option'] } });
    const { reason } = await untilStatus(player, 'away');
    expect(reason).toMatch(/^mpv exited with code 1: .*no-such-option/);
  });

  it('is adopted with what it plays when its starter was killed', async () => {
    const first = rig.player({ baseUrl });
    const metadata = { title: 'Northern lights', artist: 'Somebody, "else" = ☃' };
    await first.load(toLoad('/film.mp4', { metadata, currentTime: 5 }), never);
    await first.setVolume(0.5);
    const pid = await pidOf(first);
    await first.close({ keep: true });
    expect(rig.processes()).toEqual([pid]);

    const second = rig.player({ baseUrl });
    expect(await pidOf(second)).toBe(pid);
    expect(second.state).toMatchObject({
      state: 'playing',
      source: { uri: '/film.mp4' },
      metadata,
      duration: 24,
      level: 0.5,
    });
    expect(second.state.currentTime).toBeGreaterThan(5);
    await second.pause();
    await second.seek(10);
    expect(second.state).toMatchObject({ state: 'paused', currentTime: 10 });
    await second.close();
    expect(rig.processes()).toEqual([]);
  });

  it('is only connected to when it is somebody else’s', async () => {
    const player = rig.attach({ baseUrl, timing: { restart: 0.05 } });
    const { reason } = await untilStatus(player, 'away');
    expect(reason).toBe(`No mpv at ${rig.socket}: there is no such socket.`);
    const pid = await stranger(rig);
    expect(await pidOf(player)).toBe(pid);

    // Somebody at mpv itself.
    await player.command(['loadfile', `${server.origin}/film.mp4`]);
    const found = await untilState(player, ({ state }) => state === 'playing');
    expect(found.source).toEqual({ uri: `${server.origin}/film.mp4` });
    await player.load(toLoad('/film.mp4', { currentTime: 2 }), never);
    expect(player.state.source).toEqual({ uri: '/film.mp4' });

    await player.close();
    expect(rig.processes()).toEqual([pid]);
    const next = rig.attach();
    await untilStatus(next, 'ready');
    expect(next.state.state).toBe('idle');
    await next.close();
  });

  it('plays on when only the connection to it was lost', async () => {
    const pid = await stranger(rig);
    const proxy = new Rig();
    const connections = await listener(proxy, (socket) => forward(socket, rig.socket));
    const player = proxy.attach({ baseUrl });
    await player.load(toLoad('/film.mp4', { currentTime: 5 }), never);
    // One that has lived for a while: a shorter life is a sign that something is wrong there.
    await untilState(player, ({ currentTime }) => currentTime > 5);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const next = new Promise<MpvStatus>((resolve) => {
      player.on('status', resolve);
    });
    connections[0]?.destroy();
    expect(await next).toEqual({ status: 'ready', pid });
    expect(player.state.state).toBe('playing');
    await proxy.close();
  });

  it('can be closed at any moment of its start', async () => {
    for (const ms of [0, 5, 40, 150, 400]) {
      const player = rig.player();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await player.close();
      expect(rig.processes()).toEqual([]);
    }
  });

  it('tells its pieces of bad news to `error` when a listener throws', async () => {
    const player = rig.player();
    const errors: unknown[] = [];
    player.on('error', (error) => errors.push(error));
    const defect = new Error('A defect.');
    player.on('status', () => {
      throw defect;
    });
    await new Promise<void>((resolve) => {
      player.on('status', ({ status }) => {
        if (status === 'ready') resolve();
      });
    });
    expect(errors).toEqual([defect]);
  });
});

/** An mpv that somebody else started; gives its pid. */
async function stranger(rig: Rig): Promise<number> {
  const child = spawn('mpv', ['--idle=yes', ...quiet, `--input-ipc-server=${rig.socket}`], {
    stdio: 'ignore',
  });
  rig.later(() => child.kill('SIGKILL'));
  const probe = rig.attach({ timing: { restart: 0.05, longestRestart: 0.05 } });
  await untilStatus(probe, 'ready');
  await probe.close();
  return child.pid ?? 0;
}

/** Something that listens in mpv's place. */
async function listener(rig: Rig, onSocket: (socket: Socket) => void): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(rig.socket);
  await once(server, 'listening');
  rig.later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return sockets;
}

function forward(socket: Socket, path: string): void {
  const other = connect(path);
  other.on('error', () => socket.destroy());
  socket.pipe(other).pipe(socket);
  socket.once('close', () => other.destroy());
  other.once('close', () => socket.destroy());
}
