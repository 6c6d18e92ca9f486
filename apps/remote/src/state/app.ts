import { decodeOfferUrl } from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import type { StoredTv, TvStore } from '@fjern/remote/store';
import { batch, computed, effect, signal } from '@preact/signals';
import type { OthersView } from './others-view.ts';
import { isOutdated } from './outdated.ts';
import {
  type Box,
  failureOf,
  mayWorkAgain,
  type PairFailure,
  type PairingOptions,
  type PairingSdk,
  type PinState,
  type Place,
  StorageError,
  saidBesideDigits,
} from './pairing.ts';
import { RemoteStore } from './remote.ts';
import type { TvRemote } from './tv-remote.ts';

export type Screen =
  | { name: 'opening' }
  /** The ways to pair. `tv`: with this one, again; `place`: with the one there. */
  | { name: 'connect'; tv?: StoredTv; place?: Place }
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
  /** The same, and one does not come back to this one. */
  replace(url: string): void;
  /** The TV of the hub that the page is from; nothing if it is from elsewhere. Rejects when that cannot be asked. */
  box(): Promise<Box | undefined>;
  /** What this phone is to be called; remembered for the next pairing. */
  name: string;
}

/** The TVs beside the one on the screen: see others.ts, which is fetched when it is first needed. */
export interface OtherTvs extends OthersView {
  /** As it is kept, or begun anew. */
  open(tv: KnownTv): RemoteStore;
  /** Out of those that are kept. @param tv bare JID */
  take(tv: string): RemoteStore | undefined;
  /** Whether it is kept for the next `open`; otherwise it is to be closed. */
  keep(tv: KnownTv, remote: RemoteStore): boolean;
  /** Which TV answers at an origin, and lets this page connect. */
  ask(origin: string): Promise<Place | undefined>;
  /** This page at an address that stays; nothing where there is none. */
  stableUrl(url: string, domain: string): Promise<string | undefined>;
  close(): void;
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

  /** The TV whose digits are taken. */
  readonly target = computed<Place | undefined>(() => {
    const screen = this.screen.value;
    const box = this.box.value;
    if (screen.name === 'connect' && screen.place) return screen.place;
    const tv = screen.name === 'connect' ? screen.tv : undefined;
    if (typeof box === 'object' && (!tv || tv.domain === box.domain))
      return { ...box, origin: originOf(this.page.url()) ?? '' };
    return tv && { domain: tv.domain, name: tv.name, origin: originOfTv(tv) };
  });
  /** Once they have been fetched. */
  readonly others = signal<OtherTvs | undefined>(undefined);

