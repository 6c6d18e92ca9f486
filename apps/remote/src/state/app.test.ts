import { encodeOfferUrl, type Offer } from '@fjern/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { App, type Page, type Sdk } from './app.ts';
import { KnownTvs, type RememberedTv, type TvStorage } from './known-tvs.ts';
import type { TvRemote } from './tv-remote.ts';

const offer: Offer = {
  origin: 'http://192.168.1.20:7120',
  tv: 'tv@a.local',
  fingerprint: 'f'.repeat(43),
  secret: 's'.repeat(22),
  expires: 0,
  name: 'Living room',
};
const living: RememberedTv = { tv: 'tv@a.local', name: 'Living room' };
const bedroom: RememberedTv = { tv: 'tv@b.local', name: 'Bedroom' };

class MemoryPage implements Page {
  address = `${offer.origin}/`;
  left: string[] = [];

  url() {
    return this.address;
  }
  clearFragment() {
    this.address = this.address.replace(/#.*/, '');
  }
  go(url: string) {
    this.left.push(url);
  }
}

class MemoryStorage implements TvStorage {
  full = false;
  private readonly values = new Map<string, string>();

  getItem(key: string) {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.values.set(key, value);
  }
}

class ScriptedSdk implements Sdk<RememberedTv> {
  /** What the next pairing ends with. */
  outcome: Error | RememberedTv = living;
  opened: { tv: string; closed: boolean; unpaired: boolean }[] = [];
  pairings: string[] = [];

  async pair(
    url: string,
    { save, signal }: { save: (tv: RememberedTv) => void; signal: AbortSignal },
  ) {
    this.pairings.push(url);
    await Promise.resolve();
    if (signal.aborted) throw Object.assign(new Error('cancelled'), { code: 'aborted' });
    if (this.outcome instanceof Error) throw this.outcome;
    save(this.outcome);
    return this.outcome;
  }

  connect({ tv, name }: RememberedTv): TvRemote {
    const session = { tv, closed: false, unpaired: false };
    this.opened.push(session);
    const done = async () => {};
    return {
      name,
      link: { status: 'connecting' },
      tv: { status: 'unknown' },
      rates: { min: 1, max: 1 },
      catalogue: undefined,
      media: {
        value: undefined,
        currentTime: 0,
        play: done,
        pause: done,
        stop: done,
        scrub: done,
        setRate: done,
        load: done,
      },
      volume: { value: undefined, drag: done, mute: done, unmute: done },
      watch: () => () => {},
      unpair: async () => {
        session.unpaired = true;
        session.closed = true;
      },
      close: async () => {
        session.closed = true;
      },
    };
  }

  get open(): string[] {
    return this.opened.filter(({ closed }) => !closed).map(({ tv }) => tv);
  }
}

let page: MemoryPage;
let storage: MemoryStorage;
let sdk: ScriptedSdk;
let known: KnownTvs<RememberedTv>;
let app: App<RememberedTv>;

const isTv = (value: unknown): value is RememberedTv =>
  typeof value === 'object' && value !== null && 'tv' in value;

beforeEach(() => {
  page = new MemoryPage();
  storage = new MemoryStorage();
  sdk = new ScriptedSdk();
  known = new KnownTvs(storage, isTv);
  app = new App({ sdk, page, known });
});

afterEach(async () => {
  const screen = app.screen.value;
  if (screen.name === 'remote') await screen.remote.close();
});

function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('a phone that knows no TV is told how to get one', async () => {
  await app.open();
  expect(app.screen.value.name).toBe('welcome');
});

test('a reload goes straight to the TV that was used last', async () => {
  known.use(bedroom);
  known.use(living);
  await app.open();
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: living });
  expect(sdk.open).toEqual(['tv@a.local']);
});

test('a code pairs, is kept, and leaves the address bar', async () => {
  page.address = encodeOfferUrl(offer);
  const opening = app.open();
  expect(app.screen.value).toEqual({ name: 'pairing', tv: 'Living room' });
  await opening;
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: living });
  expect(page.address).toBe(`${offer.origin}/`);
  expect(known.list()).toEqual([living]);
  expect(app.tvs.value).toEqual([living]);
});

