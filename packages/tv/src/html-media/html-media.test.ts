import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaElement } from '../fixtures/media-element.ts';
import { PlayerError } from '../player.ts';
import { ManualClock } from '../testing/index.ts';
import { type HtmlMediaOptions, htmlMediaPlayer } from './html-media.ts';

const clip = {
  source: { uri: 'media/a.mp4' },
  metadata: { title: 'A' },
  currentTime: 0,
  autoplay: true,
};
const never = new AbortController().signal;

let clock: ManualClock;
let video: FakeMediaElement;
/** States, without repetitions, as an observer of `onchange` sees them. */
let seen: string[];

function create(options: HtmlMediaOptions = {}) {
  const player = htmlMediaPlayer(video.element, { clock, ...options });
  player.onchange(() => {
    const { state } = player.state;
    if (seen.at(-1) !== state) seen.push(state);
  });
  return player;
}

async function playing(options?: HtmlMediaOptions) {
  const player = create(options);
  const loaded = player.load(clip, never);
  video.hasLoaded(20);
  await clock.advance(0);
  video.becomes({}, 'play', 'playing');
  await loaded;
  return player;
}

beforeEach(() => {
  clock = new ManualClock();
  video = new FakeMediaElement();
  seen = [];
});

describe('loading', () => {
  it('resolves addresses against the origin, and plays', async () => {
    const player = await playing();
    expect(video.src).toBe('http://tv.example/media/a.mp4');
    expect(player.state).toMatchObject({
      state: 'playing',
      duration: 20,
      source: clip.source,
      metadata: clip.metadata,
    });
    expect(player.state.seekable).toBeUndefined();
    expect(seen).toEqual(['loading', 'playing']);
  });

  it('starts where it was asked to, paused if it was asked to', async () => {
    const player = create();
    const loaded = player.load({ ...clip, currentTime: 5, autoplay: false }, never);
    expect(player.state).toMatchObject({ state: 'loading', currentTime: 5 });
    video.hasLoaded(20);
    await loaded;
    expect(player.state).toMatchObject({ state: 'paused', currentTime: 5 });
  });

  it('refuses a start past the end, with nothing left loaded', async () => {
    const player = create();
    const loaded = player.load({ ...clip, currentTime: 21 }, never);
    video.hasLoaded(20);
    await expect(loaded).rejects.toMatchObject({ code: 'out-of-range' });
    expect(player.state.state).toBe('idle');
    expect(video.src).toBe('');
  });

  it('obeys pause and seek while it loads', async () => {
    const player = create();
    const loaded = player.load(clip, never);
    await player.pause();
    await player.seek(7);
    video.hasLoaded(20);
    await loaded;
    expect(player.state).toMatchObject({ state: 'paused', currentTime: 7 });
  });

  it('says that a viewer has to act, and stays loaded and paused', async () => {
    video.onplay = () => {
      video.paused = true;
      return Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
    };
    const player = create();
    const loaded = player.load(clip, never);
    video.hasLoaded(20);
    await expect(loaded).rejects.toMatchObject({ code: 'interaction-required' });
    expect(player.state).toMatchObject({ state: 'paused', duration: 20 });
  });

  it('has loaded, and buffers, when there is no data to start with', async () => {
    video.onplay = () => new Promise(() => {});
    const player = create();
    const loaded = player.load(clip, never);
    video.becomes({ readyState: 1, duration: 20 }, 'durationchange', 'loadedmetadata');
    await clock.advance(2500);
    await loaded;
    expect(player.state.state).toBe('buffering');
  });

  it('leaves everything to a later load', async () => {
    const player = create();
    const abort = new AbortController();
    const first = player.load(clip, abort.signal);
    abort.abort(new PlayerError('superseded', ''));
    const second = player.load({ ...clip, source: { uri: 'b.mp4' } }, never);
    await expect(first).rejects.toMatchObject({ code: 'superseded' });
    video.hasLoaded(20);
    await second;
    expect(player.state).toMatchObject({ state: 'playing', source: { uri: 'b.mp4' } });
  });

  it('unloads when it took too long', async () => {
    const player = create();
    const abort = new AbortController();
    const loaded = player.load(clip, abort.signal);
    const error = new PlayerError('player-failed', 'late');
    abort.abort(error);
    await expect(loaded).rejects.toBe(error);
    expect(player.state.state).toBe('idle');
    expect(video.src).toBe('');
  });

  it('gives subtitles to the element, and takes them away again', async () => {
    const track = { src: '/a.vtt', srclang: 'en', label: 'English', default: true };
    const player = await playing({ textTracks: () => [track] });
    expect(video.tracks).toMatchObject([
      { ...track, src: 'http://tv.example/a.vtt', kind: 'subtitles' },
    ]);
    await player.stop();
    expect(video.tracks).toEqual([]);
    expect(player.state).toMatchObject({ state: 'idle', currentTime: 0 });
  });
});

