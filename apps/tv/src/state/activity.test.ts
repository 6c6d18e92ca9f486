import type { MediaState } from '@fjern/protocol';
import { describe, expect, it } from 'vitest';
import { mediaActivity, volumeActivity } from './activity.ts';

const film: MediaState = {
  state: 'playing',
  currentTime: 100,
  at: 50,
  playbackRate: 1,
  duration: 600,
  source: { uri: '/a.mp4' },
};
const by = 'Anna’s phone';

describe('what somebody did to the media', () => {
  it.each<[string, MediaState, MediaState, string | undefined]>([
    ['paused', film, { ...film, state: 'paused', currentTime: 110, at: 60 }, 'paused'],
    ['played', { ...film, state: 'paused' }, { ...film, at: 70 }, 'played'],
    ['played from the end', { ...film, state: 'ended' }, { ...film, currentTime: 0 }, 'played'],
    ['sought', film, { ...film, currentTime: 300, at: 51 }, 'sought'],
    ['another speed', film, { ...film, playbackRate: 2 }, 'rate'],
    ['loaded', { ...film, state: 'idle' }, { ...film, state: 'loading' }, 'loaded'],
    ['loaded another', film, { ...film, state: 'loading', source: { uri: '/b.mp4' } }, 'loaded'],
    ['stopped', film, { ...film, state: 'idle' }, 'stopped'],
    ['time that passes', film, { ...film, currentTime: 110, at: 60 }, undefined],
    ['a hiccup', film, { ...film, currentTime: 100.4, at: 51 }, undefined],
    ['buffering', film, { ...film, state: 'buffering' }, undefined],
    ['buffered', { ...film, state: 'buffering' }, film, undefined],
    ['the end', film, { ...film, state: 'ended', currentTime: 600, at: 550 }, undefined],
    ['a failure', film, { ...film, state: 'error' }, undefined],
    ['loading that is done', { ...film, state: 'loading', currentTime: 0 }, film, undefined],
    ['leaving what has ended', { ...film, state: 'ended' }, { ...film, state: 'idle' }, undefined],
  ])('%s', (_, before, after, kind) => {
    expect(mediaActivity(before, { ...after, by })).toEqual(
      kind === undefined ? undefined : expect.objectContaining({ kind, by }),
    );
  });

  it('names nobody for what the viewer did', () => {
    expect(mediaActivity(film, { ...film, state: 'paused' })).toEqual({ kind: 'paused' });
  });

  it('says which way it was sought', () => {
    const back = mediaActivity(film, { ...film, currentTime: 10, at: 51 });
    expect(back).toEqual({ kind: 'sought', to: 10, forward: false });
  });
});

describe('what somebody did to the volume', () => {
  const quiet = { level: 0.4, muted: false };
  it.each([
    [
      { level: 0.5, muted: false, by },
      { kind: 'volume', level: 0.5, by },
    ],
    [{ level: 0.4, muted: true }, { kind: 'muted' }],
    [quiet, undefined],
  ])('%o', (after, activity) => {
    expect(volumeActivity(quiet, after)).toEqual(activity);
  });
});
