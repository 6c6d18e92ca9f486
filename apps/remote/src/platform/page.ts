import { effect } from '@preact/signals';
import type { Page } from '../state/app.ts';
import { isBox } from '../state/lan.ts';
import type { Box } from '../state/pairing.ts';
import type { RemoteStore } from '../state/remote.ts';
import { describeDevice } from './device.ts';

/** Of the name that this phone was given. */
const nameKey = 'fjern.name';
/** How long the hub has to say which TV it is, ms. */
const patience = 5000;

export const browserPage: Page = {
  url: () => location.href,
  clearFragment: () => history.replaceState(null, '', location.pathname + location.search),
  go: (url) => location.assign(url),
  replace: (url) => location.replace(url),
  box: askBox,
  get name() {
    try {
      return localStorage.getItem(nameKey) || describeDevice(navigator).name;
    } catch {
      return describeDevice(navigator).name;
    }
  },
  set name(name) {
    try {
      localStorage.setItem(nameKey, name);
    } catch {
      // Forbidden or full: it is asked for again next time.
    }
  },
};

async function askBox(): Promise<Box | undefined> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  try {
    const response = await fetch('/config.json', { cache: 'no-store', signal: controller.signal });
    // A page from an operator's server is not from a TV's hub.
    if (!response.ok) return undefined;
    const told: unknown = await response.json().catch(() => undefined);
    return isBox(told) ? told : undefined;
  } finally {
    clearTimeout(timer);
  }
}

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
