import type { KnownTv } from '@fjern/remote';
import { effect } from '@preact/signals';
import { idOf, type Lan } from './lan.ts';
import type { Place } from './pairing.ts';
import type { RemoteStore } from './remote.ts';
import { formatPast } from './time.ts';

export interface FollowOptions {
  tv: KnownTv;
  store: RemoteStore;
  lan: Lan;
  /** Of the page. */
  origin: string;
  /** Origins of hubs that may know where the TV is. */
  hubs: () => readonly string[];
}

/** How long the link may try by itself before the TV is looked for, and then from one look to the next; ms. */
const pauses = [800, 2000, 4000, 8000, 15_000];

/** From when on what is shown is called old, ms. */
const old = 60_000;

/**
 * While the link to a TV is down, looks for where it is now: under its own name, and where other TVs see it. Whoever
 * says there that he is the TV is only tried: the handshake shows whether he is. Returns what ends it.
 */
export function followTv(options: FollowOptions): () => void {
  const { store } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let run = 0;
  const end = effect(() => {
    const { status } = store.link.value;
    const isDown = status === 'connecting' || status === 'stale';
    showAge(store);
    if (isDown === (timer !== undefined)) return;
    clearTimeout(timer);
    timer = undefined;
    const own = ++run;
    const look = (looks: number) => {
      timer = setTimeout(
        async () => {
          const found = await findTv(options);
          if (own !== run) return;
          const isWaiting = store.link.peek().retryAt !== undefined;
          const { moved } = found ?? {};
          if (moved && (moved !== store.service || isWaiting)) store.moveTo(moved);
          store.replaced.value = found?.replaced;
          showAge(store);
          look(looks + 1);
        },
        pauses[Math.min(looks, pauses.length - 1)],
      );
    };
    if (isDown) look(0);
  });
  return () => {
    run++;
    clearTimeout(timer);
    end();
  };
}

function showAge(store: RemoteStore): void {
  const at = store.asOf.peek();
  const now = Date.now();
  store.age.value = at !== undefined && now - at >= old ? formatPast(at, now) : undefined;
}

export interface Found {
  /** URL of the WebSocket to try. */
  moved?: string;
  /** Who answers where the TV was last. */
  replaced?: Place;
}

/** Nothing: nobody was found at all. */
export async function findTv(options: FollowOptions): Promise<Found | undefined> {
  const { tv, store, lan, origin, hubs } = options;
  const last = originOfService(store.service);
  // Anybody can say that he is the TV: one that had a certificate is not looked for without.
  const isSafe = (candidate: string) =>
    !last.startsWith('https:') || candidate.startsWith('https:');
  const isIt = async (candidate: string) => {
    const place = isSafe(candidate) ? await lan.ask(candidate) : undefined;
    if (place?.domain !== tv.domain) throw new Error('It is not there.');
    return candidate;
  };
  const there = lan.ask(last);
  const named = [...new Set([portOf(last), portOf(origin)])].map(
    (port) => `${last.replace(/:.*/, '')}://${tv.domain}${port}`,
  );
  const seen = hubs().map(async (hub) => {
    const places = await lan.neighbours(hub);
    const at = places.find(({ domain }) => idOf(domain) === idOf(tv.domain));
    return isIt(at?.origin ?? '');
  });
  const found = Promise.any([...named.map(isIt), isIt(origin), ...seen]).catch(() => undefined);
  const place = await there;
  // It is where it was: now is the time to try.
  if (place?.domain === tv.domain) return { moved: store.service };
  const moved = await found;
  if (moved !== undefined) return { moved: serviceAt(moved) };
  return place && { replaced: place };
}

export const originOfService = (service: string) =>
  service.replace(/^ws/, 'http').replace(/^(https?:\/\/[^/?#]+).*$/, '$1');

const serviceAt = (origin: string) => `${origin.replace(/^http/, 'ws')}/xmpp-websocket`;

const portOf = (origin: string) => /:\d+$/.exec(origin)?.[0] ?? '';
