import { decodeOfferUrl } from '@fjern/protocol';
import type { PairErrorCode } from '@fjern/remote';
import { batch, signal } from '@preact/signals';
import type { KnownTvs, RememberedTv } from './known-tvs.ts';
import { RemoteStore } from './remote.ts';
import type { TvRemote } from './tv-remote.ts';

export type PairProblem =
  | Exclude<PairErrorCode, 'aborted' | 'protocol'>
  /** The browser does not keep the credential. */
  | 'storage'
  | 'failed';

export type Screen<T> =
  | { name: 'opening' }
  /** No TV is known. */
  | { name: 'welcome' }
  | { name: 'pairing'; tv: string }
  /** `again`: the same code may work at another try. */
  | { name: 'problem'; problem: PairProblem; tv: string; again?: () => void }
  | { name: 'remote'; tv: T; remote: RemoteStore };

/** What the app needs of the SDK. */
export interface Sdk<T> {
  /**
   * Resolves when the TV and this phone both know of the pairing.
   * @throws PairError, or what `save` threw
   */
  pair(url: string, options: { save: (tv: T) => void; signal: AbortSignal }): Promise<T>;
  connect(tv: T): TvRemote;
}

/** What the app needs of the page that it runs in. */
export interface Page {
  /** With the fragment. */
  url(): string;
  /** Shows the page's address without its fragment, and forgets it in the history. */
  clearFragment(): void;
  /** Leaves for another page. */
  go(url: string): void;
}

const again: readonly PairProblem[] = ['unreachable', 'timeout', 'locked', 'storage', 'failed'];

/** Which TV the page is about, and how it got there. */
export class App<T extends RememberedTv> {
  readonly screen = signal<Screen<T>>({ name: 'opening' });
  readonly tvs = signal<T[]>([]);

  private readonly sdk: Sdk<T>;
  private readonly page: Page;
  private readonly known: KnownTvs<T>;
  private pairing: AbortController | undefined;

  constructor(parts: { sdk: Sdk<T>; page: Page; known: KnownTvs<T> }) {
    this.sdk = parts.sdk;
    this.page = parts.page;
    this.known = parts.known;
  }

  /** At the start, and whenever the address changes: a code in it is used, otherwise the last TV. */
  async open(): Promise<void> {
    this.tvs.value = this.known.list();
    const url = this.page.url();
    if (/#.*\bs=/.test(url)) return this.pair(url);
    const [last] = this.tvs.value;
    if (!last) this.show({ name: 'welcome' });
    else if (this.screen.peek().name !== 'remote') this.control(last);
  }

  /** The address that a TV shows, pasted by hand. A page of another TV's hub has to be opened there. */
  async enter(text: string): Promise<void> {
    const origin = (url: string) => /^https?:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase();
    const url = text.trim();
    if (origin(url) && origin(url) !== origin(this.page.url())) this.page.go(url);
    else await this.pair(url);
  }

  use(tv: T): void {
    const screen = this.screen.peek();
    if (screen.name === 'remote' && screen.tv.tv === tv.tv) return;
    this.remember(tv);
    this.control(tv);
  }

  /** Connects anew to the TV on the screen, after the link was lost for good. */
  reconnect(): void {
    const screen = this.screen.peek();
    if (screen.name === 'remote') this.control(screen.tv);
  }

  forget(tv: T): void {
    try {
      this.tvs.value = this.known.forget(tv);
    } catch {
      this.tvs.value = this.tvs.value.filter((other) => other.tv !== tv.tv);
    }
    const screen = this.screen.peek();
    if (screen.name !== 'remote' || screen.tv.tv !== tv.tv) return;
    void screen.remote.unpair();
    const [next] = this.tvs.value;
    if (next) this.control(next);
    else this.show({ name: 'welcome' });
  }

  private async pair(url: string): Promise<void> {
    this.pairing?.abort();
    const pairing = new AbortController();
    this.pairing = pairing;
    const name = offeredName(url);
    this.show({ name: 'pairing', tv: name });
    try {
      const tv = await this.sdk.pair(url, {
        save: (paired) => this.save(paired),
        signal: pairing.signal,
      });
      if (pairing.signal.aborted) return;
      this.page.clearFragment();
      this.control(tv);
    } catch (error) {
      if (!pairing.signal.aborted) this.pairingFailed(error, url, name);
    }
  }

  private pairingFailed(error: unknown, url: string, name: string): void {
    const problem = problemOf(error);
    const retry = again.includes(problem);
    // A code that can never work is of no use in the address bar; one that may is needed for a reload.
    if (!retry) this.page.clearFragment();
    const paired =
      problem === 'code-used' && this.tvs.peek().find((tv) => tv.tv === offeredTv(url));
    // The code was used by this very phone: somebody opened the link again.
    if (paired) this.control(paired);
    else
      this.show({
        name: 'problem',
        problem,
        tv: name,
        ...(retry ? { again: () => void this.pair(url) } : {}),
      });
  }

  private save(tv: T): void {
    try {
      this.tvs.value = this.known.use(tv);
    } catch (cause) {
      throw new StorageError('The browser does not keep the pairing.', { cause });
    }
  }

  private remember(tv: T): void {
    try {
      this.tvs.value = this.known.use(tv);
    } catch {
      // The order of the list is all that is lost.
    }
  }

  private control(tv: T): void {
    this.show({ name: 'remote', tv, remote: new RemoteStore(this.sdk.connect(tv)) });
  }

  private show(screen: Screen<T>): void {
    const before = this.screen.peek();
    batch(() => {
      this.screen.value = screen;
    });
    if (before.name === 'remote') void before.remote.close();
  }
}

class StorageError extends Error {
  override name = 'StorageError';
}

function offeredName(url: string): string {
  try {
    return decodeOfferUrl(url).name;
  } catch {
    return '';
  }
}

function offeredTv(url: string): string | undefined {
  try {
    return decodeOfferUrl(url).tv;
  } catch {
    return undefined;
  }
}

function problemOf(error: unknown): PairProblem {
  if (error instanceof StorageError) return 'storage';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return problems.find((known) => known === code) ?? 'failed';
}

const problems: readonly PairProblem[] = [
  'code-expired',
  'code-used',
  'code-wrong',
  'locked',
  'newer-tv',
  'not-an-offer',
  'pairing-closed',
  'refused',
  'timeout',
  'unreachable',
];