  private readonly sdk: Sdk;
  private readonly page: Page;
  private readonly store: TvStore;
  private readonly now: () => number;
  private readonly loadOthers: (app: App) => Promise<OtherTvs>;
  private loading: Promise<OtherTvs | undefined> | undefined;
  private readonly unwatch: (() => void) | undefined;
  private pairing: AbortController | undefined;
  private stopKeeping: () => void = () => {};
  /** Domain of the TV that takes no digits for a while. */
  private lockedBy: string | undefined;
  private lockTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: {
    sdk: Sdk;
    page: Page;
    store: TvStore;
    others: (app: App) => Promise<OtherTvs>;
    now?: () => number;
  }) {
    this.sdk = parts.sdk;
    this.page = parts.page;
    this.store = parts.store;
    this.loadOthers = parts.others;
    this.now = parts.now ?? (() => Date.now());
    this.ownName.value = parts.page.name;
    this.unwatch = this.store.on?.('change', () => void this.readTvs());
  }

  /** At the start, and whenever the address changes: a code in it is used, otherwise the last TV. */
  async open(): Promise<void> {
    const url = this.page.url();
    if (isCode(url)) {
      // It is a secret: nobody is to read it off the address bar or find it in the history.
      this.page.clearFragment();
      const { name = '', tv = '' } = readOffer(url) ?? {};
      this.show({ name: 'pairing', tv: name, step: 'working' });
      await this.readTvs();
      if (!(await this.settle(url, tv.replace(/.*@/, '')))) await this.pairByUrl(url);
      return;
    }
    await this.readTvs();
    if (this.screen.peek().name !== 'opening') return;
    const [last] = this.tvs.peek();
    if (!last || isOutdated(last)) this.connect(last);
    else this.control(last);
  }

  /** The address that a TV shows, with its code or without. A TV that lets no other page in has to be opened there. */
  async enter(text: string): Promise<void> {
    const trimmed = text.trim();
    const url =
      /^[\w.[\]:-]+(:\d+)?\/?$/.test(trimmed) && /[.:]/.test(trimmed)
        ? `http://${trimmed}`
        : trimmed;
    const origin = originOf(url);
    const isOffer = isCode(url);
    if (!origin || (isOffer && origin === originOf(this.page.url()))) return this.pairByUrl(url);
    this.show({ name: 'pairing', tv: '', step: 'working' });
    const place = await (await this.fetchOthers())?.ask(origin);
    if (!isOffer && place) this.connect(undefined, place);
    else if (!isOffer) this.showProblem({ problem: 'unreachable' }, '', () => void this.enter(url));
    else if (place) await this.pairByUrl(url);
    else this.page.go(url);
  }

  /** The six digits that the TV shows. */
  async enterPin(pin: string): Promise<void> {
    const target = this.target.peek();
    const { status } = this.pin.peek();
    const screen = this.screen.peek();
    if (!target || status === 'trying' || this.isLocked()) return;
    this.pin.value = { status: 'trying' };
    const { name, origin, domain } = target;
    await this.attempt(
      name,
      (options) => this.sdk.pairWithPin({ origin, domain }, pin, options),
      (failure) => {
        this.lockedBy = domain;
        this.pinFailed(failure, name, screen);
      },
    );
  }

  rename(name: string): void {
    this.ownName.value = name.trim().slice(0, 64) || this.page.name;
    this.page.name = this.ownName.peek();
  }

  /**
   * Shows the ways to pair.
   * @param tv the one that no longer knows this phone, or was paired long ago
   * @param place of one that was found
   */
  connect(tv?: StoredTv, place?: Place): void {
    this.pairing?.abort();
    this.show({ name: 'connect', ...(tv ? { tv } : {}), ...(place ? { place } : {}) });
    // Another TV has its own count of wrong digits.
    if (!this.isLocked() || this.target.peek()?.domain !== this.lockedBy)
      this.pin.value = { status: 'ready' };
    void this.askBox();
  }

  /** Asks the page's own hub which TV is behind it. */
  async askBox(): Promise<void> {
    if (typeof this.box.peek() === 'object') return;
    this.box.value = 'asking';
    try {
      const box = await this.page.box();
      this.box.value = box ?? 'none';
      // Whoever has begun to type is not taken away.
      const isIdle = () =>
        this.screen.peek().name === 'connect' && this.pin.peek().status === 'ready';
      if (box) await this.settle(this.page.url(), box.domain, isIdle);
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

  /** Leaves what is about another TV, for the one that was used last. */
  goBack(): void {
    this.pairing?.abort();
    this.goOn();
  }

  /** Connects anew to the TV on the screen, after the link was lost for good. */
  reconnect(): void {
    const screen = this.screen.peek();
    if (screen.name === 'remote') this.control(screen.tv);
  }

  async forget(tv: StoredTv): Promise<void> {
    const screen = this.screen.peek();
    const inUse = screen.name === 'remote' && screen.tv.tv === tv.tv ? screen.remote : undefined;
    const kept = this.others.peek()?.take(tv.tv);
    this.tvs.value = this.tvs.peek().filter((other) => other.tv !== tv.tv);
    void kept?.unpair();
    if (inUse) {
      // What is still to be kept of it must not bring it back.
      this.stopKeeping();
      void inUse.unpair();
    }
    if (inUse || (screen.name === 'connect' && screen.tv?.tv === tv.tv)) this.goOn();
    await this.store.forget(tv.tv).catch((error: unknown) => this.storeFailed(error));
  }

  /** Fetches what handles the other TVs; nothing where it cannot be had now. */
  fetchOthers(): Promise<OtherTvs | undefined> {
    this.loading ??= this.loadOthers(this).then(
      (others) => {
        this.others.value = others;
        return others;
      },
      () => {
        this.loading = undefined;
        return undefined;
      },
    );
    return this.loading;
  }

  close(): void {
    this.others.peek()?.close();
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

  /** Before this phone is paired at an address that DHCP may change: leaves for one that stays. */
  private async settle(url: string, domain: string, mayLeave = () => true): Promise<boolean> {
    if (this.tvs.peek().length > 0 || domain === '') return false;
    const stable = await (await this.fetchOthers())?.stableUrl(url, domain);
    if (stable === undefined || !mayLeave()) return false;
    this.page.replace(stable);
    return true;
  }

  private async pairByUrl(url: string): Promise<void> {
    const offer = readOffer(url);
    const name = offer?.name ?? '';
    this.show({ name: 'pairing', tv: name, step: 'working' });
    await this.attempt(
      name,
      (options) => this.sdk.pair(url, options),
      (failure) => {
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

  private pinFailed(failure: PairFailure, tv: string, from: Screen): void {
    if (!saidBesideDigits.includes(failure.problem)) {
      this.pin.value = { status: 'ready' };
      this.showProblem(failure, tv, () => {
        this.connect();
        this.show(from);
      });
      return;
    }
    this.pin.value = { status: 'failed', ...failure };
    if (failure.until !== undefined) this.unlockAt(failure.until);
    if (this.screen.peek().name !== 'connect') this.show(from);
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
    const remote = this.others.peek()?.open(tv) ?? new RemoteStore(this.sdk.connect(tv));
    this.show({ name: 'remote', tv, remote });
    let kept = tv;
    this.stopKeeping = effect(() => {
      const generation = remote.generation.value;
      // Not before somebody has read that the TV was set back: a reload would not say it again.
      if (remote.link.value.status !== 'live' || remote.rolledBack.value) return;
      const { service } = remote;
      const name = remote.name.value;
      const isNews =
        generation !== kept.generation ||
        kept.provisional ||
        service !== kept.service ||
        name !== kept.name;
      if (generation === undefined || !isNews) return;
      const { provisional: _, ...complete } = kept;
      kept = { ...complete, name, generation, service };
      // At worst the next visit does not notice a TV that was set back to before this one.
      this.store.save(kept).catch(() => {});
    });
  }

  private show(screen: Screen): void {
    const before = this.screen.peek();
    const left = before.name === 'remote' ? before.remote : undefined;
    if (left) this.stopKeeping();
    const isSame =
      before.name === 'remote' && screen.name === 'remote' && before.tv.tv === screen.tv.tv;
    batch(() => {
      const isKept =
        before.name === 'remote' && !isSame && this.others.peek()?.keep(before.tv, before.remote);
      this.screen.value = screen;
      if (!isKept) void left?.close();
    });
  }
}

const isCode = (url: string) => /#.*\bs=/.test(url);

const originOfTv = ({ service }: StoredTv) => originOf(service.replace(/^ws/, 'http')) ?? '';

const originOf = (url: string) => /^https?:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase();

function readOffer(url: string): { name: string; tv: string } | undefined {
  try {
    return decodeOfferUrl(url);
  } catch {
    return undefined;
  }
}