describe('what Chromium fires', () => {
  it('a seek while playing: seeking, waiting, seeked, playing are no buffering', async () => {
    const player = await playing();
    video.seeking = true;
    const sought = player.seek(12);
    video.becomes({ readyState: 1 }, 'seeking', 'waiting');
    await clock.advance(29);
    video.becomes({ seeking: false, readyState: 4 }, 'seeked', 'canplay', 'playing');
    await sought;
    await clock.advance(1000);
    expect(seen).toEqual(['loading', 'playing']);
    expect(player.state.currentTime).toBe(12);
  });

  it('pause before ended is no pause', async () => {
    const player = await playing();
    video.becomes({ currentTime: 20, ended: true, paused: true }, 'pause', 'ended');
    expect(seen).toEqual(['loading', 'playing', 'ended']);
    video.becomes({ ended: false, paused: false, currentTime: 0 }, 'play', 'playing');
    expect(player.state.state).toBe('playing');
  });

  it('waiting that lasts is buffering, until it plays again', async () => {
    await playing();
    video.becomes({ readyState: 2 }, 'waiting');
    await clock.advance(299);
    expect(seen.at(-1)).toBe('playing');
    await clock.advance(1);
    expect(seen.at(-1)).toBe('buffering');
    video.becomes({ readyState: 4 }, 'canplay', 'playing');
    expect(seen.at(-1)).toBe('playing');
    expect(clock.pending).toBe(0);
  });

  it('a viewer who pauses, plays and turns the volume', async () => {
    const player = await playing();
    video.becomes({ paused: true }, 'pause');
    expect(seen.at(-1)).toBe('paused');
    video.becomes({ volume: 0.5, muted: true }, 'volumechange', 'volumechange');
    expect(player.state).toMatchObject({ level: 0.5, muted: true });
  });

  it('a live stream has a window and no duration', async () => {
    const player = create();
    const loaded = player.load(clip, never);
    video.becomes(
      { readyState: 4, duration: Infinity, ranges: [[100, 400]] },
      'loadedmetadata',
      'canplay',
    );
    await loaded;
    expect(player.state).toMatchObject({ live: true, seekable: { start: 100, end: 400 } });
    expect(player.state.duration).toBeUndefined();
  });
});

describe('failures', () => {
  it.each([
    [2, '', 'media-unreachable'],
    [3, '', 'media-failed'],
    [4, '404: Not Found', 'media-unreachable'],
  ] as const)('MediaError code %i "%s" is %s', async (code, message, condition) => {
    const player = create();
    const loaded = player.load(clip, never);
    video.hasFailed(code, message);
    await expect(loaded).rejects.toMatchObject({ code: condition });
    expect(player.state).toMatchObject({ state: 'error', error: { condition } });
    await expect(player.play()).rejects.toMatchObject({ code: 'no-media' });
  });

  it('while it plays is shown, and the next load makes up for it', async () => {
    const player = await playing();
    video.hasFailed(3);
    await clock.advance(0);
    expect(player.state).toMatchObject({ state: 'error', error: { condition: 'media-failed' } });
    const loaded = player.load(clip, never);
    video.hasLoaded(20);
    await loaded;
    expect(player.state.state).toBe('playing');
    expect(player.state.error).toBeUndefined();
  });

  describe('of code 4', () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/missing.mp4' ? 404 : 200;
      response.end();
    });
    let origin: string;

    beforeEach(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it.each([
      ['/there.xyz', 'media-unsupported'],
      ['/missing.mp4', 'media-unreachable'],
    ])('%s is %s', async (uri, condition) => {
      const player = create({ baseUrl: origin });
      const loaded = player.load({ ...clip, source: { uri } }, never);
      video.hasFailed(4);
      await expect(loaded).rejects.toMatchObject({ code: condition });
    });

    it('at a host that is not there is unreachable', async () => {
      const player = create();
      const loaded = player.load({ ...clip, source: { uri: 'http://127.0.0.1:9/a.mp4' } }, never);
      video.hasFailed(4);
      await expect(loaded).rejects.toMatchObject({ code: 'media-unreachable' });
    });
  });

  it('of a host that never answers is unreachable after three seconds', async () => {
    const player = create({ probe: () => new Promise(() => {}) });
    const loaded = player.load(clip, never);
    loaded.catch(() => {});
    video.hasFailed(4);
    await clock.advance(3000);
    await expect(loaded).rejects.toMatchObject({ code: 'media-unreachable' });
    expect(clock.pending).toBe(0);
  });

  it('to set the volume, where hardware has it', async () => {
    const player = create();
    Object.defineProperty(video, 'volume', { get: () => 1, set: () => {} });
    await expect(player.setVolume(0.5)).rejects.toMatchObject({ code: 'player-failed' });
  });
});

it('keeps the rate across a load', async () => {
  const player = await playing();
  await player.setRate(1.5);
  const loaded = player.load(clip, never);
  video.hasLoaded(20);
  await loaded;
  expect(player.state.playbackRate).toBe(1.5);
});

it('says what the browser plays', () => {
  expect(create().capabilities.mediaTypes).toEqual([
    'video/mp4',
    'application/vnd.apple.mpegurl',
    'audio/mp4',
  ]);
});

it('lets go of everything when closed', async () => {
  const player = await playing();
  video.becomes({ readyState: 2 }, 'waiting');
  await player.close();
  const count = seen.length;
  video.becomes({}, 'playing', 'timeupdate');
  expect(seen.length).toBe(count);
  expect(clock.pending).toBe(0);
});
