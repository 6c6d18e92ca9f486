import type { KnownTv } from '@fjern/remote';
import type { Browser, FoundTv } from '@fjern/remote/discovery';

/** How long a TV has to say where it is, ms. TVs answer within 120 ms, or within a second; then they are verified. */
const patience = 2500;

/** The TVs of this network: looked for when one is asked for, and once, however many are. */
export class Neighbourhood {
  private opening: Promise<Browser | undefined> | undefined;
  private openedAt = 0;
  private isClosed = false;

  /** Where a TV says that it is. Waits for it a little. Never rejects. */
  async find(fits: (tv: FoundTv) => boolean): Promise<FoundTv | undefined> {
    this.opening ??= this.open();
    const browser = await this.opening;
    const there = () => [...(browser?.tvs.values() ?? [])].find(fits);
    const left = this.openedAt + patience - performance.now();
    if (!browser || this.isClosed || there() || left <= 0) return there();
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        for (const stop of stops) stop();
        resolve(there());
      };
      const look = () => {
        if (there()) settle();
      };
      const stops = [browser.on('add', look), browser.on('update', look)];
      const timer = setTimeout(settle, left);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await (await this.opening)?.close();
  }

  private async open(): Promise<Browser | undefined> {
    try {
      const { browse } = await import('@fjern/remote/discovery');
      this.openedAt = performance.now();
      return this.isClosed ? undefined : browse();
    } catch {
      // There is no network to ask on.
      return undefined;
    }
  }
}

/** Where a paired TV is: where it was last, or, when it is not there, where it says on this network that it is. */
export class Whereabouts {
  private readonly known: KnownTv;
  private readonly neighbourhood: Neighbourhood;
  private readonly onlook: () => void;
  private attempts = 0;
  /** URL of the latest attempt. */
  current: string;

  /** @param onlook it is not where it was, and looked for */
  constructor(known: KnownTv, neighbourhood: Neighbourhood, onlook: () => void = () => {}) {
    this.known = known;
    this.neighbourhood = neighbourhood;
    this.onlook = onlook;
    this.current = known.service;
  }

  /** What to connect to next. Never rejects. */
  async next(): Promise<string> {
    this.attempts++;
    if (this.attempts === 2) this.onlook();
    this.current =
      this.attempts === 1 ? this.known.service : ((await this.announced()) ?? this.known.service);
    return this.current;
  }

  private async announced(): Promise<string | undefined> {
    const { fingerprint, service } = this.known;
    // Anybody can say that he is the TV: one that had a certificate is not looked for without.
    const secure = service.startsWith('wss:');
    const urlOf = (tv: FoundTv) => urlsOf(tv).find((url) => !secure || url.startsWith('wss:'));
    const tv = await this.neighbourhood.find(
      (one) => one.fingerprint === fingerprint && urlOf(one) !== undefined,
    );
    return tv && urlOf(tv);
  }
}

/** The best first: where it answered, then where it says that it is. */
export function urlsOf({ url, urls }: FoundTv): string[] {
  return url === undefined ? urls : [url, ...urls.filter((other) => other !== url)];
}
