import { describePlayer } from '@fjern/tv/conformance';
import { describe, expect, it } from 'vitest';
import { ThunderStandIn } from './testing/thunder-stand-in.ts';
import { thunderPlayer } from './thunder-player.ts';

const baseUrl = 'http://127.0.0.1:8080/';
const never = new AbortController().signal;

const start = () =>
  ThunderStandIn.start({
    [`${baseUrl}film.mpd`]: { duration: 24 },
    [`${baseUrl}short.mpd`]: { duration: 2 },
    [`${baseUrl}page.html`]: { failure: 60 },
    [`${baseUrl}damaged.mpd`]: { failure: 80 },
    [`${baseUrl}live.mpd`]: {},
    [`${baseUrl}stalled.mpd`]: { stalls: true },
  });

// #region conformance
describePlayer('Thunder', async () => {
  const thunder = await start();
  return {
    player: thunderPlayer({ url: thunder.url, baseUrl }),
    media: {
      film: '/film.mpd',
      short: '/short.mpd',
      missing: '/missing.mpd',
      unsupported: '/page.html',
      damaged: '/damaged.mpd',
      live: '/live.mpd',
      stalled: '/stalled.mpd',
    },
    viewer: {
      pause: async () => thunder.pressPause(),
      seek: async (position) => thunder.pressSeek(position),
      setVolume: async (level) => thunder.pressVolume(level * 100),
    },
    crash: async () => thunder.crashPlayer(),
    close: () => thunder.close(),
  };
});
// #endregion conformance

describe('a player on Thunder', () => {
  const film = {
    source: { uri: '/film.mpd' },
    metadata: { title: 'Film' },
    currentTime: 0,
    autoplay: true,
  };

  it('shows an error when Thunder goes away, and plays again when it is back', async () => {
    const thunder = await start();
    const player = thunderPlayer({ url: thunder.url, baseUrl });
    await player.load(film, never);
    const lost = new Promise<void>((resolve) => {
      player.onchange(() => player.state.state === 'error' && resolve());
    });
    thunder.disconnect();
    await lost;
    expect(player.state.error?.condition).toBe('player-failed');
    await player.load(film, never);
    expect(player.state.state).toBe('playing');
    await player.close();
    await thunder.close();
  });

  it('leaves no player behind in the middleware', async () => {
    const thunder = await start();
    const player = thunderPlayer({ url: thunder.url, baseUrl });
    await player.load(film, never);
    await player.load(film, never);
    expect(thunder.playerIds).toHaveLength(1);
    await player.load({ ...film, source: { uri: '/missing.mpd' } }, never).catch(() => {});
    await player.close();
    expect(thunder.playerIds).toEqual([]);
    await thunder.close();
  });

  it('says that it failed when nothing answers', async () => {
    const thunder = await start();
    const { url } = thunder;
    await thunder.close();
    const player = thunderPlayer({ url, baseUrl });
    await expect(player.load(film, never)).rejects.toMatchObject({ code: 'player-failed' });
    await player.close();
  });
});
