import { expect, test } from 'vitest';
import { KnownTvs, type RememberedTv, type TvStorage } from './known-tvs.ts';

interface Known extends RememberedTv {
  token: string;
}

const isKnown = (value: unknown): value is Known =>
  typeof value === 'object' && value !== null && 'tv' in value && 'token' in value;

function storage(content?: string): TvStorage & { content: string | null } {
  return {
    content: content ?? null,
    getItem() {
      return this.content;
    },
    setItem(_key, value) {
      this.content = value;
    },
  };
}

const living: Known = { tv: 'tv@a.local', name: 'Living room', token: 'one' };
const bedroom: Known = { tv: 'tv@b.local', name: 'Bedroom', token: 'two' };

test('what was saved is there after a reload, last used first', () => {
  const kept = storage();
  const known = new KnownTvs(kept, isKnown);
  known.use(living);
  known.use(bedroom);
  expect(new KnownTvs(kept, isKnown).list()).toEqual([bedroom, living]);
  known.use(living);
  expect(new KnownTvs(kept, isKnown).list()).toEqual([living, bedroom]);
});

test('a new pairing with a TV takes the place of the old one', () => {
  const known = new KnownTvs(storage(), isKnown);
  known.use(living);
  known.use({ ...living, token: 'new' });
  expect(known.list()).toEqual([{ ...living, token: 'new' }]);
});

test('a forgotten TV is gone, the others stay', () => {
  const known = new KnownTvs(storage(), isKnown);
  known.use(living);
  known.use(bedroom);
  known.forget(bedroom);
  expect(known.list()).toEqual([living]);
});

test.each(['', 'nonsense', '{}', 'null', '[null, 3, {"tv": 1}]'])(
  'damaged storage (%s) knows no TV',
  (content) => {
    expect(new KnownTvs(storage(content), isKnown).list()).toEqual([]);
  },
);

test('a browser that forbids storage knows no TV, and says so when it should keep one', () => {
  const forbidden: TvStorage = {
    getItem() {
      throw new DOMException('no', 'SecurityError');
    },
    setItem() {
      throw new DOMException('no', 'QuotaExceededError');
    },
  };
  const known = new KnownTvs(forbidden, isKnown);
  expect(known.list()).toEqual([]);
  expect(() => known.use(living)).toThrow(DOMException);
});
