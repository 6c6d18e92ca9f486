import { type BrowseOptions, browse, type DiscoveryError } from './browser.ts';
import { changes, type DiscoveryEvent, type FoundTv } from './sightings.ts';

/**
 * The TVs of every LAN that this machine is in, as they come, change and go. Ends when the signal aborts or the
 * loop is left. A slow consumer misses what is out of date: at most one event for each TV waits.
 * @throws DiscoveryError `network` if no LAN can be listened to
 */
export async function* discover(
  options: BrowseOptions & { signal?: AbortSignal } = {},
): AsyncGenerator<DiscoveryEvent, void, undefined> {
  const { signal, ...browseOptions } = options;
  if (signal?.aborted) return;
  const browser = browse(browseOptions);
  let failure: DiscoveryError | undefined;
  let wake = () => {};
  const news = () => wake();
  const stops = (['add', 'update', 'remove'] as const).map((event) => browser.on(event, news));
  stops.push(
    browser.on('error', (error) => {
      if (browser.listening) return;
      failure = error;
      news();
    }),
  );
  signal?.addEventListener('abort', news);
  let told: ReadonlyMap<string, FoundTv> = new Map();
  try {
    while (!signal?.aborted) {
      if (failure) throw failure;
      const [event] = changes(told, browser.tvs);
      if (event) {
        told = apply(told, event);
        yield event;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener('abort', news);
    for (const stop of stops) stop();
    await browser.close();
  }
}

function apply(
  told: ReadonlyMap<string, FoundTv>,
  { type, tv }: DiscoveryEvent,
): ReadonlyMap<string, FoundTv> {
  const next = new Map(told);
  if (type === 'remove') next.delete(tv.id);
  else next.set(tv.id, tv);
  return next;
}
