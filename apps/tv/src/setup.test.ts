import { expect, it } from 'vitest';
import { takeToken } from './setup.ts';

function memory(): Storage {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    clear: () => map.clear(),
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

function pageAt(
  hash: string,
  stores: Partial<Pick<Window, 'sessionStorage' | 'localStorage'>> = {},
) {
  const shown: string[] = [];
  const page = {
    location: { hash, pathname: '/tv/', search: '' },
    history: { replaceState: (_: unknown, __: string, url: string) => shown.push(url) },
    sessionStorage: stores.sessionStorage ?? memory(),
    localStorage: stores.localStorage ?? memory(),
  };
  return { page: page as unknown as Window, shown };
}

it('takes the token out of the address', () => {
  const { page, shown } = pageAt('#token=a%2Fb');
  expect(takeToken(page)).toBe('a/b');
  expect(shown).toEqual(['/tv/']);
});

it('keeps it for a reload, and for another day', () => {
  const localStorage = memory();
  const { page } = pageAt('#token=secret', { localStorage });
  takeToken(page);
  expect(takeToken(pageAt('', { sessionStorage: page.sessionStorage }).page)).toBe('secret');
  expect(takeToken(pageAt('', { localStorage }).page)).toBe('secret');
});

it('has none when it was opened without', () => {
  expect(takeToken(pageAt('').page)).toBeUndefined();
});

it('works where storing is forbidden', () => {
  const { page } = pageAt('#token=secret');
  Object.defineProperty(page, 'localStorage', {
    get() {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  expect(takeToken(page)).toBe('secret');
});
