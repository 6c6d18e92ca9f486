import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describePlayer } from '@fjern/tv/conformance';
import { type MpvPlayer, mpvPlayer } from '@fjern/tv/mpv';
import { afterAll, beforeAll, describe } from 'vitest';
import { type MediaServer, startMediaServer } from './media-server.ts';
import { testMedia } from './test-media.ts';

describe('mpv', () => {
  let server: MediaServer;
  let directory: string;
  let count = 0;

  beforeAll(async () => {
    server = await startMediaServer();
    directory = await mkdtemp(join(tmpdir(), 'fjern-mpv-'));
  });

  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  describePlayer('mpv', async () => {
    const player = mpvPlayer({
      socket: join(directory, `${count++}.sock`),
      baseUrl: () => server.origin,
      spawn: { args: ['--no-config', '--vo=null', '--ao=null'] },
    });
    await ready(player);
    return {
      player,
      media: testMedia(),
      // As mpv's own keys do it, past the player.
      viewer: {
        pause: () => run(player, ['set_property', 'pause', true]),
        seek: (time) => run(player, ['seek', time, 'absolute+exact']),
        setVolume: (level) => run(player, ['set_property', 'volume', level * 100]),
      },
      crash: async () => {
        const { status } = player;
        if (status.status !== 'ready' || !status.pid) throw new Error('mpv does not run');
        process.kill(status.pid, 'SIGKILL');
      },
      close: async () => {},
    };
  });
});

async function run(player: MpvPlayer, command: unknown[]): Promise<void> {
  await player.command(command);
}

function ready(player: MpvPlayer): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (player.status.status !== 'ready') return;
      stop();
      resolve();
    };
    const stop = player.on('status', check);
    check();
  });
}
