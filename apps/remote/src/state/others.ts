import type { KnownTv } from '@fjern/remote';
import type { StoredTv } from '@fjern/remote/store';
import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals';
import type { OtherTvs, Screen } from './app.ts';
import { idOf, type Lan } from './lan.ts';
import { isOutdated } from './outdated.ts';
import type { Place } from './pairing.ts';
import { RemoteStore, type Snapshot } from './remote.ts';
import type { TvRemote } from './tv-remote.ts';
import { followTv, originOfService } from './whereabouts.ts';

/** TVs begin to look for others when they are asked: from one question to the next, ms. */
const looks = [0, 500, 1000, 2000];

/** More links would cost the TVs and the phone more than they help: nobody switches among so many. */
const mostWarm = 4;

export interface OthersOptions {
  /** What the page shows. */
  screen: ReadonlySignal<Screen>;
  /** All that this phone is paired with, last used first. */
  tvs: ReadonlySignal<readonly StoredTv[]>;
  connect(tv: KnownTv): TvRemote;
  lan: Lan;
  /** Origin of the page. */
  origin: string;
  /** Whether somebody can see the page. */
  visible: ReadonlySignal<boolean>;
}

/** TVs that this phone is not paired with, as TVs that it knows see them. */
export interface Around {
  status: 'looking' | 'done';
  tvs: readonly Place[];
}

/**
 * The TVs beside the one on the screen. While the page is seen, their links are kept, so that switching shows a TV as
 * it is at once; when it is not, they are let go of, and what was known stays with its age. Each TV, and the one on
 * the screen, is looked for where it may have moved to.
 */
export class Others implements OtherTvs {
  readonly around = signal<Around>({ status: 'looking', tvs: [] });
  /** What tells TVs of the same name apart, by domain. */
  readonly marks = computed(() =>
    distinctions([...this.options.tvs.value, ...this.around.value.tvs]),
  );
  private readonly options: OthersOptions;
  private readonly warm: Signal<ReadonlyMap<string, RemoteStore>> = signal(new Map());
  private readonly seen = new Map<string, Snapshot>();
  /** Own JIDs: each pairing has another. */
  private readonly accounts = new WeakMap<RemoteStore, string>();
  private readonly followed = new Map<RemoteStore, () => void>();
  private readonly endings: (() => void)[];
  private looked = 0;

  constructor(options: OthersOptions) {
    this.options = options;
    const { screen, tvs, visible } = options;
    const current = computed(() => (screen.value.name === 'remote' ? screen.value : undefined));
    this.endings = [
      effect(() => {
        const others = tvs.value.filter((tv) => tv.tv !== current.value?.tv.tv);
        const wanted = visible.value ? others.filter(isKnown).slice(0, mostWarm) : [];
        untracked(() => this.keepWarm(wanted));
      }),
      effect(() => {
        const shown = current.value;
        const all = new Map<RemoteStore, KnownTv>();
        if (shown) all.set(shown.remote, shown.tv);
        for (const [id, store] of this.warm.value) {
          const tv = tvs.value.filter(isKnown).find((known) => known.tv === id);
          if (tv) all.set(store, tv);
        }
        const seen = visible.value;
        untracked(() => this.follow(seen ? all : new Map()));
      }),
    ];
  }

  /** Of a TV that is not on the screen; nothing if it has none just now. */
  linkOf(tv: string): RemoteStore | undefined {
    return this.warm.value.get(tv);
  }

  /** When it was last seen, without a link; ms since the Unix epoch. */
  seenAt(tv: string): number | undefined {
    return this.seen.get(tv)?.at;
  }

  open(tv: KnownTv): RemoteStore {
    const store = this.take(tv.tv);
    if (store && this.isOf(store, tv)) return store;
    void store?.close();
    return this.begin(tv);
  }

  take(tv: string): RemoteStore | undefined {
    const store = this.warm.peek().get(tv);
    if (store) this.setWarm((warm) => warm.delete(tv));
    return store;
  }

  keep(tv: KnownTv, store: RemoteStore): boolean {
    const { tvs, visible } = this.options;
    const isPaired = tvs.peek().some((known) => known.tv === tv.tv);
    this.remember(tv.tv, store);
    if (store.closed || store.link.peek().status === 'lost' || !isPaired || !visible.peek())
      return false;
    void this.warm.peek().get(tv.tv)?.close();
    this.accounts.set(store, tv.jid);
    this.setWarm((warm) => warm.set(tv.tv, store));
    return true;
  }

  ask(origin: string): Promise<Place | undefined> {
    return this.options.lan.ask(origin);
  }

  stableUrl(url: string, domain: string): Promise<string | undefined> {
    return stableUrl(url, domain, this.options.lan);
  }

