import { encodeOfferUrl } from '@fjern/protocol';
import type { TvStore } from '@fjern/remote/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bedroom, known, living, offer, type Scene, startScene } from './app.testing.ts';
import type { Place } from './pairing.ts';

let scene: Scene;
let page: Scene['page'];
let sdk: Scene['sdk'];
let lan: Scene['lan'];
let store: TvStore;
let app: Scene['app'];

function setUp(...given: Parameters<typeof startScene>): void {
  scene = startScene(...given);
  ({ page, sdk, lan, store, app } = scene);
}

beforeEach(() => setUp());
afterEach(() => app.close());

const screen = () => app.screen.value;

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
    scene.visible.value = false;
    expect(sdk.open).toEqual(['tv@a.local']);
    scene.visible.value = true;
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

  test('are had anew when they were paired with again', async () => {
    const before = linkTo('tv@b.local');
    app.connect(bedroom);
    sdk.outcome = { ...bedroom, jid: 'other@b.local' };
    await app.enterPin('123456');
    expect(screen()).toMatchObject({ name: 'remote', tv: { jid: 'other@b.local' } });
    expect(before.closed).toBe(true);
    expect(sdk.open).toEqual(['tv@a.local', 'tv@b.local']);
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
