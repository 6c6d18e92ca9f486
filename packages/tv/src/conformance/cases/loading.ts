import { expect } from 'vitest';
import { PlayerError, type PlayerState } from '../../player.ts';
import type { PlayerCase } from '../player-case.ts';
import { isNear, mediaToLoad, type WatchedPlayer } from '../watched-player.ts';

const later = () => new PlayerError('superseded', 'A later command took its place.');

const isOf = (uri: string, { source }: PlayerState) => source?.uri === uri;

export const loadingCases: PlayerCase[] = [
  {
    name: 'is idle at first, with capabilities that can be told',
    async run(watched) {
      const { mediaTypes, playbackRate } = watched.player.capabilities;
      expect(mediaTypes.length, 'media types').toBeGreaterThan(0);
      for (const type of mediaTypes)
        expect(type, 'a type without parameters').toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      expect(playbackRate.min, 'the slowest rate').toBeGreaterThan(0);
      expect(playbackRate.min, 'normal speed is possible').toBeLessThanOrEqual(1);
      expect(playbackRate.max, 'normal speed is possible').toBeGreaterThanOrEqual(1);
      watched.is('idle', ({ state, metadata }) => state === 'idle' && metadata === undefined);
    },
  },
  {
    name: 'load: is loading the new source from the call on',
    async run(watched) {
      const { film } = watched.media;
      const loaded = watched.load('film', { currentTime: 5 });
      watched.is(
        'loading the film from where it shall start',
        (state) => state.state === 'loading' && isOf(film, state) && state.currentTime === 5,
      );
      await watched.until('loading was told', ({ state }) => state !== 'idle');
      await loaded;
    },
  },
  {
    name: 'load: plays, with its duration, and gives back what it was given',
    async run(watched) {
      const metadata = {
        title: 'Ä <title> & more',
        artist: 'Somebody',
        album: 'Some album',
        artwork: [{ src: '/art.jpg', sizes: '512x512', type: 'image/jpeg' }],
      };
      const source = { uri: watched.media.film, type: 'video/mp4' };
      await watched.load('film', { metadata, source });
      watched.is('playing or waiting for data', isOnItsWay);
      const state = await watched.until('it plays', ({ state }) => state === 'playing');
      expect(state.source, 'the source as it was given').toEqual(source);
      expect(state.metadata, 'the metadata as they were given').toEqual(metadata);
      expect(state.duration, 'the duration of the film').toBeGreaterThanOrEqual(20);
      expect(state.live ?? false, 'a film is not live').toBe(false);
      await watched.passes(0.5);
      expect(watched.states(), 'what listeners were told').not.toContain('paused');
    },
  },
  {
    name: 'load: waits paused without autoplay',
    async run(watched) {
      await watched.load('film', { autoplay: false });
      await watched.shows('paused', ({ state, currentTime, duration = 0 }) => {
        return state === 'paused' && isNear(currentTime, 0) && duration >= 20;
      });
      await watched.stays(0.5, 'paused after load');
      expect(watched.states(), 'what listeners were told').not.toContain('playing');
    },
  },
  {
    name: 'load: starts where it is told to',
    async run(watched) {
      await watched.playing({ currentTime: 8 });
      watched.is('at 8 s', ({ currentTime }) => currentTime > 7.5 && currentTime < 11);
      await watched.load('film', { currentTime: 12, autoplay: false });
      await watched.shows('paused at 12 s', ({ state, currentTime }) => {
        return state === 'paused' && isNear(currentTime, 12);
      });
    },
  },
  {
    name: 'load: refuses to start past the end, and leaves nothing loaded',
    async run(watched) {
      await watched.rejects(
        'load past the end',
        watched.load('short', { currentTime: 1000 }),
        'out-of-range',
      );
      await watched.shows('idle', isIdle);
    },
  },
  {
    name: 'load: takes the place of what is loaded',
    async run(watched) {
      await watched.playing();
      await watched.load('short', { autoplay: false, metadata: { title: 'Another' } });
      const { metadata, duration } = await watched.shows('the short film', (state) => {
        return isOf(watched.media.short, state) && state.state === 'paused';
      });
      expect(metadata).toEqual({ title: 'Another' });
      expect(duration, 'of the short film, not of the one before').toBeLessThan(6);
    },
  },
  {
    name: 'load: says that there is nothing at an address',
    async run(watched) {
      await fails(watched, 'missing', 'media-unreachable');
    },
  },
  {
    name: 'load: says that something is not a medium it plays',
    async run(watched) {
      await fails(watched, 'unsupported', 'media-unsupported', 'media-failed');
    },
  },
  {
    name: 'load: works after one that failed',
    async run(watched) {
      await watched.load('missing').catch(() => {});
      await watched.playing();
      watched.is('without the error', ({ error }) => error === undefined);
      await watched.passes(0.5);
    },
  },
  {
    name: 'load: a later load wins, whenever it comes',
    async run(watched) {
      for (const ticks of [0, 1, 30]) {
        const abort = new AbortController();
        const first = watched.load('short', {}, abort.signal);
        const failed = watched.rejectsIfAtAll('the load that was superseded', first, 'superseded');
        await watched.lets(ticks);
        abort.abort(later());
        await watched.load('film', { currentTime: 6, autoplay: false });
        await failed;
        await watched.shows('the film', (state) => {
          return (
            isOf(watched.media.film, state) &&
            state.state === 'paused' &&
            isNear(state.currentTime, 6) &&
            (state.duration ?? 0) >= 20
          );
        });
      }
    },
  },
  {
    name: 'load: what comes late of an earlier one touches nothing',
    async run(watched) {
      const abort = new AbortController();
      const first = watched.load('missing', {}, abort.signal);
      const failed = watched.rejectsIfAtAll(
        'the load that was superseded',
        first,
        'superseded',
        'media-unreachable',
      );
      abort.abort(later());
      await watched.playing();
      await failed;
      const since = watched.told.length;
      await watched.passes(1.5);
      watched.is('the film', (state) => isOf(watched.media.film, state));
      expect(watched.states(since - 1), 'what listeners were told').toEqual(['playing']);
    },
  },
  {
    name: 'load: gives up when its signal is aborted, and unloads',
    async run(watched) {
      const abort = new AbortController();
      const error = new PlayerError('player-failed', 'The player did not react.');
      const loaded = watched.load('film', {}, abort.signal);
      abort.abort(error);
      await watched.rejects('the load that took too long', loaded, 'player-failed');
      await watched.shows('idle', isIdle);
      await watched.stays(0.5, 'unloaded');
      await watched.playing();
    },
  },
  {
    name: 'load: gives up at once where nothing comes',
    applies: ({ media }) => media.stalled !== undefined,
    async run(watched) {
      const abort = new AbortController();
      const error = new PlayerError('player-failed', 'The player did not react.');
      const loaded = watched.load('stalled', {}, abort.signal);
      await watched.until('loading was told', ({ state }) => state === 'loading');
      await watched.lets(200);
      watched.is('still loading', ({ state }) => state === 'loading');
      abort.abort(error);
      await watched.rejects(
        'a load of nothing',
        watched.settles('load after its abort', loaded, 2),
        'player-failed',
      );
      await watched.shows('idle', isIdle);
      await watched.playing();
    },
  },
  {
    name: 'load: an abort after it has loaded changes nothing',
    async run(watched) {
      const abort = new AbortController();
      await watched.load('film', {}, abort.signal);
      abort.abort(later());
      await watched.passes(0.5);
      watched.is('the film', (state) => isOf(watched.media.film, state));
    },
  },
  {
    name: 'load: heeds pause, play and seek while it loads',
    async run(watched) {
      const { film } = watched.media;
      const loaded = watched.load('film');
      await Promise.all([watched.pause(), watched.seek(7), loaded]);
      await watched.shows('paused at 7 s', (state) => {
        return isOf(film, state) && state.state === 'paused' && isNear(state.currentTime, 7);
      });
      const again = watched.load('film', { autoplay: false });
      await Promise.all([watched.play(), again]);
      await watched.until('it plays', ({ state }) => state === 'playing');
    },
  },
  {
    name: 'load: does not touch what it is given',
    async run(watched) {
      const media = Object.freeze({ ...mediaToLoad(watched.media.film), currentTime: 3 });
      Object.freeze(media.source);
      Object.freeze(media.metadata);
      const loaded = watched.load('film', media);
      await Promise.all([watched.seek(4), watched.pause(), loaded]);
    },
  },
  {
    name: 'load: knows live media',
    applies: ({ media }) => media.live !== undefined,
    async run(watched) {
      await watched.load('live');
      const { live, duration } = await watched.until(
        'it plays',
        ({ state }) => state === 'playing',
      );
      expect({ live, duration }).toEqual({ live: true, duration: undefined });
    },
  },
  {
    name: 'stop: unloads, also while it loads, and is no error when nothing is loaded',
    async run(watched) {
      await watched.stop();
      watched.is('idle', isIdle);
      await watched.playing();
      await watched.stop();
      await watched.shows('idle', isIdle);
      const abort = new AbortController();
      const loaded = watched.load('film', {}, abort.signal);
      const failed = watched.rejectsIfAtAll('the load that was stopped', loaded, 'superseded');
      abort.abort(later());
      await watched.stop();
      await failed;
      await watched.shows('idle', isIdle);
      await watched.stays(0.5, 'stopped');
    },
  },
  {
    name: 'stop: forgets an error',
    async run(watched) {
      await watched.load('missing').catch(() => {});
      await watched.stop();
      await watched.shows('idle', isIdle);
    },
  },
];

const isOnItsWay = ({ state }: PlayerState) => ['playing', 'buffering'].includes(state);

const isIdle = (state: PlayerState) =>
  state.state === 'idle' && state.source === undefined && state.metadata === undefined;

async function fails(watched: WatchedPlayer, part: 'missing' | 'unsupported', ...codes: string[]) {
  await watched.setVolume(0.5);
  const metadata = { title: 'Gone' };
  const { code } = await watched.rejects(
    `load(${part})`,
    watched.load(part, { metadata }),
    ...codes,
  );
  const { error } = await watched.shows('the error, with what it is of', (state) => {
    return state.state === 'error' && isOf(watched.media[part], state);
  });
  expect(error?.condition, 'the condition, which is the code of the error').toBe(code);
  expect(error?.text ?? '', 'a sentence for people').not.toBe('');
  watched.is('with its metadata', (state) => state.metadata?.title === 'Gone');
  watched.is('as loud as before', ({ level }) => Math.abs(level - 0.5) < 0.02);
}
