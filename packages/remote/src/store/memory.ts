import { guarded } from '../guarded.ts';
import { type StoredTv, type TvStore, withoutTv, withTv } from './tv-store.ts';

/** Keeps the TVs as long as the process or page lives: for tests, and where a browser keeps nothing. */
export function memoryStore(tvs: readonly StoredTv[] = []): TvStore {
  let current = tvs;
  const listeners = new Set<() => void>();
  const change = async (next: readonly StoredTv[]) => {
    current = next;
    for (const listener of [...listeners]) guarded(listener);
  };
  return {
    volatile: true,
    all: async () => [...current],
    save: (known) => change(withTv(current, known)),
    forget: (tv) => change(withoutTv(current, tv)),
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
