import type { MediaState } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  artworkOf,
  captionOf,
  errorOf,
  position,
  rateChoices,
  stage,
  status,
  titleOf,
  toUri,
} from './view.ts';

const playing: MediaState = {
  state: 'playing',
  currentTime: 62,
  at: 0,
  playbackRate: 1,
  duration: 220,
};

describe('the connection in a word', () => {
  test.each([
    ['live', 'present', 'Connected', 'ok'],
    ['live', 'absent', 'TV is off', 'off'],
    ['live', 'unknown', 'Connecting…', 'busy'],
    ['connecting', 'unknown', 'Connecting…', 'busy'],
    ['connecting', 'absent', 'TV is off', 'off'],
    ['stale', 'present', 'Reconnecting…', 'busy'],
    ['stale', 'absent', 'Reconnecting…', 'busy'],
    ['lost', 'present', 'Not connected', 'off'],
  ] as const)('%s, TV %s: %s', (link, tv, text, tone) => {
    expect(status({ status: link }, tv)).toEqual({ text, tone });
  });
});

describe('what fills the page', () => {
  test.each([
    [{ status: 'connecting' }, 'unknown', undefined, 'connecting'],
    [{ status: 'live' }, 'present', { ...playing, state: 'idle' }, 'idle'],
    [{ status: 'live' }, 'present', playing, 'media'],
    [{ status: 'live' }, 'absent', playing, 'absent'],
    // A short loss does not take the page over, whatever the TV was doing.
    [{ status: 'stale' }, 'present', playing, 'media'],
    [{ status: 'stale' }, 'absent', playing, 'media'],
    [{ status: 'lost', reason: { code: 'refused', message: '' } }, 'unknown', playing, 'unpaired'],
    [{ status: 'lost', reason: { code: 'unpaired', message: '' } }, 'unknown', playing, 'unpaired'],
    [{ status: 'lost', reason: { code: 'conflict', message: '' } }, 'unknown', playing, 'conflict'],
    [{ status: 'lost', reason: { code: 'protocol', message: '' } }, 'unknown', undefined, 'lost'],
  ] as const)('%j, TV %s', (link, tv, media, expected) => {
    expect(stage({ link, tv, media })).toBe(expected);
  });
});

describe('the scrubber', () => {
  test('shows elapsed and whole time', () => {
    expect(position(playing, 62)).toMatchObject({
      min: 0,
      max: 220,
      value: 62,
      seekable: true,
      elapsed: '1:02',
      rest: '3:40',
      text: '1:02 of 3:40',
    });
  });

  test('cannot be moved while nothing is known to move in', () => {
    expect(position({ ...playing, state: 'loading' }, 0).seekable).toBe(false);
    const { duration: _, ...endless } = playing;
    expect(position(endless, 12)).toMatchObject({ seekable: false, value: 12, rest: '' });
  });

  test('of a stream is at its end, or says how far behind', () => {
    const live: MediaState = { ...playing, live: true, seekable: { start: 100, end: 700 } };
    expect(position(live, 695)).toMatchObject({ elapsed: '', text: 'Live', live: true });
    expect(position(live, 640)).toMatchObject({ elapsed: '−1:00', text: '1:00 behind live' });
    const { seekable: _, ...edge } = live;
    expect(position(edge, 640)).toMatchObject({ seekable: false, text: 'Live' });
  });

  test('never leaves its range', () => {
    const time = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(time, fc.double({ min: 0, max: 1e5, noNaN: true }), (at, duration) => {
        const { value, min, max } = position({ ...playing, duration }, at);
        expect(value).toBeGreaterThanOrEqual(min);
        if (max > min) expect(value).toBeLessThanOrEqual(max);
      }),
    );
  });
});

test('a medium without a title is called after its file', () => {
  expect(titleOf({ title: 'Title' }, 'http://a/b.mp4')).toBe('Title');
  expect(titleOf(undefined, 'http://a/films/Sommer%202019.mp4?x=1#t')).toBe('Sommer 2019.mp4');
  expect(titleOf({}, 'http://a/100%.mp4')).toBe('100%.mp4');
  expect(titleOf(undefined, undefined)).toBe('Untitled');
});

test('who did it is part of the caption', () => {
  expect(captionOf(playing)).toBe('');
  expect(captionOf({ ...playing, by: 'Anna' })).toBe('Started by Anna');
  expect(captionOf({ ...playing, state: 'paused' })).toBe('Paused');
  expect(captionOf({ ...playing, state: 'paused', by: 'Anna' })).toBe('Paused · Anna');
});

test('the TV’s own sentence about an error comes first', () => {
  const failed: MediaState = { ...playing, state: 'error' };
  expect(errorOf({ ...failed, error: { condition: 'media-failed', text: 'No.' } })).toBe('No.');
  expect(errorOf({ ...failed, error: { condition: 'media-unsupported' } })).toContain(
    'kind of file',
  );
  expect(errorOf(failed)).not.toBe('');
});

test('artwork is chosen by shape, then size', () => {
  const artwork = [
    { src: 'unsized' },
    { src: 'wide', sizes: '960x540' },
    { src: 'small', sizes: '128x128' },
    { src: 'square', sizes: '512x512' },
  ];
  expect(artworkOf({ artwork }, 'square')).toBe('square');
  expect(artworkOf({ artwork }, 'wide')).toBe('wide');
  expect(artworkOf({ artwork: [{ src: 'unsized' }] }, 'wide')).toBe('unsized');
  expect(artworkOf(undefined, 'wide')).toBeUndefined();
});

test('speeds are those that the TV can do, and the one it has', () => {
  expect(rateChoices({ min: 0.5, max: 2 }, 1)).toEqual([0.5, 0.75, 1, 1.25, 1.5, 2]);
  expect(rateChoices({ min: 1, max: 1 }, 1)).toEqual([1]);
  expect(rateChoices({ min: 0.75, max: 1.5 }, 1.1)).toEqual([0.75, 1, 1.1, 1.25, 1.5]);
});

test.each([
  ['  https://a.example/x.mp4 ', 'https://a.example/x.mp4'],
  ['a.example/x.mp4', 'http://a.example/x.mp4'],
  ['192.168.1.5:8000/x.mp4', 'http://192.168.1.5:8000/x.mp4'],
  ['localhost/x.mp4', 'http://localhost/x.mp4'],
  ['/media/x.mp4', '/media/x.mp4'],
  ['media/x.mp4', 'media/x.mp4'],
  ['', ''],
])('the address %j is %j', (text, uri) => {
  expect(toUri(text)).toBe(uri);
});
