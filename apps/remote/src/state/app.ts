import { decodeOfferUrl } from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import type { OutdatedTv, StoredTv, TvStore } from '@fjern/remote/store';
import { batch, effect, signal } from '@preact/signals';
import {
  type Box,
  failureOf,
  mayWorkAgain,
  type PairFailure,
  type PairingOptions,
  type PairingSdk,
  type PinState,
  StorageError,
  saidBesideDigits,
} from './pairing.ts';
import { RemoteStore } from './remote.ts';
import type { TvRemote } from './tv-remote.ts';

export type Screen =
  | { name: 'opening' }
  /** The ways to pair. `tv`: with this one, again. */
  | { name: 'connect'; tv?: StoredTv }
  /** `approval`: the TV's viewer is asked whether to let this phone in. */
  | { name: 'pairing'; tv: string; step: 'working' | 'approval' }
  /** `again`: another try may work. */
  | ({ name: 'problem'; tv: string; again?: () => void } & PairFailure)
  | { name: 'remote'; tv: KnownTv; remote: RemoteStore };

export interface Sdk extends PairingSdk {
  connect(tv: KnownTv): TvRemote;
}

/** What the app needs of the page that it runs in. */
export interface Page {
  /** With the fragment. */
  url(): string;
  /** Shows the page's address without its fragment, and forgets it in the history. */
  clearFragment(): void;
  /** Leaves for another page. */
  go(url: string): void;
  /** The TV of the hub that the page is from; nothing if it is from elsewhere. Rejects when that cannot be asked. */
  box(): Promise<Box | undefined>;
  /** What this phone is to be called; remembered for the next pairing. */
  name: string;
}

export function isOutdated(tv: StoredTv): tv is OutdatedTv {
  return 'outdated' in tv;
}

/** Which TV the page is about, and how it got there. */
export class App {
  readonly screen = signal<Screen>({ name: 'opening' });
  readonly tvs = signal<readonly StoredTv[]>([]);
  readonly box = signal<Box | 'asking' | 'none' | 'away'>('asking');
  readonly pin = signal<PinState>({ status: 'ready' });
  /** What this phone is called on a TV that it is paired with next. */
  readonly ownName = signal('');
  /** The browser forgets the TVs with the page. */
  readonly volatile = signal(false);
  /** Why the known TVs could not be read. */
  readonly storeTrouble = signal<string | undefined>(undefined);

