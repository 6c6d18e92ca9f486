import { encodeOfferUrl } from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import { memoryStore, StoreError, type TvStore } from '@fjern/remote/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  attic,
  bedroom,
  failed,
  known,
  living,
  offer,
  type Scene,
  startScene,
} from './app.testing.ts';

let page: Scene['page'];
let sdk: Scene['sdk'];
let lan: Scene['lan'];
let store: TvStore;
let app: Scene['app'];

function setUp(...given: Parameters<typeof startScene>): void {
  ({ page, sdk, lan, store, app } = startScene(...given));
}

beforeEach(() => setUp());
afterEach(() => app.close());

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
