import type { HubDocument } from '@fjern/hub';
import type { LanInterface } from '@fjern/protocol';
import type { Browser } from '@fjern/remote/discovery';

export interface NeighbourOptions {
  /** The id of this TV, which is in no list of its neighbours. */
  own: string;
  interfaces: () => LanInterface[];
  onError(error: unknown): void;
}

/** The other TVs of the network, for pages, which cannot look for them. */
export interface Neighbours {
  /** `/neighbours.json`: those that are known so far. Being asked is what makes the box look. */
  document(): HubDocument;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Milliseconds without a question after which the box does not look any more: an idle one does nothing. */
const interest = 60_000;

export function watchNeighbours({ own, interfaces, onError }: NeighbourOptions): Neighbours {
  let browser: Promise<Browser> | undefined;
  let found: Browser | undefined;
  let end: NodeJS.Timeout | undefined;
  let closed = false;

  const stop = async () => {
    const ending = browser;
    browser = found = undefined;
    await (await ending?.catch(() => undefined))?.close();
  };
  const look = async () => {
    const { browse } = await import('@fjern/remote/discovery');
    const started = browse({ interfaces });
    started.on('error', onError);
    if (!closed) found = started;
    return started;
  };

  return {
    document: () => {
      clearTimeout(end);
      if (!closed) {
        end = setTimeout(() => void stop(), interest);
        end.unref();
        if (!browser) {
          browser = look();
          browser.catch(onError);
        }
      }
      const tvs = [...(found?.tvs.values() ?? [])]
        .filter(({ id }) => id !== own)
        .map(({ id, name, url }) => ({ id, name, url }));
      return { contentType: 'application/json', body: JSON.stringify(tvs) };
    },
    close: () => {
      closed = true;
      clearTimeout(end);
      return stop();
    },
  };
}
