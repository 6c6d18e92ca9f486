import { expect } from 'vitest';
import type { PlayerCase } from '../player-case.ts';
import { isNear, type WatchedPlayer } from '../watched-player.ts';

export const playbackCases: PlayerCase[] = [
  {
    name: 'play, pause: time moves, and stands still',
    async run(watched) {
      await watched.playing();
      await watched.passes(0.4);
      await watched.pause();
      await watched.shows('paused', ({ state }) => state === 'paused');
      await watched.stays(0.5, 'paused');
      const { currentTime } = watched.read();
      await watched.play();
      watched.is('playing', ({ state }) => state === 'playing' || state === 'buffering');
      await watched.until('it plays', ({ state }) => state === 'playing');
      await watched.passes(currentTime + 0.4);
    },
  },
  {
    name: 'play, pause: asked twice, they are in force already',
    async run(watched) {
      await watched.playing();
      await watched.play();
      watched.is('playing', ({ state }) => state === 'playing');
      await watched.pause();
      await watched.pause();
      await watched.stays(0.3, 'paused');
    },
  },
  {
    name: 'play, pause: the last of many at once wins',
    async run(watched) {
      await watched.playing();
      await settle(watched.pause(), watched.play(), watched.pause());
      await watched.shows('paused', ({ state }) => state === 'paused');
      await watched.stays(0.3, 'paused');
      await settle(watched.play(), watched.pause(), watched.play());
      await watched.until('it plays', ({ state }) => state === 'playing');
      await watched.passes(watched.read().currentTime + 0.3);
    },
  },
  {
    name: 'play, pause, seek: need something that is loaded',
    async run(watched) {
      const refuse = async (when: string) => {
        await watched.rejects(`play() ${when}`, watched.play(), 'no-media');
        await watched.rejects(`pause() ${when}`, watched.pause(), 'no-media');
        await watched.rejects(`seek() ${when}`, watched.seek(1), 'no-media');
      };
      await refuse('when idle');
      watched.is('idle', ({ state }) => state === 'idle');
      await watched.load('missing').catch(() => {});
      await refuse('after an error');
      watched.is('still the error', ({ state }) => state === 'error');
    },
  },
  {
    name: 'seek: goes on from there, or stays paused there',
    async run(watched) {
      await watched.playing();
      await watched.seek(10);
      await watched.until('it plays at 10 s', ({ state, currentTime }) => {
        return state === 'playing' && currentTime > 9.5 && currentTime < 13;
      });
      await watched.passes(10.6);
      await watched.pause();
      // Whole seconds: some middleware knows no others.
      for (const target of [15, 2, 0]) {
        await watched.seek(target);
        await watched.shows(`paused at ${target} s`, ({ state, currentTime }) => {
          return state === 'paused' && isNear(currentTime, target);
        });
      }
      await watched.stays(0.3, 'paused after a seek');
    },
  },
  {
    name: 'seek: the last of many at once wins',
    async run(watched) {
      await watched.paused();
      await settle(watched.seek(3), watched.seek(15), watched.seek(4), watched.seek(9));
      await watched.shows('paused at 9 s', ({ state, currentTime }) => {
        return state === 'paused' && isNear(currentTime, 9);
      });
      await watched.stays(0.3, 'paused after seeks');
    },
  },
  {
    name: 'seek: what is short is not shown as buffering',
    async run(watched) {
      await watched.playing();
      const since = watched.told.length - 1;
      for (const target of [6, 12, 3]) {
        await watched.seek(target);
        await watched.until('it plays on', ({ state }) => state === 'playing');
        await watched.passes(target + 0.3);
      }
      const told = watched.told.slice(since);
      const flickers = told.filter(({ state, at }, index) => {
        const next = told.slice(index).find((later) => later.state.state !== state.state);
        return state.state === 'buffering' && next !== undefined && next.at - at < 0.1;
      });
      expect(flickers, 'buffering that was told although it was over at once').toEqual([]);
      expect(watched.states(since), 'a seek is neither a pause nor a load').not.toEqual(
        expect.arrayContaining([expect.stringMatching(/paused|loading|ended|idle/)]),
      );
    },
  },
  {
    name: 'end: is told once, with the media still there at its end',
    async run(watched) {
      await watched.load('short');
      const { currentTime, duration = 0, source } = await ended(watched);
      expect(source?.uri, 'the source, which stays').toBe(watched.media.short);
      expect(duration - currentTime, 'seconds between the position and the end').toBeLessThan(0.35);
      await watched.stays(0.5, 'ended');
      expect(watched.states(), 'what listeners were told').toEqual(
        expect.not.arrayContaining(['paused', 'idle', 'error']),
      );
      expect(watched.states().at(-1)).toBe('ended');
    },
  },
  {
    name: 'end: play starts again from the beginning',
    async run(watched) {
      await watched.load('short');
      await ended(watched);
      await watched.play();
      await watched.until('it plays from the start', ({ state, currentTime }) => {
        return state === 'playing' && currentTime < 1.5;
      });
      await watched.passes(watched.read().currentTime + 0.4);
      await ended(watched);
    },
  },
  {
    name: 'end: pause leaves it ended; seek goes back, paused',
    async run(watched) {
      await watched.load('short');
      await ended(watched);
      await watched.pause();
      watched.is('ended', ({ state }) => state === 'ended');
      await watched.seek(1);
      await watched.shows('paused at 1 s', ({ state, currentTime }) => {
        return state === 'paused' && isNear(currentTime, 1);
      });
      await watched.stays(0.3, 'paused');
      await watched.play();
      await watched.passes(1.4);
    },
  },
  {
    name: 'end: seeking to the duration ends it, playing or paused',
    async run(watched) {
      await watched.playing();
      await watched.seek(watched.read().duration ?? 0);
      await ended(watched);
      await watched.seek(3);
      await watched.shows('paused at 3 s', ({ state }) => state === 'paused');
      await watched.seek(watched.read().duration ?? 0);
      await ended(watched);
    },
  },
  {
    name: 'end: another film can be loaded after it',
    async run(watched) {
      await watched.load('short');
      await ended(watched);
      await watched.playing();
      await watched.passes(0.5);
    },
  },
];

function ended(watched: WatchedPlayer) {
  return watched.until('it has ended', ({ state }) => state === 'ended');
}

/** Of calls that overlap, an earlier one may say that a later one took its place. */
async function settle(...calls: Promise<void>[]): Promise<void> {
  const last = calls.at(-1);
  await Promise.allSettled(calls);
  await last;
}
