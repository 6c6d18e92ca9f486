import { PlayerError } from '@fjern/tv';
import { ManualClock, ScriptedPlayer } from '@fjern/tv/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { manualTimers } from './fixtures/manual-timers.ts';
import { createScreenStore, noMedia, type ScreenStore } from './state/screen.ts';
import { createPlayerControls, type PlayerControls } from './viewer.ts';

const film = '/film.mp4';
const broken = '/broken.mp4';

let clock: ManualClock;
let player: ScriptedPlayer;
let store: ScreenStore;
let controls: PlayerControls;

beforeEach(() => {
  clock = new ManualClock();
  player = new ScriptedPlayer({
    clock,
    media: { [film]: { duration: 600 }, [broken]: { error: 'media-failed' } },
  });
  store = createScreenStore(manualTimers().timers);
  controls = createPlayerControls(player, store);
  return async () => {
    vi.restoreAllMocks();
    store.dispose();
    await player.close();
    expect(clock.pending).toBe(0);
  };
});

function load(uri = film, currentTime = 0): Promise<void> {
  const { signal } = new AbortController();
  const metadata = { title: 'Film' };
  return player.load({ source: { uri }, metadata, currentTime, autoplay: true }, signal);
}

describe('playing', () => {
  it('is toggled, and starts again from the end', async () => {
    await load();
    controls.toggle();
    expect(player.state.state).toBe('paused');
    controls.toggle();
    expect(player.state.state).toBe('playing');
    await clock.advance(600_000);
    expect(player.state.state).toBe('ended');
    controls.toggle();
    expect(player.state).toMatchObject({ state: 'playing', currentTime: 0 });
  });

  it('stops', async () => {
    await load();
    controls.stop();
    expect(player.state.state).toBe('idle');
  });

  it('is tried again where it failed', async () => {
    await load(film, 100);
    player.fail('media-unreachable');
    controls.playAgain();
    expect(player.state).toMatchObject({
      state: 'playing',
      currentTime: 100,
      source: { uri: film },
      metadata: { title: 'Film' },
    });
  });

  it('that has ended starts over', async () => {
    await load(film, 599);
    await clock.advance(1000);
    controls.playAgain();
    expect(player.state).toMatchObject({ state: 'playing', currentTime: 0 });
    expect(player.calls).toEqual(['load', 'play']);
  });

  it('fails again without another word: the screen says already what is wrong', async () => {
    const warn = vi.spyOn(console, 'warn');
    await load(broken).catch(() => {});
    controls.playAgain();
    await clock.advance(0);
    expect(player.calls).toEqual(['load', 'load']);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('seeking', () => {
  it.each([
    ['forward', 100, 10, 110],
    ['back', 100, -10, 90],
    ['not before the start', 4, -10, 0],
    ['not into the end', 595, 10, 599],
  ])('%s', async (_, from, by, to) => {
    await load(film, from);
    controls.seekBy(by);
    expect(controls.position()).toBe(to);
  });

  it('goes nowhere when less than a second is left', async () => {
    await load(film, 599.5);
    controls.seekBy(10);
    expect(controls.position()).toBe(599.5);
    expect(player.calls).toEqual(['load']);
  });
});

describe('the volume', () => {
  it('moves in steps between silence and full', async () => {
    controls.changeVolume(0.05);
    expect(player.calls).toEqual([]);
    controls.changeVolume(-0.05);
    expect(player.state.level).toBe(0.95);
    await player.setVolume(0.02);
    controls.changeVolume(-0.05);
    expect(player.state.level).toBe(0);
  });

  it('comes back from mute when it is turned up, not when it is turned down', () => {
    controls.toggleMuted();
    controls.changeVolume(-0.05);
    expect(player.state).toMatchObject({ muted: true, level: 0.95 });
    controls.changeVolume(0.05);
    expect(player.state).toMatchObject({ muted: false, level: 1 });
  });
});

describe('a player that refuses', () => {
  it('has the viewer asked for a key press', async () => {
    await load();
    store.mediaChanged({ ...noMedia, state: 'paused', source: { uri: film } });
    player.next('play', new PlayerError('interaction-required', 'Press a key first.'));
    controls.play();
    await clock.advance(0);
    expect(store.screen.value.name).toBe('start');
  });

  it.each([
    [new PlayerError('superseded', 'A later one came.'), 0],
    [new PlayerError('player-failed', 'It hangs.'), 1],
    [new Error('a defect'), 1],
  ])('with %s is logged or not', async (error, times) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await load();
    player.next('pause', error);
    controls.pause();
    await clock.advance(0);
    expect(warn).toHaveBeenCalledTimes(times);
  });
});
