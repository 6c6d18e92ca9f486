import { effect } from '@preact/signals';
import type { Page } from '../state/app.ts';
import type { TvStorage } from '../state/known-tvs.ts';
import type { RemoteStore } from '../state/remote.ts';

export const browserPage: Page & { storage: TvStorage } = {
  url: () => location.href,
  clearFragment: () => history.replaceState(null, '', location.pathname + location.search),
  go: (url) => location.assign(url),
  // Reading the property throws where site data is forbidden: only when it is used.
  storage: {
    getItem: (key) => localStorage.getItem(key),
    setItem: (key, value) => localStorage.setItem(key, value),
  },
};

/** Tells the remote what the browser knows of the phone's network. */
export function followNetwork(remote: () => RemoteStore | undefined): () => void {
  const look = () => {
    const store = remote();
    // `false` is certain; `true` only means that there is some network.
    if (store) store.online.value = navigator.onLine !== false;
  };
  window.addEventListener('online', look);
  window.addEventListener('offline', look);
  const end = effect(look);
  return () => {
    end();
    window.removeEventListener('online', look);
    window.removeEventListener('offline', look);
  };
}
