import { encodeOfferUrl, type MediaState, type Offer } from '@fjern/protocol';
import type { KnownTv, PinTarget } from '@fjern/remote';
import { memoryStore, type StoredTv, StoreError, type TvStore } from '@fjern/remote/store';
import { type Signal, signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { App, type Page, type Sdk } from './app.ts';
import type { Lan } from './lan.ts';
import { Others } from './others.ts';
import type { Box, PairingOptions, Place } from './pairing.ts';
import type { TvRemote } from './tv-remote.ts';

const offer: Offer = {
  origin: 'http://192.168.1.20:7120',
  tv: 'tv@a.local',
  fingerprint: 'f'.repeat(43),
  secret: 's'.repeat(22),
  id: 'offer1',
  expires: 0,
  name: 'Living room',
};

function known(id: string, name: string, more: Partial<KnownTv> = {}): KnownTv {
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

const living = known('a', 'Living room');
const bedroom = known('b', 'Bedroom');
const { pairing: _, tvKey: _tvKey, key: _key, ...old } = known('c', 'Attic');
const attic: StoredTv = { ...old, outdated: true };

class MemoryPage implements Page {
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
class ScriptedTv {
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

class ScriptedSdk implements Sdk {
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
class MemoryLan implements Lan {
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

let lan: MemoryLan;
let visible: Signal<boolean>;
let page: MemoryPage;
let sdk: ScriptedSdk;
let store: TvStore;
let app: App;

function setUp(tvs: readonly StoredTv[] = [], kept: TvStore = memoryStore(tvs)): void {
  page = new MemoryPage();
  sdk = new ScriptedSdk();
  store = kept;
  lan = new MemoryLan();
  visible = signal(true);
  const others = async ({ screen, tvs: known }: App) => {
    const connect = sdk.connect.bind(sdk);
    return new Others({ screen, tvs: known, connect, lan, origin: offer.origin, visible });
  };
  app = new App({ sdk, page, store, others });
}

beforeEach(() => setUp());
afterEach(() => app.close());

function failed(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

const screen = () => app.screen.value;
const shown = () => screen().name;

describe('at the start', () => {
  test('a phone that knows no TV is shown how to get one, and which TV it is', async () => {
    await app.open();
    expect(screen()).toEqual({ name: 'connect' });
    await expect.poll(() => app.box.value).toEqual({ domain: 'a.local', name: 'Living room' });
  });

  test('a page from elsewhere, or a hub that does not answer, has no digits to offer', async () => {
    page.answer = undefined;
    await app.open();
    await expect.poll(() => app.box.value).toBe('none');
    page.answer = new Error('away');
    await app.askBox();
    expect(app.box.value).toBe('away');
    page.answer = { domain: 'a.local', name: 'Living room' };
    await app.askBox();
    expect(app.box.value).toMatchObject({ domain: 'a.local' });
  });

  test('a reload goes straight to the TV that was used last', async () => {
    setUp([living, bedroom]);
    await app.open();
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
    expect(sdk.open).toEqual(['tv@a.local']);
  });

  test('a TV that was paired before there were keys has to be paired again', async () => {
    setUp([attic, living]);
    await app.open();
    expect(screen()).toEqual({ name: 'connect', tv: attic });
    expect(sdk.opened).toEqual([]);
    app.use(living);
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
    app.use(attic);
    expect(screen()).toEqual({ name: 'connect', tv: attic });
  });

  test('a browser that forgets, and one that cannot read, say so', async () => {
    await app.open();
    expect(app.volatile.value).toBe(true);
    const broken = {
      ...memoryStore(),
      all: () => Promise.reject(new StoreError('newer', 'Reload this page.')),
    };
    setUp([], broken);
    await app.open();
    expect(shown()).toBe('connect');
    expect(app.storeTrouble.value).toBe('Reload this page.');
  });
});

describe('a scanned code', () => {
  test('pairs, is kept, and leaves the address bar at once', async () => {
    page.address = encodeOfferUrl(offer);
    const opening = app.open();
    expect(page.address).toBe(`${offer.origin}/`);
    expect(screen()).toEqual({ name: 'pairing', tv: 'Living room', step: 'working' });
    await opening;
    expect(sdk.pairings).toEqual([[encodeOfferUrl(offer)]]);
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
    expect(await store.all()).toEqual([living]);
    await expect.poll(() => app.tvs.value).toEqual([living]);
  });

  test.each([
    'code-expired',
    'code-used',
    'code-wrong',
    'pairing-closed',
    'newer-tv',
    'declined',
    'impostor',
  ] as const)(
    'with %s there is nothing to try again, and nothing stays in the address bar',
    async (code) => {
      page.address = encodeOfferUrl(offer);
      sdk.outcome = failed(code);
      await app.open();
      expect(screen()).toEqual({ name: 'problem', problem: code, tv: 'Living room' });
      expect(page.address).not.toContain(offer.secret);
    },
  );

  test('can be tried again when the TV could not be reached', async () => {
    page.address = encodeOfferUrl(offer);
    sdk.outcome = failed('unreachable');
    await app.open();
    const problem = screen();
    if (problem.name !== 'problem' || !problem.again) throw new Error('nothing to try again');
    expect(page.address).not.toContain(offer.secret);
    sdk.outcome = living;
    problem.again();
    await expect.poll(shown).toBe('remote');
  });

  test('that failed in another way is a problem too, not a blank page', async () => {
    page.address = encodeOfferUrl(offer);
    sdk.outcome = new TypeError('surprise');
    await app.open();
    expect(screen()).toMatchObject({ name: 'problem', problem: 'failed' });
  });

  test('that this phone has used itself leads to its TV', async () => {
    setUp([living]);
    page.address = encodeOfferUrl(offer);
    sdk.outcome = failed('code-used');
    await app.open();
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });

  test('is lost on a browser that cannot keep the TV, which says why', async () => {
    const full = {
      ...memoryStore(),
      save: () => Promise.reject(new StoreError('full', 'The browser has no space left.')),
    };
    setUp([], full);
    page.address = encodeOfferUrl(offer);
    await app.open();
    expect(screen()).toMatchObject({
      name: 'problem',
      problem: 'storage',
      detail: 'The browser has no space left.',
    });
  });

  test('takes the place of a pairing under way', async () => {
    page.address = encodeOfferUrl(offer);
    const first = app.open();
    page.address = encodeOfferUrl({ ...offer, name: 'Bedroom', tv: 'tv@b.local' });
    sdk.outcome = bedroom;
    await Promise.all([first, app.open()]);
    expect(screen()).toMatchObject({ name: 'remote', tv: bedroom });
    expect(sdk.open).toEqual(['tv@b.local']);
  });

  test('pasted by hand pairs here, or is opened where it belongs', async () => {
    await app.open();
    const elsewhere = encodeOfferUrl({ ...offer, origin: 'http://192.168.1.77:7120' });
    await app.enter(elsewhere);
    expect(page.left).toEqual([elsewhere]);
    expect(sdk.pairings).toEqual([]);
    lan.places = [{ origin: 'http://192.168.1.77:7120', domain: 'b.local', name: 'Bedroom' }];
    sdk.outcome = bedroom;
    await app.enter(elsewhere);
    expect(page.left).toHaveLength(1);
    expect(screen()).toMatchObject({ name: 'remote', tv: bedroom });
    sdk.outcome = living;
    await app.enter(` ${encodeOfferUrl(offer)} `);
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });

  test('that is none says so', async () => {
    sdk.outcome = failed('not-an-offer');
    await app.enter('hello');
    expect(screen()).toMatchObject({ name: 'problem', problem: 'not-an-offer', tv: '' });
  });
});

describe('six digits', () => {
  beforeEach(async () => {
    await app.open();
    await expect.poll(() => typeof app.box.value).toBe('object');
  });

  test('pair with the TV of the page’s own hub, under the name that was chosen', async () => {
    app.rename('  Anna’s phone ');
    await app.enterPin('123456');
    expect(sdk.pairings).toEqual([[{ origin: offer.origin, domain: 'a.local' }, '123456']]);
    expect(sdk.names).toEqual(['Anna’s phone']);
    expect(page.name).toBe('Anna’s phone');
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });

  test.each(['code-wrong', 'code-expired', 'pairing-closed', 'busy', 'unreachable'] as const)(
    'that fail with %s can be corrected where they were entered',
    async (code) => {
      sdk.outcome = failed(code);
      await app.enterPin('123456');
      expect(shown()).toBe('connect');
      expect(app.pin.value).toEqual({ status: 'failed', problem: code });
      sdk.outcome = living;
      await app.enterPin('654321');
      expect(shown()).toBe('remote');
      expect(app.pin.value).toEqual({ status: 'ready' });
    },
  );

  test('are tried one at a time', async () => {
    await Promise.all([app.enterPin('123456'), app.enterPin('123457')]);
    expect(sdk.pairings).toHaveLength(1);
  });

  test('are not taken while the TV is locked, for as long as it says', async () => {
    vi.useFakeTimers();
    try {
      sdk.outcome = Object.assign(new Error('Locked.'), { code: 'locked', retryAfter: 40 });
      await app.enterPin('123456');
      expect(app.pin.value).toMatchObject({ problem: 'locked', until: Date.now() + 40_000 });
      await app.enterPin('123457');
      app.connect();
      expect(sdk.pairings).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(39_999);
      expect(app.pin.value.status).toBe('failed');
      await vi.advanceTimersByTimeAsync(1);
      expect(app.pin.value).toEqual({ status: 'ready' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('of somebody who is not the TV are a problem of their own', async () => {
    sdk.outcome = failed('impostor');
    await app.enterPin('123456');
    expect(screen()).toMatchObject({ name: 'problem', problem: 'impostor' });
  });
});

describe('when the TV’s viewer is asked', () => {
  let answer: () => void;

  beforeEach(async () => {
    await app.open();
    await expect.poll(() => typeof app.box.value).toBe('object');
    sdk.approval = new Promise((resolve) => {
      answer = resolve;
    });
  });

  test('that is shown until there is an answer', async () => {
    const entering = app.enterPin('123456');
    await expect.poll(screen).toEqual({ name: 'pairing', tv: 'Living room', step: 'approval' });
    answer();
    await entering;
    expect(shown()).toBe('remote');
  });

  test.each(['declined', 'approval-timeout'] as const)(
    'and %s is the end, from which one can start again',
    async (code) => {
      sdk.outcome = failed(code);
      const entering = app.enterPin('123456');
      answer();
      await entering;
      const problem = screen();
      if (problem.name !== 'problem') throw new Error(problem.name);
      expect(problem.problem).toBe(code);
      problem.again?.();
      expect(shown()).toBe('connect');
      expect(app.pin.value).toEqual({ status: 'ready' });
    },
  );

  test('one can change one’s mind', async () => {
    const entering = app.enterPin('123456');
    await expect.poll(shown).toBe('pairing');
    app.connect();
    answer();
    await entering;
    expect(screen()).toEqual({ name: 'connect' });
    expect(sdk.opened).toEqual([]);
    expect(await store.all()).toEqual([]);
  });
});

describe('the list of TVs', () => {
  beforeEach(async () => {
    setUp([living, bedroom]);
    await app.open();
  });

  test('puts the chosen one first, and leaves the other', async () => {
    app.use(bedroom);
    expect(sdk.open).toEqual(['tv@b.local']);
    await expect.poll(() => app.tvs.value).toEqual([bedroom, living]);
    app.use(bedroom);
    expect(sdk.opened).toHaveLength(2);
  });

  test('without the TV in use goes to the next, then to the start', async () => {
    await app.forget(living);
    expect(screen()).toMatchObject({ name: 'remote', tv: bedroom });
    await app.forget(bedroom);
    expect(screen()).toEqual({ name: 'connect' });
    expect(await store.all()).toEqual([]);
    expect(sdk.open).toEqual([]);
    expect(sdk.opened.every(({ unpaired }) => unpaired)).toBe(true);
  });

  test('reconnecting closes what was there', () => {
    app.reconnect();
    expect(sdk.opened.map(({ tv, closed }) => [tv, closed])).toEqual([
      ['tv@a.local', true],
      ['tv@a.local', false],
    ]);
  });
});

describe('a TV that sent this phone away', () => {
  test('is not asked again by itself; pairing again replaces it', async () => {
    setUp([living]);
    await app.open();
    app.connect(living);
    expect(screen()).toEqual({ name: 'connect', tv: living });
    expect(sdk.open).toEqual([]);
    await expect.poll(() => typeof app.box.value).toBe('object');
    sdk.outcome = { ...living, token: 'new' };
    await app.enterPin('123456');
    expect(await store.all()).toEqual([{ ...living, token: 'new' }]);
  });

  test('can be forgotten instead', async () => {
    setUp([living]);
    await app.open();
    app.connect(living);
    await app.forget(living);
    expect(screen()).toEqual({ name: 'connect' });
    expect(await store.all()).toEqual([]);
  });
});

describe('how often the TV’s list of remotes has changed', () => {
  const kept = async () => {
    const [tv] = (await store.all()) as KnownTv[];
    return [tv?.generation, tv?.provisional];
  };

  beforeEach(async () => {
    setUp([known('a', 'Living room', { generation: 5, provisional: true })]);
    await app.open();
  });

  test('is kept for the next visit, once the TV is there', async () => {
    expect(await kept()).toEqual([5, true]);
    sdk.last.live(6);
    await expect.poll(kept).toEqual([6, undefined]);
  });

  test('is not kept before somebody has read that it went back', async () => {
    sdk.last.rollBack(2);
    expect(await kept()).toEqual([5, true]);
    const { name, ...rest } = screen();
    if (name !== 'remote' || !('remote' in rest)) throw new Error(name);
    rest.remote.acceptRollback();
    await expect.poll(kept).toEqual([2, undefined]);
  });

  test('of a TV that is forgotten does not bring it back', async () => {
    const { last } = sdk;
    await app.forget(living);
    last.live(9);
    expect(await store.all()).toEqual([]);
  });
});

describe('the address of the page', () => {
  const stable = 'http://a.local:7120';
  const answersByName = () => {
    lan.places = [{ origin: stable, domain: 'a.local', name: 'Living room' }];
  };

  test('is left for the TV’s name before pairing, with the code', async () => {
    answersByName();
    page.address = encodeOfferUrl(offer);
    await app.open();
    expect(page.left).toEqual([`instead: ${encodeOfferUrl({ ...offer, origin: stable })}`]);
    expect(sdk.pairings).toEqual([]);
    expect(page.address).not.toContain(offer.secret);
  });

  test('is left without a code, too, as long as nobody has begun to type', async () => {
    answersByName();
    await app.open();
    await expect.poll(() => page.left).toEqual([`instead: ${stable}/`]);
  });

  test.each([
    ['nobody answers to the name', () => {}],
    [
      'another TV does',
      () => {
        lan.places = [{ origin: stable, domain: 'b.local', name: 'Bedroom' }];
      },
    ],
    [
      'it is a name already',
      () => {
        answersByName();
        page.address = page.address.replace('192.168.1.20', 'a.local');
      },
    ],
    [
      'it is this machine',
      () => {
        answersByName();
        page.address = page.address.replace('192.168.1.20', '127.0.0.1');
      },
    ],
  ])('stays when %s', async (_when, given) => {
    page.address = encodeOfferUrl(offer);
    given();
    await app.open();
    expect(page.left).toEqual([]);
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });

  test('stays where a TV is known', async () => {
    setUp([bedroom]);
    answersByName();
    page.address = encodeOfferUrl(offer);
    await app.open();
    expect(page.left).toEqual([]);
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });
});

describe('a second TV', () => {
  const place: Place = { origin: 'http://192.168.1.77:7120', domain: 'b.local', name: 'Bedroom' };

  beforeEach(async () => {
    setUp([living]);
    await app.open();
    sdk.outcome = bedroom;
    lan.places = [place];
  });

  test.each(['192.168.1.77:7120', ' http://192.168.1.77:7120/ '])(
    'is paired with by its address %s and its digits, from here',
    async (address) => {
      await app.enter(address);
      expect(screen()).toEqual({ name: 'connect', place });
      await app.enterPin('123456');
      expect(sdk.pairings).toEqual([[{ origin: place.origin, domain: 'b.local' }, '123456']]);
      expect(screen()).toMatchObject({ name: 'remote', tv: bedroom });
      await expect.poll(() => app.tvs.value).toEqual([bedroom, living]);
    },
  );

  test('that does not answer at that address can be tried again, or given up', async () => {
    lan.places = [];
    await app.enter('192.168.1.77:7120');
    expect(screen()).toMatchObject({ name: 'problem', problem: 'unreachable' });
    app.goBack();
    expect(screen()).toMatchObject({ name: 'remote', tv: living });
  });

  test('keeps its own count of wrong digits', async () => {
    sdk.outcome = Object.assign(new Error('Locked.'), { code: 'locked', retryAfter: 40 });
    app.connect(undefined, place);
    await app.enterPin('123456');
    expect(app.pin.value).toMatchObject({ problem: 'locked' });
    app.connect(undefined, place);
    expect(app.pin.value).toMatchObject({ problem: 'locked' });
    app.connect(undefined, { ...place, domain: 'c.local' });
    expect(app.pin.value).toEqual({ status: 'ready' });
  });

  test('that no longer knows this phone takes its own digits, not those of the page’s TV', async () => {
    app.connect({ ...bedroom, service: 'ws://192.168.1.77:7120/xmpp-websocket' });
    await app.askBox();
    await app.enterPin('123456');
    expect(sdk.pairings).toEqual([[{ origin: place.origin, domain: 'b.local' }, '123456']]);
  });
});

describe('the other TVs', () => {
  const shownTitle = () => {
    const now = screen();
    return now.name === 'remote' ? now.remote.media.value?.metadata?.title : undefined;
  };
  const linkTo = (tv: string) => {
    const link = sdk.opened.filter((one) => one.tv === tv && !one.closed).at(-1);
    if (!link) throw new Error(`no link to ${tv}`);
    return link;
  };

  beforeEach(async () => {
    setUp([living, bedroom]);
    await app.open();
    await app.fetchOthers();
  });

  test('are kept at hand, and are there as they are in the moment they are chosen', async () => {
    linkTo('tv@a.local').shows('Northern lights');
    linkTo('tv@b.local').shows('Harbour at dusk');
    expect(shownTitle()).toBe('Northern lights');
    app.use(bedroom);
    expect(shownTitle()).toBe('Harbour at dusk');
    app.use(living);
    expect(shownTitle()).toBe('Northern lights');
    expect(sdk.opened).toHaveLength(2);
    expect(sdk.open).toEqual(['tv@a.local', 'tv@b.local']);
  });

  test('are at most four beside the one on the screen', async () => {
    setUp(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => known(id, id)));
    await app.open();
    await app.fetchOthers();
    expect(sdk.open).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `tv@${id}.local`));
    app.use(known('g', 'g'));
    await expect.poll(() => app.tvs.value[0]?.name).toBe('g');
    expect(sdk.open).toEqual(['a', 'b', 'c', 'd', 'g'].map((id) => `tv@${id}.local`));
  });

  test('are let go of while nobody sees the page, and had again with what was known', async () => {
    linkTo('tv@b.local').shows('Harbour at dusk');
    visible.value = false;
    expect(sdk.open).toEqual(['tv@a.local']);
    visible.value = true;
    expect(sdk.open).toEqual(['tv@a.local', 'tv@b.local']);
    app.use(bedroom);
    expect(shownTitle()).toBe('Harbour at dusk');
    const now = screen();
    if (now.name !== 'remote') throw new Error(now.name);
    expect(now.remote.asOf.value).toBeCloseTo(Date.now(), -4);
    expect(now.remote.blocked.value).toMatch(/Connecting/);
    linkTo('tv@b.local').shows('Deep field');
    expect(shownTitle()).toBe('Deep field');
    expect(now.remote.asOf.value).toBeUndefined();
    expect(now.remote.blocked.value).toBeUndefined();
  });

  test('are told that they are forgotten', async () => {
    const link = linkTo('tv@b.local');
    await app.forget(bedroom);
    expect(link.unpaired).toBe(true);
    expect(sdk.open).toEqual(['tv@a.local']);
    expect(await store.all()).toEqual([living]);
  });

  test('around are those that are seen and not known', async () => {
    const others = app.others.value;
    const at = (id: string, name: string) => ({ ...offer, domain: `${id}.local`, name });
    vi.useFakeTimers();
    try {
      // TVs that are asked for the first time have not looked yet.
      const looking = others?.lookAround();
      await vi.advanceTimersByTimeAsync(0);
      expect(others?.around.value).toEqual({ status: 'looking', tvs: [] });
      lan.seen = [at('b', 'Bedroom'), at('z', 'Kitchen'), at('y', 'Attic'), at('z', 'Kitchen')];
      await vi.advanceTimersByTimeAsync(500);
      const tvs = [{ name: 'Attic' }, { name: 'Kitchen' }];
      expect(others?.around.value).toMatchObject({ status: 'looking', tvs });
      await vi.advanceTimersByTimeAsync(3000);
      await looking;
      expect(others?.around.value).toMatchObject({ status: 'done', tvs });
    } finally {
      vi.useRealTimers();
    }
  });

  test('that moved are kept with their new place', async () => {
    const link = linkTo('tv@a.local');
    link.service = 'ws://192.168.1.99:9000/xmpp-websocket';
    link.live(1);
    await expect
      .poll(async () => (await store.all())[0])
      .toMatchObject({ tv: 'tv@a.local', service: link.service });
  });

  test('leave nothing behind', () => {
    app.close();
    expect(sdk.open).toEqual([]);
  });
});
