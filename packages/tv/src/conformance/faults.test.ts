import { describe, expect, it } from 'vitest';
import { type MediaToLoad, PlayerError, type PlayerState } from '../player.ts';
import { ScriptedPlayer } from '../testing/index.ts';
import { playerCases } from './cases/index.ts';
import { runCase } from './player-case.ts';
import type { PlayerFactory, PlayerUnderTest } from './under-test.ts';

// A kit that passes everything says nothing. Each player here has one defect of the kind that adapters
// have, and the case that shall find it does.

const media = {
  film: { duration: 24, loading: 0.02 },
  short: { duration: 2, loading: 0.02 },
  unsupported: { loading: 0.02, error: 'media-unsupported' as const },
  stalled: { loading: 60 },
};

/** A scripted player with a defect, and perhaps with what the kit asks for besides. */
function faulty(
  make: (player: ScriptedPlayer) => void,
  besides?: (player: ScriptedPlayer) => Partial<PlayerUnderTest>,
): PlayerFactory {
  return async () => {
    const player = new ScriptedPlayer({ media });
    make(player);
    return {
      player,
      media: {
        film: 'film',
        short: 'short',
        missing: 'missing',
        unsupported: 'unsupported',
        stalled: 'stalled',
      },
      close: async () => {},
      ...besides?.(player),
    };
  };
}

/** Replaces what `state` says. */
function saying(player: ScriptedPlayer, say: (state: PlayerState) => PlayerState): void {
  const honest = Object.getOwnPropertyDescriptor(ScriptedPlayer.prototype, 'state')?.get;
  Object.defineProperty(player, 'state', { get: () => say(honest?.call(player)) });
}

