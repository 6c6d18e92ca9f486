import { signal } from '@preact/signals';
import type { App, Sdk } from '../state/app.ts';
import { lanOf } from '../state/lan.ts';
import { Others } from '../state/others.ts';

/** Of the page that this runs in. */
export function othersOf({ screen, tvs }: App, { connect }: Pick<Sdk, 'connect'>): Others {
  const isVisible = () => document.visibilityState !== 'hidden';
  const visible = signal(isVisible());
  // A page that is put away may not be told in any other way, nor run again before it is back.
  for (const event of ['visibilitychange', 'pagehide', 'pageshow'])
    window.addEventListener(event, () => {
      visible.value = event !== 'pagehide' && isVisible();
    });
  return new Others({
    screen,
    tvs,
    connect,
    lan: lanOf(getJson),
    origin: location.origin,
    visible,
  });
}

async function getJson(url: string, patience: number): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  try {
    const { signal } = controller;
    const response = await fetch(url, { cache: 'no-store', credentials: 'omit', signal });
    return response.ok ? await response.json() : undefined;
  } finally {
    clearTimeout(timer);
  }
}
