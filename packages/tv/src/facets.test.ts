import type { FacetName, Facets, Versioned } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FacetStore } from './facets.ts';
import { describeSource, sameJson, sameMedia } from './media.ts';
import { ManualClock } from './testing/index.ts';

const item = { source: { uri: 'a' }, metadata: {} };
const media = { state: 'playing', currentTime: 10, at: 100, playbackRate: 1 } as const;

function create() {
  const clock = new ManualClock();
  const published: { at: number; name: FacetName; facet: Versioned<Facets[FacetName]> }[] = [];
  const store = new FacetStore({
    epoch: 'e',
    clock,
    initial: { media, volume: { level: 1, muted: false }, catalogue: { items: [] } },
    same: { media: sameJson, volume: sameJson, catalogue: sameJson },
    publish: (name, facet) => published.push({ at: clock.now(), name, facet }),
  });
  return { clock, published, store };
}

const volume = (level: number) => ({ level, muted: false });

it('publishes the first change at once and a drag at a bounded rate, ending with its last value', async () => {
  const { clock, published, store } = create();
  for (let step = 0; step <= 100; step++) {
    store.set('volume', volume(step / 100));
    if (step === 0) expect(published.length).toBe(1);
    await clock.advance(10);
  }
  await clock.advance(100);
  expect(published.length).toBeGreaterThan(10);
  expect(published.length).toBeLessThan(21);
  expect(published.at(-1)?.facet.value).toEqual(volume(1));
});

it('publishes nothing when a value came back in time, unless a command was promised it', async () => {
  const { clock, published, store } = create();
  store.set('volume', volume(0.5));
  store.set('volume', volume(0.6));
  store.set('volume', volume(0.5));
  await clock.advance(100);
  expect(published.length).toBe(1);
  store.set('volume', volume(0.7));
  store.set('volume', volume(0.8));
  const revision = store.promise('volume');
  store.set('volume', volume(0.7));
  await clock.advance(100);
  expect(published.at(-1)?.facet).toMatchObject({ revision, value: volume(0.7) });
});

it('counts revisions without gaps, keeps every promise, and always ends with the last value', async () => {
  const step = fc.record({
    name: fc.constantFrom('volume' as const, 'catalogue' as const),
    value: fc.integer({ min: 0, max: 3 }),
    promise: fc.boolean(),
    wait: fc.constantFrom(0, 0, 1, 30, 59, 60, 200),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { clock, published, store } = create();
      const last: Partial<Facets> = {};
      for (const { name, value, promise, wait } of steps) {
        const before = store.published(name).revision;
        if (name === 'volume') last.volume = volume(value / 10);
        else last.catalogue = { items: [{ ...item, id: String(value) }] };
        store.set(name, last[name] ?? store.latest(name));
        if (promise) {
          const promised = store.promise(name);
          expect(promised - before).toBeLessThanOrEqual(1);
          await clock.advance(60);
          expect(store.published(name).revision).toBe(promised);
        }
        await clock.advance(wait);
      }
      await clock.advance(100);
      for (const name of ['volume', 'catalogue'] as const) {
        const own = published.filter((entry) => entry.name === name);
        expect(own.map(({ facet }) => facet.revision)).toEqual(own.map((_, index) => index + 2));
        for (const [index, { at }] of own.entries())
          expect(at - (own[index - 1]?.at ?? -60)).toBeGreaterThanOrEqual(60);
        expect(store.published(name).value).toEqual(last[name] ?? store.published(name).value);
      }
      store.close();
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 100 },
  );
});

describe('what counts as the same media', () => {
  it('is a position on the line that remotes extrapolate', () => {
    expect(sameMedia(media, { ...media, at: 105, currentTime: 15.2 })).toBe(true);
    expect(sameMedia(media, { ...media, at: 105, currentTime: 15.3 })).toBe(false);
    expect(sameMedia(media, { ...media, at: 105, currentTime: 10 })).toBe(false);
  });

  it('is the very position while time stands still', () => {
    const paused = { ...media, state: 'paused' } as const;
    expect(sameMedia(paused, { ...paused, at: 500 })).toBe(true);
    expect(sameMedia(paused, { ...paused, currentTime: 10.05 })).toBe(false);
  });

  it('is not another source, title, or error', () => {
    expect(sameMedia(media, { ...media, source: { uri: 'b' } })).toBe(false);
    expect(sameMedia(media, { ...media, metadata: { title: 'B' } })).toBe(false);
    expect(sameMedia({ ...media, live: true }, media)).toBe(false);
    const shown = (sizes: string) => ({ metadata: { artwork: [{ src: 'a.png', sizes }] } });
    expect(sameMedia({ ...media, ...shown('1x1') }, { ...media, ...shown('1x1') })).toBe(true);
    expect(sameMedia({ ...media, ...shown('1x1') }, { ...media, ...shown('2x2') })).toBe(false);
    expect(sameMedia({ ...media, ...shown('1x1') }, media)).toBe(false);
  });

  it('is a live window that moved a little', () => {
    const live = { ...media, live: true, seekable: { start: 0, end: 60 } };
    expect(sameMedia(live, { ...live, seekable: { start: 5, end: 65 } })).toBe(true);
    expect(sameMedia(live, { ...live, seekable: { start: 20, end: 80 } })).toBe(false);
  });
});

it('describes any address', () => {
  const titles = (uri: string) => describeSource({ uri }, { items: [] }).title;
  expect(titles('http://x.example/')).toBeUndefined();
  expect(titles('/media/%E0%A4%A.mp4')).toBe('%E0%A4%A.mp4');
  expect(titles('media/a.mp4#t=3')).toBe('a.mp4');
});
