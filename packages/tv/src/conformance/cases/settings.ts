import { expect } from 'vitest';
import type { PlayerCase } from '../player-case.ts';
import type { PlayerUnderTest } from '../under-test.ts';

/** How near a level has to come: some devices have a hundred steps, some have thirty. */
const isLevel = (level: number, expected: number) => Math.abs(level - expected) < 0.02;

const hasRates = ({ player }: PlayerUnderTest) => player.capabilities.playbackRate.max > 1;

export const settingCases: PlayerCase[] = [
  {
    name: 'volume: is in force when the call settles, from silent to full, with and without media',
    async run(watched) {
      for (const level of [0.3, 1, 0, 0.5]) {
        await watched.setVolume(level);
        await watched.shows(`at ${level}`, (state) => isLevel(state.level, level));
      }
      await watched.playing();
      await watched.setVolume(0.7);
      await watched.shows('at 0.7', (state) => isLevel(state.level, 0.7));
      await watched.passes(watched.read().currentTime + 0.2);
    },
  },
  {
    name: 'volume: neither mutes nor unmutes, and is kept while muted',
    async run(watched) {
      await watched.setVolume(0.4);
      await watched.setMuted(true);
      await watched.shows('muted at 0.4', ({ muted, level }) => muted && isLevel(level, 0.4));
      await watched.setVolume(0.6);
      await watched.shows('muted at 0.6', ({ muted, level }) => muted && isLevel(level, 0.6));
      await watched.setMuted(false);
      await watched.shows('loud at 0.6', ({ muted, level }) => !muted && isLevel(level, 0.6));
      await watched.setVolume(0);
      watched.is('not muted', ({ muted }) => !muted);
    },
  },
  {
    name: 'volume: is kept across load, stop and errors',
    async run(watched) {
      await watched.setVolume(0.35);
      await watched.setMuted(true);
      const kept = () =>
        watched.is('muted at 0.35', ({ muted, level }) => muted && isLevel(level, 0.35));
      await watched.playing();
      kept();
      await watched.load('short', { autoplay: false });
      kept();
      await watched.stop();
      kept();
      await watched.load('missing').catch(() => {});
      kept();
    },
  },
  {
    name: 'volume: the last of many at once wins',
    async run(watched) {
      await Promise.allSettled([0.2, 0.9, 0.4, 0.8].map((level) => watched.setVolume(level)));
      await watched.shows('at 0.8', ({ level }) => isLevel(level, 0.8));
    },
  },
  {
    name: 'rate: time moves as fast as it says',
    applies: hasRates,
    async run(watched) {
      const { max } = watched.player.capabilities.playbackRate;
      const rate = Math.min(2, max);
      await watched.playing();
      await watched.passes(0.5);
      const normal = await watched.passes(2);
      await watched.setRate(rate);
      await watched.shows(`at rate ${rate}`, ({ playbackRate }) => playbackRate === rate);
      const fast = await watched.passes(watched.read().currentTime + 1.5);
      // Compared with itself: a machine with other things to do is slow at any rate.
      expect(fast / normal, `time at rate ${rate}, as a part of the time at rate 1`).toBeLessThan(
        (1 + 1 / rate) / 2 + 0.1,
      );
      await watched.setRate(1);
      await watched.shows('at rate 1', ({ playbackRate }) => playbackRate === 1);
    },
  },
  {
    name: 'rate: is kept while paused, across load, and when set before it',
    applies: hasRates,
    async run(watched) {
      const { max } = watched.player.capabilities.playbackRate;
      const rate = Math.min(1.5, max);
      const kept = (when: string) =>
        watched.is(`at rate ${rate} ${when}`, ({ playbackRate }) => playbackRate === rate);
      await watched.setRate(rate);
      await watched.shows(`at rate ${rate}`, ({ playbackRate }) => playbackRate === rate);
      await watched.playing();
      kept('after load');
      await watched.pause();
      kept('while paused');
      await watched.stays(0.3, 'paused');
      await watched.load('short', { autoplay: false });
      kept('after another load');
      await watched.stop();
      kept('when stopped');
    },
  },
];
