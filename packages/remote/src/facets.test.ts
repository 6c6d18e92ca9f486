import type { Facet } from '@fjern/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FacetStore } from './facets.ts';

const volume = (epoch: string, revision: number): Facet => ({
  name: 'volume',
  epoch,
  revision,
  value: { level: (revision % 100) / 100, muted: false },
});

it('ends at the newest revision in whatever order, and never shows an older one after it', () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(arrivals, (revisions) => {
      const shown: number[] = [];
      const store = new FacetStore((name) => shown.push(store.get(name)?.revision ?? 0));
      for (const revision of revisions) store.apply(volume('e', revision));
      const newest = Math.max(...revisions);
      expect(store.get('volume')?.revision).toBe(newest);
      expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
    }),
  );
});

it('starts over in a new epoch, and drops what the TV no longer shows', () => {
  const changes: string[] = [];
  const store = new FacetStore((name) => changes.push(name));
  store.apply(volume('e1', 9));
  store.apply({ name: 'catalogue', epoch: 'e1', revision: 1, value: { items: [] } });
  store.apply(volume('e2', 1));
  store.keep(['volume']);
  expect(store.get('volume')).toMatchObject({ epoch: 'e2', revision: 1 });
  expect(store.get('catalogue')).toBeUndefined();
  expect(changes).toEqual(['volume', 'catalogue', 'volume', 'catalogue']);
});
