import { effect } from '@preact/signals';
import type { RemoteStore } from '../state/remote.ts';

/** Shows what plays around the page, too: its colours and the phone's media keys. Fetched when something plays. */
export function showAround(remote: () => RemoteStore | undefined): () => void {
  let stops: (() => void)[] = [];
  let fetching = false;
  const end = effect(() => {
    const state = remote()?.media.value?.state;
    if (fetching || state === undefined || state === 'idle') return;
    fetching = true;
    import('./around-chunk.ts').then(
      ({ followArtwork, shareMediaSession }) => {
        stops = [followArtwork(remote), shareMediaSession(remote)];
      },
      () => {
        // The page works without; the next change of state tries again.
        fetching = false;
      },
    );
  });
  return () => {
    end();
    for (const stop of stops) stop();
  };
}
