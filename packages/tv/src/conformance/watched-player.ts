import { expect } from 'vitest';
import { type MediaToLoad, type Player, PlayerError, type PlayerState } from '../player.ts';
import { faultsOf } from './snapshot.ts';
import type { PlayerUnderTest, TestMedia } from './under-test.ts';

/** Seconds that anything may take which is not said to take longer. */
const patience = 10;
/** Seconds by which a listener may be told later than a command settles. */
const telling = 1;
/** Seconds by which a position may be off: key frames, and machines that do other things as well. */
const positionTolerance = 0.35;
/** Milliseconds between two looks at a position, which moves without anybody being told. */
const lookEvery = 25;

/** What was said at a moment. */
export interface Told {
  /** Seconds, on a clock that does not jump. */
  at: number;
  state: PlayerState;
}

/** A player with somebody at its side who writes down what its listeners are told. */
export class WatchedPlayer {
  readonly player: Player;
  readonly media: TestMedia;
  readonly underTest: PlayerUnderTest;
  /** What `state` was whenever the player said that it had changed. */
  readonly told: Told[] = [];
  private readonly faults = new Set<string>();
  private readonly waiting = new Set<() => void>();
  private readonly unlisten: () => void;

  constructor(underTest: PlayerUnderTest) {
    this.underTest = underTest;
    this.player = underTest.player;
    this.media = underTest.media;
    this.unlisten = this.player.onchange(() => {
      this.told.push({ at: now(), state: this.read() });
      for (const check of [...this.waiting]) check();
    });
  }

  /** The state now, which has to make sense at any moment. */
  read(): PlayerState {
    const state = this.player.state;
    for (const fault of faultsOf(state)) this.faults.add(`${fault}, in ${JSON.stringify(state)}`);
    return state;
  }

  load(part: keyof TestMedia, media: Partial<MediaToLoad> = {}, signal = never): Promise<void> {
    const uri = this.media[part];
    if (uri === undefined) throw new Error(`There is no ${part} to test with.`);
    return this.settles(`load(${part})`, this.player.load(mediaToLoad(uri, media), signal), 20);
  }

  play = () => this.settles('play()', this.player.play());
  pause = () => this.settles('pause()', this.player.pause());
  stop = () => this.settles('stop()', this.player.stop());
  seek = (time: number) => this.settles(`seek(${time})`, this.player.seek(time));
  setRate = (rate: number) => this.settles(`setRate(${rate})`, this.player.setRate(rate));
  setVolume = (level: number) => this.settles(`setVolume(${level})`, this.player.setVolume(level));
  setMuted = (muted: boolean) => this.settles(`setMuted(${muted})`, this.player.setMuted(muted));

  /** Loads the film and waits until it really plays. */
  async playing(media: Partial<MediaToLoad> = {}): Promise<void> {
    await this.load('film', media);
    await this.until('it plays', ({ state }) => state === 'playing');
  }

  /** Loads the film, paused. */
  async paused(media: Partial<MediaToLoad> = {}): Promise<void> {
    await this.load('film', { autoplay: false, ...media });
    this.is('paused after load without autoplay', ({ state }) => state === 'paused');
  }

  /** Settles as `done` does, within so many seconds. */
  settles<T>(what: string, done: Promise<T>, seconds = patience): Promise<T> {
    const settled = this.within(what, done, seconds);
    // Whoever waits for it may fail first; how it ends is then nobody's business.
    settled.catch(() => {});
    return settled;
  }

  /** What it was rejected with, which has to be a PlayerError with one of these codes. */
  async rejects(what: string, done: Promise<void>, ...codes: string[]): Promise<PlayerError> {
    const outcome = await done.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(outcome, `${what} must reject`).toBeDefined();
    expect(outcome, `${what} must reject with a PlayerError`).toBeInstanceOf(PlayerError);
    const error = outcome as PlayerError;
    expect(codes, `the code that ${what} rejects with`).toContain(error.code);
    expect(error.message, `${what} must say what happened`).not.toBe('');
    return error;
  }

  /** The same for a call that may as well have been quicker than what it shall be stopped by. */
  rejectsIfAtAll(what: string, done: Promise<void>, ...codes: string[]): Promise<void> {
    const settled = done.then(
      () => {},
      async () => {
        await this.rejects(what, done, ...codes);
      },
    );
    settled.catch(() => {});
    return settled;
  }

