import { type Signal, signal } from '@preact/signals';
import type { ComponentProps, VNode } from 'preact';

// What most visits never show, fetched when it is first needed. Until then, and when the hub cannot be
// reached, `meanwhile` stands in its place.

type Extras = typeof import('./extras-chunk.ts');
type Management = typeof import('./remotes-sheet.tsx');

interface Chunk<T> {
  fetched: Signal<T | undefined>;
  /** Fetches it ahead of need. When that fails, the next need tries again. */
  fetch: () => void;
}

function chunk<T>(load: () => Promise<T>): Chunk<T> {
  const fetched = signal<T | undefined>(undefined);
  let fetching = false;
  const fetch = () => {
    if (fetching) return;
    fetching = true;
    load().then(
      (parts) => {
        fetched.value = parts;
      },
      () => {
        fetching = false;
      },
    );
  };
  return { fetched, fetch };
}

const extras = chunk<Extras>(() => import('./extras-chunk.ts'));
const management = chunk<Management>(() => import('./remotes-sheet.tsx'));

export function fetchExtras(): void {
  extras.fetch();
  management.fetch();
}

function use<T>({ fetched, fetch }: Chunk<T>): T | undefined {
  if (!fetched.value) fetch();
  return fetched.value;
}

type Props<C extends keyof Extras> = ComponentProps<Extras[C]> & { meanwhile: VNode };

export function Connect({ meanwhile, ...props }: Props<'Connect'>) {
  const parts = use(extras);
  return parts ? <parts.Connect {...props} /> : meanwhile;
}

export function Approval({ meanwhile, ...props }: Props<'Approval'>) {
  const parts = use(extras);
  return parts ? <parts.Approval {...props} /> : meanwhile;
}

export function Problem({ meanwhile, ...props }: Props<'Problem'>) {
  const parts = use(extras);
  return parts ? <parts.Problem {...props} /> : meanwhile;
}

export function Unavailable({ meanwhile, ...props }: Props<'Unavailable'>) {
  const parts = use(extras);
  return parts ? <parts.Unavailable {...props} /> : meanwhile;
}

export function TvsSheet(props: ComponentProps<Extras['TvsSheet']>) {
  const parts = use(extras);
  return parts ? <parts.TvsSheet {...props} /> : null;
}

export function RemotesSheet(props: ComponentProps<Management['RemotesSheet']>) {
  const parts = use(management);
  return parts ? <parts.RemotesSheet {...props} /> : null;
}
