import './old-tv/polyfills.ts';
import './styles/index.css';
import { htmlMediaPlayer } from '@fjern/tv/html-media';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { artworkAccent } from './accent.ts';
import { type Agent, startAgent } from './agent.ts';
import type { Controls } from './controls.ts';
import { registerMediaKeys } from './keys.ts';
import { takeToken } from './setup.ts';
import { createScreenStore } from './state/screen.ts';
import { systemTimers } from './state/time.ts';
import { createPlayerControls } from './viewer.ts';
import { App } from './views/App.tsx';

const video = document.querySelector<HTMLVideoElement>('#player');
const root = document.querySelector<HTMLElement>('#app');
if (!video || !root) throw new Error('The page lacks its player or its place for the views');

const store = createScreenStore(systemTimers);
const player = htmlMediaPlayer(video, {
  textTracks: ({ uri }) => agent?.catalogue.textTracks.get(uri) ?? [],
});
const token = takeToken(window);
const agent: Agent | undefined =
  token === undefined
    ? undefined
    : startAgent({
        store,
        player,
        token,
        timers: systemTimers,
        service: `${location.protocol.replace('http', 'ws')}//${location.host}/xmpp-websocket`,
      });
if (!agent) store.linkChanged({ status: 'no-token' });

// Nothing on the screen of such a page asks for these.
const notTv = () => Promise.reject(new Error('This page is not the TV.'));
const controls: Controls = {
  ...createPlayerControls(player, store),
  connectAgain: () => agent?.connectAgain(),
  remotes: agent?.remotes ?? {
    remove: notTv,
    rename: notTv,
    changeRole: notTv,
    decide: notTv,
    invite: notTv,
  },
};

registerMediaKeys(window);
// A new address pasted over the old one differs in its fragment only, which loads nothing.
window.addEventListener('hashchange', () => location.reload());
window.addEventListener('pagehide', (event) => {
  // A page that may come back keeps its session: it is resumed, or the hub has given it up meanwhile.
  if (!event.persisted) agent?.close();
});
effect(() => {
  document.title = store.name.value || 'Fjern TV';
});

const colour = artworkAccent(document.documentElement);
effect(() => colour(store.media.value.metadata?.artwork?.[0]?.src));

render(<App store={store} controls={controls} timers={systemTimers} />, root);
