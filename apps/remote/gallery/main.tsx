import { memoryStore } from '@fjern/remote/store';
import { render } from 'preact';
import '../src/styles/index.css';
import { followArtwork } from '../src/platform/accent.ts';
import { listenToKeys } from '../src/platform/keyboard.ts';
import { App, type Page } from '../src/state/app.ts';
import { AppView } from '../src/views/app.tsx';
import { states, tvs } from './fixtures.ts';

// Development only: `gallery.html?state=playing` shows the page in that state; without one, a list.

const never = new Promise<never>(() => {});
const page: Page = {
  url: () => location.href,
  clearFragment: () => {},
  go: () => {},
  replace: () => {},
  box: () => never,
  name: 'Anna’s phone',
};
const app = new App({
  sdk: {
    pair: () => never,
    pairWithPin: () => never,
    connect: () => {
      throw new Error('There is no TV behind the gallery.');
    },
  },
  page,
  store: memoryStore(),
  others: () => never,
});

const query = new URLSearchParams(location.search);
const name = query.get('state');
const font = query.get('font');
if (font) document.documentElement.style.fontSize = `${font}%`;

const root = document.getElementById('app');
const state = name === null ? undefined : states[name];
if (root && state) {
  app.tvs.value = tvs;
  state.given?.(app);
  app.screen.value = state.screen();
  const remote = () => (app.screen.value.name === 'remote' ? app.screen.value.remote : undefined);
  followArtwork(remote);
  listenToKeys(remote);
  render(<AppView app={app} opened={state.sheet} />, root);
  root.dataset.tap = JSON.stringify(state.tap ?? []);
} else if (root) {
  render(
    <ul style="padding: 1rem; font-size: 1.125rem; line-height: 2">
      {Object.keys(states).map((each) => (
        <li key={each}>
          <a href={`?state=${each}`} style="color: inherit">
            {each}
          </a>
        </li>
      ))}
    </ul>,
    root,
  );
}