test.each(['code-expired', 'code-used', 'code-wrong', 'pairing-closed', 'newer-tv'] as const)(
  'with %s there is nothing to try again, and nothing stays in the address bar',
  async (code) => {
    page.address = encodeOfferUrl(offer);
    sdk.outcome = failed(code);
    await app.open();
    expect(app.screen.value).toEqual({ name: 'problem', problem: code, tv: 'Living room' });
    expect(page.address).not.toContain(offer.secret);
  },
);

test('when the TV could not be reached the same code can be tried again', async () => {
  page.address = encodeOfferUrl(offer);
  sdk.outcome = failed('unreachable');
  await app.open();
  const screen = app.screen.value;
  if (screen.name !== 'problem' || !screen.again) throw new Error('nothing to try again');
  expect(page.address).toContain(offer.secret);
  sdk.outcome = living;
  screen.again();
  await expect.poll(() => app.screen.value.name).toBe('remote');
});

test('a failure of another kind is a problem too, not a blank page', async () => {
  page.address = encodeOfferUrl(offer);
  sdk.outcome = new TypeError('surprise');
  await app.open();
  expect(app.screen.value).toMatchObject({ name: 'problem', problem: 'failed' });
});

test('the link of a pairing that this phone made leads to its TV', async () => {
  known.use(living);
  page.address = encodeOfferUrl(offer);
  sdk.outcome = failed('code-used');
  await app.open();
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: living });
});

test('a browser that keeps nothing is named as the problem', async () => {
  page.address = encodeOfferUrl(offer);
  storage.full = true;
  await app.open();
  expect(app.screen.value).toMatchObject({ name: 'problem', problem: 'storage' });
});

test('a newer code takes the place of a pairing under way', async () => {
  page.address = encodeOfferUrl(offer);
  const first = app.open();
  page.address = encodeOfferUrl({ ...offer, name: 'Bedroom', tv: 'tv@b.local' });
  sdk.outcome = bedroom;
  await Promise.all([first, app.open()]);
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: bedroom });
  expect(sdk.open).toEqual(['tv@b.local']);
});

test('changing the TV leaves the other, and makes it the first of the list', async () => {
  known.use(bedroom);
  known.use(living);
  await app.open();
  app.use(bedroom);
  expect(sdk.open).toEqual(['tv@b.local']);
  expect(app.tvs.value).toEqual([bedroom, living]);
  app.use(bedroom);
  expect(sdk.opened).toHaveLength(2);
});

test('forgetting the TV in use goes to the next, then to the start', async () => {
  known.use(bedroom);
  known.use(living);
  await app.open();
  app.forget(living);
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: bedroom });
  app.forget(bedroom);
  expect(app.screen.value).toEqual({ name: 'welcome' });
  expect(known.list()).toEqual([]);
  expect(sdk.open).toEqual([]);
  expect(sdk.opened.every(({ unpaired }) => unpaired)).toBe(true);
});

test('reconnecting closes what was there', async () => {
  known.use(living);
  await app.open();
  app.reconnect();
  expect(sdk.opened).toEqual([
    { tv: 'tv@a.local', closed: true, unpaired: false },
    { tv: 'tv@a.local', closed: false, unpaired: false },
  ]);
});

test('an address pasted by hand pairs here, or is opened where it belongs', async () => {
  await app.open();
  const elsewhere = encodeOfferUrl({ ...offer, origin: 'http://192.168.1.77:7120' });
  await app.enter(elsewhere);
  expect(page.left).toEqual([elsewhere]);
  expect(sdk.pairings).toEqual([]);
  await app.enter(` ${encodeOfferUrl(offer)} `);
  expect(app.screen.value).toMatchObject({ name: 'remote', tv: living });
});

test('text that is no code says so', async () => {
  sdk.outcome = failed('not-an-offer');
  await app.enter('hello');
  expect(app.screen.value).toMatchObject({ name: 'problem', problem: 'not-an-offer', tv: '' });
});
