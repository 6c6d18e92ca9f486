import { browserStore } from '@fjern/remote/store';
import { render } from 'preact';
import './styles/index.css';
import { showAround } from './platform/around.ts';
import { listenToKeys } from './platform/keyboard.ts';
import { browserPage, followNetwork } from './platform/page.ts';
import { App } from './state/app.ts';
import { sdk } from './state/sdk.ts';
import { AppView } from './views/app.tsx';
import { fetchExtras } from './views/extras.tsx';

const tvs = sdk(navigator);
const app = new App({
  sdk: tvs,
  page: browserPage,
  store: browserStore(),
  others: async (of) => (await import('./views/extras-chunk.ts')).othersOf(of, tvs),
});
const remote = () => (app.screen.value.name === 'remote' ? app.screen.value.remote : undefined);

followNetwork(remote);
showAround(remote);
listenToKeys(remote);
// A code scanned while the page is open changes its fragment only.
window.addEventListener('hashchange', () => void app.open());
void app.open();

const root = document.getElementById('app');
if (root) render(<AppView app={app} />, root);
// The TV on the screen comes first.
setTimeout(() => void app.fetchOthers(), 1000);
// So that they are there when the hub is not.
setTimeout(fetchExtras, 5000);