  private readonly sdk: Sdk;
  private readonly page: Page;
  private readonly store: TvStore;
  private readonly now: () => number;
  private readonly unwatch: (() => void) | undefined;
  private pairing: AbortController | undefined;
  private stopKeeping: () => void = () => {};
  private lockTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: { sdk: Sdk; page: Page; store: TvStore; now?: () => number }) {
    this.sdk = parts.sdk;
    this.page = parts.page;
    this.store = parts.store;
    this.now = parts.now ?? (() => Date.now());
    this.ownName.value = parts.page.name;
    this.unwatch = this.store.on?.('change', () => void this.readTvs());
  }

  /** At the start, and whenever the address changes: a code in it is used, otherwise the last TV. */
  async open(): Promise<void> {
    const url = this.page.url();
    if (/#.*\bs=/.test(url)) {
      // It is a secret: nobody is to read it off the address bar or find it in the history.
      this.page.clearFragment();
      const reading = this.readTvs();
      await this.pairByUrl(url, reading);
      return;
    }
    await this.readTvs();
    if (this.screen.peek().name !== 'opening') return;
    const [last] = this.tvs.peek();
    if (!last || isOutdated(last)) this.connect(last);
    else this.control(last);
  }

  /** The address that a TV shows, pasted by hand. A page of another TV's hub has to be opened there. */
  async enter(text: string): Promise<void> {
    const url = text.trim();
    if (originOf(url) && originOf(url) !== originOf(this.page.url())) this.page.go(url);
    else await this.pairByUrl(url);
  }

  /** The six digits that the TV shows. */
  async enterPin(pin: string): Promise<void> {
    const box = this.box.peek();
    const { status } = this.pin.peek();
    if (typeof box === 'string' || status === 'trying' || this.isLocked()) return;
    this.pin.value = { status: 'trying' };
    const target = { origin: originOf(this.page.url()) ?? '', domain: box.domain };
    await this.attempt(
      box.name,
      (options) => this.sdk.pairWithPin(target, pin, options),
      (failure) => this.pinFailed(failure, box.name),
    );
  }

  rename(name: string): void {
    this.ownName.value = name.trim().slice(0, 64) || this.page.name;
    this.page.name = this.ownName.peek();
  }

  /** Shows the ways to pair. @param tv the one that no longer knows this phone, or was paired long ago */
  connect(tv?: StoredTv): void {
    this.pairing?.abort();
    if (!this.isLocked()) this.pin.value = { status: 'ready' };
    this.show({ name: 'connect', ...(tv ? { tv } : {}) });
    void this.askBox();
  }

  /** Asks the page's own hub which TV is behind it. */
  async askBox(): Promise<void> {
    if (typeof this.box.peek() === 'object') return;
    this.box.value = 'asking';
    try {
      this.box.value = (await this.page.box()) ?? 'none';
    } catch {
      this.box.value = 'away';
    }
  }

  use(tv: StoredTv): void {
    const screen = this.screen.peek();
    if (isOutdated(tv)) {
      this.connect(tv);
      return;
    }
    if (screen.name === 'remote' && screen.tv.tv === tv.tv) return;
    // The order of the list is all that is lost when this fails.
    this.store.save(tv).catch(() => {});
    this.control(tv);
  }

  /** Connects anew to the TV on the screen, after the link was lost for good. */
  reconnect(): void {
    const screen = this.screen.peek();
    if (screen.name === 'remote') this.control(screen.tv);
  }

  async forget(tv: StoredTv): Promise<void> {
    const screen = this.screen.peek();
    const inUse = screen.name === 'remote' && screen.tv.tv === tv.tv ? screen.remote : undefined;
    this.tvs.value = this.tvs.peek().filter((other) => other.tv !== tv.tv);
    if (inUse) {
      // What is still to be kept of it must not bring it back.
      this.stopKeeping();
      void inUse.unpair();
    }
    if (inUse || (screen.name === 'connect' && screen.tv?.tv === tv.tv)) this.goOn();
    await this.store.forget(tv.tv).catch((error: unknown) => this.storeFailed(error));
  }

  close(): void {
    this.unwatch?.();
    this.pairing?.abort();
    this.stopKeeping();
    clearTimeout(this.lockTimer);
    const screen = this.screen.peek();
    if (screen.name === 'remote') void screen.remote.close();
  }

  private goOn(): void {
    const next = this.tvs.peek().find((tv) => !isOutdated(tv));
    if (next && !isOutdated(next)) this.control(next);
    else this.connect(this.tvs.peek()[0]);
  }

  private async pairByUrl(url: string, reading?: Promise<void>): Promise<void> {
    const offer = readOffer(url);
    const name = offer?.name ?? '';
    this.show({ name: 'pairing', tv: name, step: 'working' });
    await this.attempt(
      name,
      (options) => this.sdk.pair(url, options),
      async (failure) => {
        await reading;
        const paired =
          failure.problem === 'code-used' && this.tvs.peek().find((tv) => tv.tv === offer?.tv);
        // The code was used by this very phone: somebody opened the link again.
        if (paired && !isOutdated(paired)) return this.control(paired);
        const retry = mayWorkAgain.includes(failure.problem);
        this.showProblem(failure, name, retry ? () => void this.pairByUrl(url) : undefined);
      },
    );
  }

  private async attempt(
    tv: string,
    run: (options: PairingOptions) => Promise<KnownTv>,
    failed: (failure: PairFailure) => void | Promise<void>,
  ): Promise<void> {
    this.pairing?.abort();
    const pairing = new AbortController();
    this.pairing = pairing;
    const { signal } = pairing;
    try {
      const known = await run({
        name: this.ownName.peek(),
        save: (paired) => this.save(paired),
        signal,
        onprogress: ({ step }) => {
          if (signal.aborted) return;
          if (step === 'approval') this.show({ name: 'pairing', tv, step });
          else if (this.screen.peek().name === 'pairing')
            this.show({ name: 'pairing', tv, step: 'working' });
        },
      });
      if (signal.aborted) return;
      this.pin.value = { status: 'ready' };
      this.control(known);
    } catch (error) {
      if (!signal.aborted) await failed(failureOf(error, this.now()));
    }
  }

  private pinFailed(failure: PairFailure, tv: string): void {
    if (!saidBesideDigits.includes(failure.problem)) {
      this.pin.value = { status: 'ready' };
      this.showProblem(failure, tv, () => this.connect());
      return;
    }
    this.pin.value = { status: 'failed', ...failure };
    if (failure.until !== undefined) this.unlockAt(failure.until);
    if (this.screen.peek().name !== 'connect') this.show({ name: 'connect' });
  }

  private isLocked(): boolean {
    const pin = this.pin.peek();
    return pin.status === 'failed' && pin.until !== undefined;
  }

  private unlockAt(until: number): void {
    clearTimeout(this.lockTimer);
    this.lockTimer = setTimeout(() => {
      if (this.isLocked()) this.pin.value = { status: 'ready' };
    }, until - this.now());
  }

  private showProblem(failure: PairFailure, tv: string, again?: () => void): void {
    this.show({ name: 'problem', ...failure, tv, ...(again ? { again } : {}) });
  }

  private async save(tv: KnownTv): Promise<void> {
    try {
      await this.store.save(tv);
    } catch (cause) {
      throw new StorageError(cause instanceof Error ? cause.message : '', { cause });
    }
  }

  private async readTvs(): Promise<void> {
    try {
      const tvs = await this.store.all();
      batch(() => {
        this.tvs.value = tvs;
        this.volatile.value = this.store.volatile === true;
        this.storeTrouble.value = undefined;
      });
    } catch (error) {
      this.storeFailed(error);
    }
  }

  private storeFailed(error: unknown): void {
    this.storeTrouble.value = error instanceof Error ? error.message : '';
  }

  private control(tv: KnownTv): void {
    const remote = new RemoteStore(this.sdk.connect(tv));
    this.show({ name: 'remote', tv, remote });
    let kept = tv;
    this.stopKeeping = effect(() => {
      const generation = remote.generation.value;
      // Not before somebody has read that the TV was set back: a reload would not say it again.
      if (remote.link.value.status !== 'live' || remote.rolledBack.value) return;
      if (generation === undefined || (generation === kept.generation && !kept.provisional)) return;
      const { provisional: _, ...complete } = kept;
      kept = { ...complete, generation };
      // At worst the next visit does not notice a TV that was set back to before this one.
      this.store.save(kept).catch(() => {});
    });
  }

  private show(screen: Screen): void {
    const before = this.screen.peek();
    const left = before.name === 'remote' ? before.remote : undefined;
    if (left) this.stopKeeping();
    this.screen.value = screen;
    void left?.close();
  }
}

const originOf = (url: string) => /^https?:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase();

function readOffer(url: string): { name: string; tv: string } | undefined {
  try {
    return decodeOfferUrl(url);
  } catch {
    return undefined;
  }
}
