import { signal } from '@preact/signals';
import type { RememberedTv } from '../state/known-tvs.ts';
import type { TvsSheetProps } from './tvs-sheet.tsx';

// What most visits never show, fetched when it is first needed. Until then, and when the hub cannot be
// reached, it is simply not there.

type Extras = typeof import('./extras-chunk.ts');

const fetched = signal<Extras | undefined>(undefined);
let fetching: Promise<void> | undefined;

/** Fetches them ahead of need. When that fails, the next need tries again. */
export function fetchExtras(): void {
  if (fetching) return;
  fetching = import('./extras-chunk.ts').then(
    (extras) => {
      fetched.value = extras;
    },
    () => {
      fetching = undefined;
    },
  );
}

function useExtras(): Extras | undefined {
  if (!fetched.value) fetchExtras();
  return fetched.value;
}

interface EnterProps {
  enter: (text: string) => void;
}

export function Welcome(props: EnterProps) {
  const extras = useExtras();
  return extras ? <extras.Welcome {...props} /> : null;
}

export function EnterCode(props: EnterProps) {
  const extras = useExtras();
  return extras ? <extras.CodeBox {...props} /> : null;
}

export function TvsSheet<T extends RememberedTv>(props: TvsSheetProps<T>) {
  const extras = useExtras();
  return extras ? <extras.TvsSheet {...props} /> : null;
}