  /** Lets a player do its work for so many milliseconds. */
  lets(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Must hold now, without waiting: what a call did is in force when it settles. */
  is(what: string, holds: (state: PlayerState) => boolean): PlayerState {
    const state = this.read();
    if (!holds(state)) throw new Error(`Not ${what}: the state is ${JSON.stringify(state)}`);
    return state;
  }

  /** Must hold now, and listeners must have been told of it, or be within a moment. */
  async shows(what: string, holds: (state: PlayerState) => boolean): Promise<PlayerState> {
    this.is(what, holds);
    return this.until(what, holds, telling);
  }

  /** Waits until listeners were told something that fits. */
  async until(
    what: string,
    holds: (state: PlayerState) => boolean,
    seconds = patience,
  ): Promise<PlayerState> {
    const fits = () => {
      const last = this.told.at(-1);
      return last !== undefined && holds(last.state) ? last.state : undefined;
    };
    let check: (() => void) | undefined;
    const fitting = new Promise<PlayerState>((resolve) => {
      check = () => {
        const state = fits();
        if (state) resolve(state);
      };
      this.waiting.add(check);
      check();
    });
    try {
      return await this.settles(what, fitting, seconds);
    } catch (cause) {
      const state = this.read();
      const problem = holds(state)
        ? 'it is so, but no listener of onchange was told'
        : `it is not so within ${seconds} s`;
      throw new Error(`${what}: ${problem}. State: ${JSON.stringify(state)}`, { cause });
    } finally {
      if (check) this.waiting.delete(check);
    }
  }

  /**
   * Waits until the position has passed this time, and looks at it all the while: it must stay on the line that
   * remotes draw from what was told last. Gives how many seconds that took.
   */
  async passes(currentTime: number, seconds = patience): Promise<number> {
    const start = now();
    this.told.push({ at: start, state: this.read() });
    let astray = 0;
    for (;;) {
      const state = this.read();
      astray = this.isPredicted(state) ? 0 : astray + 1;
      // Once may be the moment between a change and the word of it.
      if (astray > 8) {
        const told = JSON.stringify(this.told.at(-1)?.state);
        throw new Error(
          `It changed without telling the listeners of onchange: last told ${told}, now ${JSON.stringify(state)}`,
        );
      }
      if (state.currentTime >= currentTime && astray === 0) return now() - start;
      if (now() - start > seconds)
        throw new Error(`Not at ${currentTime} s within ${seconds} s: ${JSON.stringify(state)}`);
      await this.lets(lookEvery);
    }
  }

  /** That nothing changes, not even the position, for so many seconds. */
  async stays(seconds: number, what: string): Promise<void> {
    const before = this.read();
    const start = now();
    while (now() - start < seconds) {
      await this.lets(lookEvery);
      const { state, currentTime, source } = this.read();
      const moved = Math.abs(currentTime - before.currentTime) > 0.05;
      if (state !== before.state || source?.uri !== before.source?.uri || moved)
        throw new Error(
          `${what}: it was ${JSON.stringify(before)} and became ${JSON.stringify(this.read())} by itself`,
        );
    }
  }

  /** States that listeners were told, without repetitions. */
  states(since = 0): string[] {
    return this.told
      .slice(since)
      .map(({ state }) => state.state)
      .filter((state, index, all) => state !== all[index - 1]);
  }

  /** To be called at the end of each case. */
  finish(): void {
    this.unlisten();
    expect([...this.faults], 'what `state` said that makes no sense').toEqual([]);
  }

  private async within<T>(what: string, done: Promise<T>, seconds: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${what} did not settle within ${seconds} s`)),
        seconds * 1000,
      );
    });
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private isPredicted(state: PlayerState): boolean {
    const last = this.told.at(-1);
    if (!last) return false;
    const moving = last.state.state === 'playing';
    const line =
      last.state.currentTime + (moving ? (now() - last.at) * last.state.playbackRate : 0);
    return (
      last.state.state === state.state &&
      last.state.source?.uri === state.source?.uri &&
      last.state.playbackRate === state.playbackRate &&
      Math.abs(Math.min(line, state.duration ?? Infinity) - state.currentTime) < positionTolerance
    );
  }
}

export function isNear(currentTime: number, expected: number): boolean {
  return Math.abs(currentTime - expected) < positionTolerance;
}

/** Of a load that nothing takes the place of. */
const never = new AbortController().signal;

export function mediaToLoad(uri: string, media: Partial<MediaToLoad> = {}): MediaToLoad {
  return {
    source: { uri },
    metadata: { title: 'A title' },
    currentTime: 0,
    autoplay: true,
    ...media,
  };
}

function now(): number {
  return performance.now() / 1000;
}
