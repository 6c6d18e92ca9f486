import { effect } from '@preact/signals';
import type { RemoteStore } from '../state/remote.ts';
import { titleOf } from '../state/view.ts';

/** Shows what the TV plays to the phone's own media keys and lock screen, where the browser lets it. */
export function shareMediaSession(remote: () => RemoteStore | undefined): () => void {
  const session = 'mediaSession' in navigator ? navigator.mediaSession : undefined;
  if (!session || typeof MediaMetadata === 'undefined') return () => {};

  const actions: [
    MediaSessionAction,
    (store: RemoteStore, details: MediaSessionActionDetails) => void,
  ][] = [
    ['play', (store) => store.play()],
    ['pause', (store) => store.pause()],
    ['stop', (store) => store.stop()],
    ['seekbackward', (store, { seekOffset }) => store.skip(-(seekOffset ?? 10))],
    ['seekforward', (store, { seekOffset }) => store.skip(seekOffset ?? 10)],
    [
      'seekto',
      (store, { seekTime }) =>
        seekTime !== undefined && !store.explain('seek') && store.scrub.jump(seekTime),
    ],
  ];
  for (const [action, act] of actions) {
    try {
      session.setActionHandler(action, (details) => {
        const store = remote();
        if (store && store.blocked.peek() === undefined) act(store, details);
      });
    } catch {
      // An action that this browser does not know.
    }
  }

  return effect(() => {
    const media = remote()?.media.value;
    if (!media || media.state === 'idle') {
      session.metadata = null;
      session.playbackState = 'none';
      return;
    }
    const { title: _, artwork, ...rest } = media.metadata ?? {};
    session.metadata = new MediaMetadata({
      ...rest,
      title: titleOf(media.metadata, media.source?.uri),
      artwork: (artwork ?? []).map((picture) => ({
        ...picture,
        src: new URL(picture.src, document.baseURI).href,
      })),
    });
    session.playbackState =
      media.state === 'playing' || media.state === 'buffering' ? 'playing' : 'paused';
  });
}
