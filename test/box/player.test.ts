import { connect, type Remote } from '@fjern/remote';
import { describe, expect, it } from 'vitest';
import { type RunningBox, startBox } from '../support/box.ts';
import { pairWith } from '../support/screen.ts';

// The box with its own player: agent and mpv instead of a TV page.

const headless = ['--player', 'mpv', '--mpv-args=--vo=null', '--mpv-args=--ao=null'];

async function remoteOf(box: RunningBox, name = 'Anna'): Promise<Remote> {
  const remote = connect(await pairWith(box, name));
  await remote.ready({ timeout: 10 });
  await expect.poll(() => remote.tv.status, { timeout: 10_000 }).toBe('present');
  return remote;
}

describe('the box with mpv', () => {
  it('plays what it serves, and says so', async () => {
    const box = await startBox({ args: headless });
    const remote = await remoteOf(box);
    try {
      expect(box.events.find(({ event }) => event === 'listening')).not.toHaveProperty('tvUrl');
      await box.event('player', ({ status }) => status === 'ready');
      await expect.poll(() => remote.catalogue?.items.length ?? 0).toBeGreaterThanOrEqual(4);
      await remote.media.load({ uri: '/media/northern-lights.mp4' });
      expect(remote.get('media')).toMatchObject({ state: 'playing', duration: expect.any(Number) });
      await remote.media.seek(10);
      await remote.media.pause();
      const paused = await box.event('state', ({ value }) => Object(value).state === 'paused');
      expect(paused).toMatchObject({ facet: 'media', value: { by: 'Anna' } });
      expect(Object(paused.value).currentTime).toBeGreaterThan(9.5);
      expect((await fetch(`http://127.0.0.1:${box.port}/tv/config.json`)).status).toBe(404);
    } finally {
      await remote.close();
      expect(await box.stop()).toBe(0);
    }
  });

  it('listens, pairs and says what is wrong where mpv cannot be started', async () => {
    const box = await startBox({ args: ['--player', 'mpv', '--mpv-command', '/nowhere/mpv'] });
    const remote = await remoteOf(box);
    try {
      const { reason } = await box.event('player', ({ status }) => status === 'away');
      expect(reason).toContain('/nowhere/mpv');
      await expect(remote.volume.set(0.5)).rejects.toMatchObject({ code: 'player-failed' });
    } finally {
      await remote.close();
      await box.stop();
    }
  });
});
