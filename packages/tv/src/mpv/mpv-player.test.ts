import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlayerError } from '../player.ts';
import { film, type MediaServer, startMediaServer, trickle } from './fixtures/media-server.ts';
import { never, Rig, toLoad, untilState, untilStatus } from './fixtures/rig.ts';
import type { MpvPlayer } from './index.ts';

// What every player promises, test/players asks of this one as well; here is what is mpv's own.
describe('mpv as a player', { timeout: 30_000 }, () => {
  let server: MediaServer;
  let rig: Rig;
  let player: MpvPlayer;

  beforeAll(async () => {
    server = await startMediaServer();
    rig = new Rig();
    player = rig.player({ baseUrl: () => server.origin });
    await untilStatus(player, 'ready');
  });
  afterAll(async () => {
    await rig.close();
    await server.close();
  });
  beforeEach(() => player.stop());

  const load = (uri: string) => player.load(toLoad(uri), never);
  const property = (name: string) => player.command(['get_property', name]);

  it('says a position that is mpv’s own, and says nothing while it moves', async () => {
    await player.load(toLoad('/film.mp4', { currentTime: 4 }), never);
    let changes = 0;
    const stop = player.onchange(() => {
      changes += 1;
    });
    const start = performance.now();
    let looks = 0;
    while (performance.now() - start < 2000) {
      const before = player.state.currentTime;
      const position = Number(await property('time-pos'));
      const after = player.state.currentTime;
      // mpv's is that of the picture that is shown.
      expect(before).toBeLessThan(position + 0.1);
      expect(after).toBeGreaterThan(position - 0.1);
      looks += 1;
    }
    stop();
    expect(looks).toBeGreaterThan(100);
    expect(changes).toBeLessThanOrEqual(2);
    await player.pause();
    expect(player.state.currentTime).toBeCloseTo(Number(await property('time-pos')), 3);
  });

  it.each([
    ['/nothing.mp4', 'media-unreachable', 'There is nothing at this address (404).'],
    ['http://127.0.0.1:1/film.mp4', 'media-unreachable', 'No server answers there.'],
    ['http://no-such.invalid/film.mp4', 'media-unreachable', 'There is no server of that name.'],
    ['/page.html', 'media-unsupported', 'The TV cannot play this kind of media.'],
    ['/broken.mp4', 'media-unsupported', 'The TV cannot play this kind of media.'],
    ['/busy.mp4', 'media-unreachable', 'The server is busy or down (503).'],
  ])('explains in words why %s does not play', async (uri, condition, text) => {
    server.serve('/page.html', (response) => response.end('<!doctype html><title>A page</title>'));
    server.serve('/broken.mp4', (response) => response.end(film.subarray(2000, 50_000)));
    server.serve('/busy.mp4', (response) => response.writeHead(503).end());
    const error = await load(uri).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PlayerError);
    expect(error).toMatchObject({ code: condition, message: text });
    expect(player.state).toMatchObject({ state: 'error', error: { condition, text } });
  });

  it('says that a film broke off, instead of that it has ended', async () => {
    server.serve('/cut.mp4', (response) => {
      response.writeHead(200, { 'Content-Length': film.length });
      response.write(film.subarray(0, film.length / 8));
      setTimeout(() => response.destroy(), 100);
    });
    await load('/cut.mp4');
    const { state, error, duration } = await untilState(
      player,
      ({ state }) => state === 'error' || state === 'ended',
    );
    expect({ state, error, duration }).toEqual({
      state: 'error',
      error: {
        condition: 'media-unreachable',
        text: 'The server stopped sending in the middle.',
      },
      duration: 24,
    });
  });

  it('shows buffering when a server is slow, and plays on', async () => {
    server.serve('/slow.mp4', (response) => {
      response.writeHead(200, { 'Content-Length': film.length });
      trickle(response, film, film.length / 400);
    });
    await load('/slow.mp4');
    await untilState(player, ({ state }) => state === 'buffering');
    const { currentTime } = await untilState(player, ({ state }) => state === 'playing');
    await untilState(player, ({ state }) => state === 'buffering');
    expect(player.state.currentTime).toBeGreaterThan(currentTime);
    // It cannot be sought past what there is.
    const { seekable } = await untilState(player, (state) => state.seekable !== undefined);
    expect(seekable?.end).toBeLessThan(24);
  });

  it('plays the first of a playlist that can be played', async () => {
    const list = ['#EXTM3U', `${server.origin}/nothing.mp4`, `${server.origin}/film.mp4`];
    server.serve('/alternatives.m3u', (response) => response.end(list.join('\n')));
    await load('/alternatives.m3u');
    await untilState(player, ({ state }) => state === 'playing');
    expect(player.state).toMatchObject({ source: { uri: '/alternatives.m3u' }, duration: 24 });
  });

  it('shows what media say of themselves when `load` was given nothing', async () => {
    // Silence with tags: an ID3v2.3 title in front of MPEG frames (layer III, 128 kbit/s, 44.1 kHz).
    const title = Buffer.from('\0Aurora');
    const tag = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 10 + title.length]);
    const frame = Buffer.alloc(417);
    frame.set([0xff, 0xfb, 0x90, 0x64]);
    const header = Buffer.from([0x54, 0x49, 0x54, 0x32, 0, 0, 0, title.length, 0, 0]);
    const song = Buffer.concat([tag, header, title, ...Array<Buffer>(100).fill(frame)]);
    server.serve('/song.mp3', (response) => response.end(song));
    await load('/song.mp3');
    expect(player.state.metadata).toEqual({ title: 'Aurora' });
    await player.load(toLoad('/song.mp3', { metadata: { title: 'Given' } }), never);
    expect(player.state.metadata).toEqual({ title: 'Given' });
  });

  describe('keeps what comes from a remote to the network', () => {
    const secret = () => join(rig.directory, 'secret.mp4');
    beforeAll(() => writeFileSync(secret(), film));

    it.each([
      'file:///etc/passwd',
      'edl:///etc/passwd',
      'lavf://file:/etc/passwd',
      'av://lavfi:testsrc',
      'memory://#EXTM3U',
      'fd://0',
      'ytdl://abc',
      'data:video/mp4;base64,AAAA',
      ' java\tscript:alert(1)',
    ])('%s', async (uri) => {
      await expect(load(uri)).rejects.toMatchObject({ code: 'media-unsupported' });
      expect(player.state.state).toBe('error');
      expect(await property('idle-active')).toBe(true);
    });

    it.each<[string, (file: string) => string]>([
      ['a playlist', (file) => `#EXTM3U\nfile://${file}\n`],
      ['a playlist with a path', (file) => `#EXTM3U\n${file}\n`],
      ['a playlist with an edit list', (file) => `#EXTM3U\nedl://${file},0,5\n`],
      ['a playlist with a filter graph', () => '#EXTM3U\nav://lavfi:testsrc\n'],
      ['a playlist in a playlist', (file) => `#EXTM3U\nmemory://#EXTM3U%0A${file}\n`],
      ['a .pls', (file) => `[playlist]\nNumberOfEntries=1\nFile1=${file}\n`],
      ['an edit list', (file) => `# mpv EDL v0\n${file},0,5\n`],
      ['a list for concat', (file) => `ffconcat version 1.0\nfile ${file}\n`],
      ['a cue sheet', (file) => `FILE "${file}" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n`],
      [
        'an HLS playlist',
        (file) =>
          `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://${file}\n#EXT-X-ENDLIST\n`,
      ],
    ])('%s that names a file', async (name, content) => {
      const path = `/${name.replaceAll(' ', '-')}`;
      server.serve(path, (response) => response.end(content(secret())));
      await expect(load(path)).rejects.toMatchObject({
        code: expect.stringMatching(/^media-un(supported|reachable)$/),
      });
      expect(player.state.duration).toBeUndefined();
    });

    it('a redirection to a file', async () => {
      server.serve('/moved.mp4', (response) =>
        response.writeHead(302, { Location: `file://${secret()}` }).end(),
      );
      await expect(load('/moved.mp4')).rejects.toMatchObject({ code: 'media-unreachable' });
    });

    it('properties of mpv in an address or a title', async () => {
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as mpv's property expansion has it
      const metadata = { title: '${path} ${=pid}, x=1;"\n', artist: '%{}' };
      server.serve('/film.mp4?${pid}', (response) => response.end(film));
      await player.load(toLoad('/film.mp4?${pid}', { metadata }), never);
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as mpv's property expansion has it
      expect(player.state).toMatchObject({ state: 'playing', metadata });
      expect(await property('path')).toBe(`${server.origin}/film.mp4?\${pid}`);
    });
  });

  it('ends up as the last commands say, whatever came before and however fast', async () => {
    const command = fc.oneof(
      fc.record({ name: fc.constant('load' as const), start: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ name: fc.constantFrom('play' as const, 'pause' as const, 'stop' as const) }),
      fc.record({ name: fc.constant('seek' as const), start: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ name: fc.constant('volume' as const), level: fc.integer({ min: 0, max: 100 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 12 }), async (commands) => {
        await player.stop();
        let abort = new AbortController();
        const expected = { loaded: false, plays: false, level: player.state.level };
        const settled: Promise<unknown>[] = [];
        const outcome = (done: Promise<void>) =>
          settled.push(done.catch((error: unknown) => error));
        const supersede = () => {
          abort.abort(new PlayerError('superseded', 'A later command took its place.'));
          abort = new AbortController();
        };
        for (const step of commands) {
          switch (step.name) {
            case 'load':
              supersede();
              outcome(player.load(toLoad('/film.mp4', { currentTime: step.start }), abort.signal));
              Object.assign(expected, { loaded: true, plays: true });
              break;
            case 'stop':
              supersede();
              outcome(player.stop());
              Object.assign(expected, { loaded: false, plays: false });
              break;
            case 'play':
            case 'pause':
              outcome(player[step.name]());
              if (expected.loaded) expected.plays = step.name === 'play';
              break;
            case 'seek':
              outcome(player.seek(step.start));
              break;
            case 'volume':
              outcome(player.setVolume(step.level / 100));
              expected.level = step.level / 100;
              break;
          }
        }
        const errors = (await Promise.all(settled)).filter((error) => error !== undefined);
        for (const error of errors)
          expect(error).toMatchObject({ code: expect.stringMatching(/^(superseded|no-media)$/) });
        const state = expected.loaded ? (expected.plays ? 'playing' : 'paused') : 'idle';
        await untilState(player, (now) => now.state === state);
        // And mpv is of the same opinion.
        expect(await property('idle-active')).toBe(!expected.loaded);
        if (expected.loaded) expect(await property('pause')).toBe(!expected.plays);
        expect(player.state.level).toBeCloseTo(expected.level);
        expect(await property('volume')).toBeCloseTo(expected.level * 100);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