  /** Asks the TVs that are known which others they see. */
  async lookAround(): Promise<void> {
    const look = ++this.looked;
    const { lan, origin } = this.options;
    const found = new Map<string, Place>();
    const show = (status: Around['status']) => {
      this.around.value = { status, tvs: this.unpaired([...found.values()]) };
    };
    this.around.value = { status: 'looking', tvs: this.unpaired(this.around.peek().tvs) };
    for (const pause of looks) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (look !== this.looked) return;
      const lists = await Promise.all([
        lan.ask(origin).then((own) => (own ? [own] : [])),
        ...this.origins().map((hub) => lan.neighbours(hub)),
      ]);
      if (look !== this.looked) return;
      for (const place of lists.flat()) found.set(place.domain, place);
      show('looking');
    }
    show('done');
  }

  close(): void {
    this.looked++;
    for (const end of this.endings) end();
    this.follow(new Map());
    this.keepWarm([]);
  }

  /** Of the hubs that may know where others are. */
  private origins(): string[] {
    const { origin, tvs } = this.options;
    return [...new Set([origin, ...tvs.peek().map(({ service }) => originOfService(service))])];
  }

  private unpaired(places: readonly Place[]): Place[] {
    const known = new Set(this.options.tvs.peek().map(({ domain }) => domain));
    return places
      .filter(({ domain }) => !known.has(domain))
      .sort((a, b) => a.name.localeCompare(b.name) || (a.domain < b.domain ? -1 : 1));
  }

  private keepWarm(wanted: readonly KnownTv[]): void {
    const before = this.warm.peek();
    const isThere = (id: string, store: RemoteStore | undefined, tv: KnownTv) =>
      tv.tv === id && store !== undefined && this.isOf(store, tv);
    const missing = wanted.filter((tv) => !isThere(tv.tv, before.get(tv.tv), tv));
    const left = [...before].filter(([id, store]) => !wanted.some((tv) => isThere(id, store, tv)));
    if (missing.length + left.length === 0) return;
    this.setWarm((warm) => {
      for (const [id, store] of left) {
        this.remember(id, store);
        warm.delete(id);
        void store.close();
      }
      for (const tv of missing) warm.set(tv.tv, this.begin(tv));
    });
  }

  private setWarm(change: (warm: Map<string, RemoteStore>) => void): void {
    const warm = new Map(this.warm.peek());
    change(warm);
    this.warm.value = warm;
  }

  private begin(tv: KnownTv): RemoteStore {
    const store = new RemoteStore(this.options.connect(tv), this.seen.get(tv.tv));
    this.accounts.set(store, tv.jid);
    return store;
  }

  /** Not of a pairing that another one has replaced. */
  private isOf(store: RemoteStore, tv: KnownTv): boolean {
    return this.accounts.get(store) === tv.jid;
  }

  private remember(tv: string, store: RemoteStore): void {
    const snapshot = store.snapshot();
    if (snapshot) this.seen.set(tv, snapshot);
  }

  private follow(all: ReadonlyMap<RemoteStore, KnownTv>): void {
    for (const [store, stop] of this.followed)
      if (!all.has(store)) {
        stop();
        this.followed.delete(store);
      }
    const { lan, origin } = this.options;
    for (const [store, tv] of all)
      if (!this.followed.has(store))
        this.followed.set(store, followTv({ tv, store, lan, origin, hubs: () => this.origins() }));
  }
}

/**
 * The same page under the TV's name in multicast DNS, which DHCP does not change: what is stored there is found again
 * when the TV has another address. Nothing if the page has a name already, or nobody answers to that name.
 */
export async function stableUrl(
  url: string,
  domain: string,
  lan: Lan,
): Promise<string | undefined> {
  const { protocol, hostname, port, pathname, search, hash } = new URL(url);
  const isAddress = /^(\d+\.){3}\d+$|^\[/.test(hostname);
  // The machine itself is always there.
  if (!isAddress || hostname === '127.0.0.1' || hostname === '[::1]') return undefined;
  const origin = `${protocol}//${domain}${port && `:${port}`}`;
  const answer = await lan.ask(origin, nameTime);
  return answer?.domain === domain ? `${origin}${pathname}${search}${hash}` : undefined;
}

/** Nobody waits longer for a name, ms. */
const nameTime = 500;

function isKnown(tv: StoredTv): tv is KnownTv {
  return !isOutdated(tv);
}

/** What tells TVs of the same name apart: as much of their ids as that takes, at least four characters. */
export function distinctions(
  tvs: readonly { name: string; domain: string }[],
): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  const called = (name: string) => name.trim().toLocaleLowerCase();
  for (const { name, domain } of tvs) {
    const rivals = tvs.filter((tv) => tv.domain !== domain && called(tv.name) === called(name));
    if (rivals.length === 0) continue;
    const id = idOf(domain);
    let length = 4;
    const isTaken = () =>
      rivals.some((rival) => idOf(rival.domain).startsWith(id.slice(0, length)));
    while (length < id.length && isTaken()) length++;
    marks.set(domain, id.slice(0, length));
  }
  return marks;
}
