import { signal } from '@preact/signals';

type Extras = typeof import('./extras.ts');

const fetched = signal<Extras | undefined>(undefined);
let fetching: Promise<unknown> | undefined;

/** Fetches them ahead of need. When that fails, the next need tries again. */
export function fetchExtras(): void {
  fetching ??= import('./extras.ts').then(
    (extras) => {
      fetched.value = extras;
    },
    () => {
      fetching = undefined;
    },
  );
}

/** Nothing until they are here. */
export function useExtras(): Extras | undefined {
  if (!fetched.value) fetchExtras();
  return fetched.value;
}
