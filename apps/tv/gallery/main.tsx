import { render } from 'preact';
import type { Controls } from '../src/controls.ts';
import { createScreenStore } from '../src/state/screen.ts';
import type { Timers } from '../src/state/time.ts';
import '../src/styles/index.css';
import { App } from '../src/views/App.tsx';
import { now, picture, states } from './fixtures.ts';
import './gallery.css';

// gallery.html?state=NAME shows one state, standing still; without a state, links to all of them.

const name = new URLSearchParams(location.search).get('state') ?? '';
const show = states[name];
const app = document.querySelector('#app') as HTMLElement;

const waiting = new Set<() => void>();
/** Time stands still until a state says otherwise. */
const still: Timers = {
  now: () => now,
  after(_milliseconds, task) {
    waiting.add(task);
    return () => {
      waiting.delete(task);
    };
  },
};
function settle(): void {
  const tasks = [...waiting];
  waiting.clear();
  for (const task of tasks) task();
}

if (show) {
  const store = createScreenStore(still);
  show(store, settle);
  const ignore = () => {};
  const refuse = () => Promise.reject(new Error('The gallery changes nothing.'));
  const controls: Controls = {
    position: () => store.media.value.currentTime,
    toggle: ignore,
    play: ignore,
    pause: ignore,
    stop: ignore,
    seekBy: ignore,
    changeVolume: ignore,
    toggleMuted: ignore,
    playAgain: ignore,
    connectAgain: ignore,
    remotes: {
      remove: refuse,
      rename: refuse,
      changeRole: refuse,
      decide: refuse,
      invite: refuse,
    },
  };
  const film = document.querySelector('#picture') as HTMLElement;
  film.style.backgroundImage = `url("${picture}")`;
  render(<App store={store} controls={controls} timers={still} />, app);
} else {
  render(
    <ul class="gallery">
      {Object.keys(states).map((state) => (
        <li key={state}>
          <a href={`?state=${state}`}>{state}</a>
        </li>
      ))}
    </ul>,
    app,
  );
}