const defects: [defect: string, foundBy: string, factory: PlayerFactory][] = [
  [
    'says that it plays as soon as it is told to load',
    'load: is loading the new source from the call on',
    faulty((player) =>
      saying(player, (state) => ({
        ...state,
        state: state.state === 'loading' ? 'playing' : state.state,
      })),
    ),
  ],
  [
    'plays although it shall wait paused',
    'load: waits paused without autoplay',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media, signal) => load({ ...media, autoplay: true }, signal);
    }),
  ],
  [
    'does not start where it is told to',
    'load: starts where it is told to',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = async (media: MediaToLoad, signal) => {
        await load(media, signal);
        await player.seek(0);
      };
    }),
  ],
  [
    'forgets the source when it failed',
    'load: says that there is nothing at an address',
    faulty((player) =>
      saying(player, ({ source, ...state }) =>
        source && state.state !== 'error' ? { ...state, source } : state,
      ),
    ),
  ],
  [
    'throws errors of its own',
    'load: says that there is nothing at an address',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media, signal) =>
        load(media, signal).catch(() => {
          throw new Error('curl: 22');
        });
    }),
  ],
  [
    'ignores the abort of a load',
    'load: gives up when its signal is aborted, and unloads',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media) => load(media, new AbortController().signal);
    }),
  ],
  [
    'rejects at the abort of a load, but stays loaded',
    'load: gives up when its signal is aborted, and unloads',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media, signal) => {
        const aborted = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
        return Promise.race([load(media, new AbortController().signal), aborted]);
      };
    }),
  ],
  [
    'takes the failure of an earlier load for one of what is loaded now',
    'load: what comes late of an earlier one touches nothing',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media, signal) => {
        if (media.source.uri === 'missing')
          setTimeout(() => player.fail('media-unreachable', 'Too late.'), 300);
        return load(media, signal);
      };
    }),
  ],
  [
    'never says that something has changed',
    'play, pause: time moves, and stands still',
    faulty((player) => {
      player.onchange = () => () => {};
    }),
  ],
  [
    'says no word when it is muted',
    'volume: neither mutes nor unmutes, and is kept while muted',
    faulty((player) => {
      const { listeners } = player as unknown as { listeners: Set<() => void> };
      const setMuted = player.setMuted.bind(player);
      player.setMuted = async (muted) => {
        const all = [...listeners];
        listeners.clear();
        await setMuted(muted);
        for (const listener of all) listeners.add(listener);
      };
    }),
  ],
  [
    'settles before it has paused',
    'play, pause: time moves, and stands still',
    faulty((player) => {
      const pause = player.pause.bind(player);
      player.pause = async () => {
        setTimeout(() => pause().catch(() => {}), 200);
      };
    }),
  ],
  [
    'has positions that are no numbers',
    'end: is told once, with the media still there at its end',
    faulty((player) =>
      saying(player, (state) =>
        state.state === 'ended' ? { ...state, currentTime: Number.NaN } : state,
      ),
    ),
  ],
  [
    'goes back to idle at the end',
    'end: is told once, with the media still there at its end',
    faulty((player) => {
      player.onchange(() => {
        if (player.state.state === 'ended') void player.stop();
      });
    }),
  ],
  [
    'shows a pause before the end',
    'end: is told once, with the media still there at its end',
    faulty((player) => {
      player.onchange(() => {
        const { state, duration = 0 } = player.state;
        if (state === 'playing' && duration === 2)
          setTimeout(() => {
            player
              .pause()
              .then(() => player.play())
              .catch(() => {});
          }, 1000);
      });
    }),
  ],
  [
    'does not start again after the end',
    'end: play starts again from the beginning',
    faulty((player) => {
      const play = player.play.bind(player);
      player.play = async () => {
        if (player.state.state !== 'ended') await play();
      };
    }),
  ],
  [
    'stays paused at the end that it is sent to',
    'end: seeking to the duration ends it, playing or paused',
    faulty((player) => {
      const seek = player.seek.bind(player);
      player.seek = (time) => seek(Math.min(time, (player.state.duration ?? 0) - 0.01));
    }),
  ],
  [
    'shows every seek as buffering',
    'seek: what is short is not shown as buffering',
    faulty((player) => {
      const seek = player.seek.bind(player);
      player.seek = async (time) => {
        player.setBuffering(true);
        await seek(time);
        player.setBuffering(false);
      };
    }),
  ],
  [
    'seeks to the key frame before',
    'seek: goes on from there, or stays paused there',
    faulty((player) => {
      const seek = player.seek.bind(player);
      player.seek = (time) => seek(Math.floor(time / 4) * 4);
    }),
  ],
  [
    'answers as if something were loaded',
    'play, pause, seek: need something that is loaded',
    faulty((player) => {
      player.pause = async () => {};
    }),
  ],
  [
    'loses the volume with every load',
    'volume: is kept across load, stop and errors',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = async (media, signal) => {
        await load(media, signal);
        await player.setVolume(1);
      };
    }),
  ],
  [
    'says 0 for the volume while it is muted',
    'volume: neither mutes nor unmutes, and is kept while muted',
    faulty((player) =>
      saying(player, (state) => ({ ...state, level: state.muted ? 0 : state.level })),
    ),
  ],
  [
    'loses the rate with every load',
    'rate: is kept while paused, across load, and when set before it',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = async (media, signal) => {
        await load(media, signal);
        await player.setRate(1);
      };
    }),
  ],
  [
    'only says that it plays faster',
    'rate: time moves as fast as it says',
    faulty((player) => {
      let said = 1;
      player.setRate = async (rate) => {
        said = rate;
        await player.setVolume(1);
      };
      saying(player, (state) => ({ ...state, playbackRate: said }));
    }),
  ],
  [
    'reports every frame',
    'position: follows the line that the rate draws, without a word',
    faulty((player) => {
      const { onchange } = player;
      player.onchange = (listener) => {
        const timer = setInterval(listener, 40);
        const remove = onchange.call(player, listener);
        return () => {
          clearInterval(timer);
          remove();
        };
      };
    }),
  ],
  [
    'jumps without a word',
    'position: follows the line that the rate draws, without a word',
    faulty((player) => {
      const start = performance.now();
      saying(player, (state) => ({
        ...state,
        currentTime: state.currentTime + (performance.now() - start > 1500 ? 1 : 0),
      }));
    }),
  ],
  [
    'gives away its own state instead of a snapshot',
    'state: is a snapshot, which does not change afterwards',
    faulty((player) => {
      const one = {} as PlayerState;
      saying(player, (state) => Object.assign(one, state));
    }),
  ],
  [
    'goes on telling after close',
    'close: ends everything, may be repeated, and is silent afterwards',
    faulty((player) => {
      const { onchange } = player;
      player.onchange = (listener) => {
        const timer = setInterval(listener, 200);
        const remove = onchange.call(player, listener);
        return () => {
          clearInterval(timer);
          remove();
        };
      };
    }),
  ],
  [
    'hangs when it is closed while it loads',
    'close: ends a load that is under way',
    faulty((player) => {
      const { close } = player;
      let loading: Promise<void> | undefined;
      const load = player.load.bind(player);
      player.load = (media, signal) => {
        loading = load(media, signal).then(
          () => {},
          () => new Promise(() => {}),
        );
        return loading;
      };
      player.close = () => close.call(player);
    }),
  ],
  [
    'settles before it plays',
    'play, pause: time moves, and stands still',
    faulty((player) => {
      const play = player.play.bind(player);
      player.play = async () => {
        setTimeout(() => play().catch(() => {}), 200);
      };
    }),
  ],
  [
    'waits for what never comes, although it was told to give up',
    'load: gives up at once where nothing comes',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media) => load(media, new AbortController().signal);
    }),
  ],
  [
    'does not notice what is done at the TV itself',
    'onchange: tells what a viewer does',
    // The box became quieter, and the player has no idea.
    faulty(
      () => {},
      () => ({ viewer: { setVolume: async () => {} } }),
    ),
  ],
  [
    'forgets what was playing when it crashes',
    'errors: a player that is gone, and comes back',
    faulty(
      () => {},
      (player) => ({ crash: () => player.stop() }),
    ),
  ],
  [
    'does not come back after a crash',
    'errors: a player that is gone, and comes back',
    faulty(
      () => {},
      (player) => ({
        crash: async () => {
          player.fail('player-failed', 'The player has crashed.');
          player.load = async () => {
            throw new PlayerError('player-failed', 'There is no player.');
          };
        },
      }),
    ),
  ],
  [
    'does not know abort reasons of its own load',
    'load: a later load wins, whenever it comes',
    faulty((player) => {
      const load = player.load.bind(player);
      player.load = (media, signal) =>
        load(media, signal).catch((cause) => {
          throw new PlayerError('player-failed', 'It did not work.', { cause });
        });
    }),
  ],
];

describe.concurrent('a player that', () => {
  it.each(defects)('%s is found out by "%s"', { timeout: 60_000 }, async (_, foundBy, factory) => {
    const playerCase = playerCases.find(({ name }) => name === foundBy);
    expect(playerCase, 'a case of this name').toBeDefined();
    if (playerCase) await expect(runCase(playerCase, factory)).rejects.toThrow();
  });
});
