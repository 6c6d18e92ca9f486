import { type Player, PlayerError } from '@fjern/tv';
import type { Controls } from './controls.ts';
import type { ScreenStore } from './state/screen.ts';

/** Seeking forward stops this short of the end, so that a key held too long does not end the film. Seconds. */
const beforeEnd = 1;

export type PlayerControls = Omit<Controls, 'connectAgain' | 'remotes'>;

/** What the viewer does at the TV goes to the player itself; the agent notices and tells the remotes. */
export function createPlayerControls(player: Player, store: ScreenStore): PlayerControls {
  function run(done: Promise<void>): void {
    done.catch((error) => {
      const code = error instanceof PlayerError ? error.code : undefined;
      if (code === 'interaction-required') store.startNeeded(true);
      // A later key press took its place, or the screen says already what is wrong.
      else if (code === undefined || code === 'player-failed') console.warn(error);
    });
  }
  const position = () => player.state.currentTime;
  const play = () => run(player.play());
  const pause = () => run(player.pause());

  return {
    position,
    play,
    pause,
    toggle() {
      const { state } = player.state;
      if (state === 'paused' || state === 'ended') play();
      else pause();
    },
    stop: () => run(player.stop()),
    seekBy(seconds) {
      const { duration, seekable } = player.state;
      const { start, end } = seekable ?? { start: 0, end: duration ?? Infinity };
      const from = position();
      const target = Math.max(start, Math.min(from + seconds, end - beforeEnd));
      // Already nearer to the end than that.
      if (seconds > 0 && target <= from) return;
      run(player.seek(target));
    },
    changeVolume(by) {
      const { level, muted } = player.state;
      const next = Math.round(Math.min(1, Math.max(0, level + by)) * 100) / 100;
      if (muted && by > 0) run(player.setMuted(false));
      if (next !== level) run(player.setVolume(next));
    },
    toggleMuted: () => run(player.setMuted(!player.state.muted)),
    playAgain() {
      const { state, source, metadata = {}, currentTime } = player.state;
      if (state !== 'error') return play();
      if (!source) return;
      // A later load of a remote wins by itself.
      const { signal } = new AbortController();
      run(player.load({ source, metadata, currentTime, autoplay: true }, signal));
    },
  };
}
