import { render } from 'preact';
import '../src/styles/index.css';
import { followArtwork } from '../src/platform/accent.ts';
import { listenToKeys } from '../src/platform/keyboard.ts';
import { App } from '../src/state/app.ts';
import { KnownTvs, type RememberedTv } from '../src/state/known-tvs.ts';
import { AppView } from '../src/views/app.tsx';
import { states, tvs } from './fixtures.ts';

// Development only: `gallery.html?state=playing` shows the page in that state; without one, a list.

const never = new Promise<never>(() => {});
const app = new App<RememberedTv>({
  sdk: {
    pair: () => never,
    connect: () => {
      throw new Error('There is no TV behind the gallery.');
    },
  },
  page: { url: () => location.href, clearFragment: () => {}, go: () => {} },
  known: new KnownTvs(localStorage, (value): value is RememberedTv => value !== null),
});

const query = new URLSearchParams(location.search);
const name = query.get('state');
const font = query.get('font');
if (font) document.documentElement.style.fontSize = `${font}%`;

const root = document.getElementById('app');
const state = name === null ? undefined : states[name];
if (root && state) {
  app.tvs.value = tvs;
  app.screen.value = state();
  const remote = () => (app.screen.value.name === 'remote' ? app.screen.value.remote : undefined);
  followArtwork(remote);
  listenToKeys(remote);
  render(<AppView app={app} choosing={name === 'switcher'} />, root);
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
