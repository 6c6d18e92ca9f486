import type { MediaState, Offer } from '@fjern/protocol';
import type { KnownTv, PinTarget } from '@fjern/remote';
import { memoryStore, type StoredTv, type TvStore } from '@fjern/remote/store';
import { type Signal, signal } from '@preact/signals';
import { App, type Page, type Sdk } from './app.ts';
import type { Lan } from './lan.ts';
import { Others } from './others.ts';
import type { Box, PairingOptions, Place } from './pairing.ts';
import type { TvRemote } from './tv-remote.ts';

// The app with everything around it in memory.

export const offer: Offer = {
  origin: 'http://192.168.1.20:7120',
  tv: 'tv@a.local',
  fingerprint: 'f'.repeat(43),
  secret: 's'.repeat(22),
  id: 'offer1',
  expires: 0,
  name: 'Living room',
};

export function known(id: string, name: string, more: Partial<KnownTv> = {}): KnownTv {
  const key = 'k'.repeat(43);
  return {
    tv: `tv@${id}.local`,
    name,
    fingerprint: key,
    service: 'ws://192.168.1.20:7120/xmpp-websocket',
    domain: `${id}.local`,
    jid: `me@${id}.local`,
    token: 't',
    pairing: `${id}.local`,
    tvKey: key,
    key: { public: key, private: key },
    ...more,
  };
}

export const living = known('a', 'Living room');
export const bedroom = known('b', 'Bedroom');
const { pairing: _, tvKey: _tvKey, key: _key, ...old } = known('c', 'Attic');
export const attic: StoredTv = { ...old, outdated: true };

export class MemoryPage implements Page {
  address = `${offer.origin}/`;
  name = 'Android phone';
  left: string[] = [];
  answer: Box | undefined | Error = { domain: 'a.local', name: 'Living room' };

  url() {
    return this.address;
  }
  clearFragment() {
    this.address = this.address.replace(/#.*/, '');
  }
  go(url: string) {
    this.left.push(url);
  }
  replace(url: string) {
    this.left.push(`instead: ${url}`);
  }
  async box() {
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

/** A remote whose state the test changes. */
export class ScriptedTv {
  readonly tv: string;
  closed = false;
  unpaired = false;
  link: TvRemote['link'] = { status: 'connecting' };
  generation: number | undefined;
  service: string;
  tvStatus: TvRemote['tv']['status'] = 'unknown';
  media: MediaState | undefined;
  private changed = () => {};
  private rolledBack = () => {};

  constructor({ tv, service }: KnownTv) {
    this.tv = tv;
    this.service = service;
  }

  /** There, with something on its screen. */
  shows(title: string): void {
    this.media = {
      ...{ state: 'playing', currentTime: 1, at: 0, playbackRate: 1 },
      metadata: { title },
    };
    this.tvStatus = 'present';
    this.live(1);
  }

  live(generation: number): void {
    this.link = { status: 'live' };
    this.generation = generation;
    this.changed();
  }

  rollBack(generation: number): void {
    this.generation = generation;
    this.rolledBack();
    this.live(generation);
  }

  remote(name: string): TvRemote {
    const scripted = this;
    const done = async () => {};
    return {
      name,
      get link() {
        return scripted.link;
      },
      get tv() {
        return { status: scripted.tvStatus };
      },
      get service() {
        return scripted.service;
      },
      moveTo: (service) => {
        scripted.service = service;
      },
      grant: undefined,
      get generation() {
        return scripted.generation;
      },
      rates: { min: 1, max: 1 },
      catalogue: undefined,
      media: {
        get value() {
          return scripted.media;
        },
        currentTime: 0,
        play: done,
        pause: done,
        stop: done,
        scrub: done,
        setRate: done,
        load: done,
      },
      volume: { value: undefined, drag: done, mute: done, unmute: done },
      remotes: { list: async () => [], rename: done, setRole: done, revoke: done },
      watch: (changed) => {
        this.changed = changed;
        return () => {};
      },
      onRollback: (listener) => {
        this.rolledBack = listener;
        return () => {};
      },
      unpair: async () => {
        this.unpaired = true;
        this.closed = true;
      },
      close: async () => {
        this.closed = true;
      },
    };
  }
}

export class ScriptedSdk implements Sdk {
  /** What the next pairing ends with. */
  outcome: Error | KnownTv = living;
  /** Whether the TV's viewer is asked; resolved with the answer. */
  approval: Promise<void> | undefined;
  opened: ScriptedTv[] = [];
  pairings: unknown[] = [];
  names: string[] = [];

  pair(url: string, options: PairingOptions) {
    return this.attempt([url], options);
  }

  pairWithPin(target: PinTarget, pin: string, options: PairingOptions) {
    return this.attempt([target, pin], options);
  }

  private async attempt(by: unknown[], { name, save, signal, onprogress }: PairingOptions) {
    this.pairings.push(by);
    this.names.push(name);
    await Promise.resolve();
    if (this.approval) {
      onprogress({ step: 'approval' });
      await this.approval;
    }
    if (signal.aborted) throw failed('aborted');
    if (this.outcome instanceof Error) throw this.outcome;
    onprogress({ step: 'saving' });
    await save(this.outcome);
    return this.outcome;
  }

  connect(known: KnownTv): TvRemote {
    const scripted = new ScriptedTv(known);
    this.opened.push(scripted);
    return scripted.remote(known.name);
  }

  get last(): ScriptedTv {
    const last = this.opened.at(-1);
    if (!last) throw new Error('nothing was opened');
    return last;
  }

  get open(): string[] {
    return this.opened.filter(({ closed }) => !closed).map(({ tv }) => tv);
  }
}

/** Who answers where on the network. */
export class MemoryLan implements Lan {
  places: Place[] = [];
  seen: Place[] = [];
  asked: string[] = [];

  async ask(origin: string) {
    this.asked.push(origin);
    return this.places.find((place) => place.origin === origin);
  }
  async neighbours() {
    return this.seen;
  }
}

export function failed(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

export interface Scene {
  page: MemoryPage;
  sdk: ScriptedSdk;
  store: TvStore;
  lan: MemoryLan;
  /** Whether somebody sees the page. */
  visible: Signal<boolean>;
  app: App;
}

export function startScene(
  tvs: readonly StoredTv[] = [],
  store: TvStore = memoryStore(tvs),
): Scene {
  const page = new MemoryPage();
  const sdk = new ScriptedSdk();
  const lan = new MemoryLan();
  const visible = signal(true);
  const others = async ({ screen, tvs: known }: App) => {
    const connect = sdk.connect.bind(sdk);
    return new Others({ screen, tvs: known, connect, lan, origin: offer.origin, visible });
  };
  return { page, sdk, store, lan, visible, app: new App({ sdk, page, store, others }) };
}
