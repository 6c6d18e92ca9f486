import { expect } from 'vitest';
import type { PlayerCase } from '../player-case.ts';
import { isNear } from '../watched-player.ts';

export const changeCases: PlayerCase[] = [
  {
    name: 'position: follows the line that the rate draws, without a word',
    async run(watched) {
      await watched.playing();
      await watched.passes(0.5);
      const since = watched.told.length;
      const seconds = await watched.passes(2.5);
      const calls = watched.told.length - since - 1;
      expect(
        calls / seconds,
        'calls of a listener in a second, although nothing happens',
      ).toBeLessThan(12);
    },
  },
  {
    name: 'state: is a snapshot, which does not change afterwards',
    async run(watched) {
      await watched.paused();
      const before = watched.read();
      const copy = structuredClone(before);
      await watched.seek(5);
      await watched.setVolume(0.25);
      await watched.play();
      await watched.stop();
      expect(before, 'what was read first').toEqual(copy);
    },
  },
  {
    name: 'onchange: tells every listener until it is removed',
    async run(watched) {
      const { player } = watched;
      let first = 0;
      let second = 0;
      const removeFirst = player.onchange(() => first++);
      const removeSecond = player.onchange(() => {
        second++;
        removeFirst();
      });
      await watched.setVolume(0.2);
      await watched.shows('at 0.2', ({ level }) => Math.abs(level - 0.2) < 0.02);
      expect(second, 'calls of the second listener').toBeGreaterThan(0);
      const before = first;
      await watched.setVolume(0.9);
      await watched.shows('at 0.9', ({ level }) => Math.abs(level - 0.9) < 0.02);
      expect(first, 'calls of a listener that was removed').toBe(before);
      removeSecond();
      removeSecond();
      removeFirst();
    },
  },
  {
    name: 'onchange: tells what a viewer does',
    applies: ({ viewer }) => viewer !== undefined,
    async run(watched) {
      const { viewer = {} } = watched.underTest;
      await watched.playing();
      if (viewer.setVolume) {
        await viewer.setVolume(0.3);
        await watched.until(
          'the volume of the viewer',
          ({ level }) => Math.abs(level - 0.3) < 0.02,
        );
      }
      if (viewer.seek) {
        await viewer.seek(10);
        await watched.until('the position of the viewer', ({ currentTime }) => {
          return currentTime > 9.5 && currentTime < 13;
        });
      }
      if (viewer.pause) {
        await viewer.pause();
        const { currentTime } = await watched.until('paused by the viewer', ({ state }) => {
          return state === 'paused';
        });
        await watched.stays(0.3, 'paused by the viewer');
        watched.is('where it was', (state) => isNear(state.currentTime, currentTime));
      }
    },
  },
  {
    name: 'errors: media that break do not leave it waiting for ever',
    applies: ({ media }) => media.damaged !== undefined,
    async run(watched) {
      await watched.load('damaged').catch(() => {});
      // Some players refuse what is damaged, others play over it to the end.
      const { error, source } = await watched.until('the error, or the end', ({ state }) => {
        return state === 'error' || state === 'ended';
      });
      expect(error?.condition ?? 'media-failed').toMatch(/^media-(failed|unsupported)$/);
      expect(source?.uri).toBe(watched.media.damaged);
      await watched.playing();
    },
  },
  {
    name: 'errors: a player that is gone, and comes back',
    applies: ({ crash }) => crash !== undefined,
    async run(watched) {
      await watched.playing();
      await watched.setVolume(0.45);
      await watched.underTest.crash?.();
      const { error, source } = await watched.until('the error', ({ state }) => state === 'error');
      expect(error?.condition).toBe('player-failed');
      expect(error?.text ?? '', 'a sentence for people').not.toBe('');
      expect(source?.uri, 'what was playing').toBe(watched.media.film);
      await watched.rejects('play() without a player', watched.play(), 'player-failed', 'no-media');
      await watched.playing();
      await watched.passes(0.5);
      watched.is('as loud as before', ({ level }) => Math.abs(level - 0.45) < 0.02);
    },
  },
  {
    name: 'close: ends everything, may be repeated, and is silent afterwards',
    async run(watched) {
      const { player } = watched;
      await watched.playing();
      await watched.settles('close()', player.close());
      const { length } = watched.told;
      await watched.settles('close() again', player.close());
      watched.is('idle', ({ state }) => state === 'idle');
      await watched.lets(500);
      expect(watched.told.length - length, 'calls of a listener after close').toBe(0);
    },
  },
  {
    name: 'close: ends a load that is under way',
    async run(watched) {
      const part = watched.media.stalled === undefined ? 'film' : 'stalled';
      const loaded = watched.load(part);
      const failed = watched.rejectsIfAtAll('load', loaded, 'superseded', 'player-failed');
      await watched.settles('close()', watched.player.close());
      await watched.settles('a load that close ends', failed, 2);
      await watched.lets(300);
      watched.is('idle', ({ state }) => state === 'idle');
    },
  },
];
