import { ChevronDown } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { Status } from '../state/view.ts';
import { LinkStatus } from './link-status.tsx';

interface Props {
  /** The TV's name; nothing while none is chosen. */
  tv?: string;
  /** Tells it from others of that name. */
  mark?: string | undefined;
  /** How long a guest may stay. */
  note?: string | undefined;
  status: Status;
  /** Opens the list of TVs. */
  choose?: () => void;
}

export function TopBar({ tv, mark, note, status, choose }: Props) {
  const scrolled = useScrolled();
  return (
    <header class="top" data-scrolled={scrolled}>
      {tv !== undefined && choose ? (
        <button type="button" class="top-tv" onClick={choose}>
          <span class="top-words">
            <span class="top-name" dir="auto">
              {tv || labels.tv}
              {mark && <span class="tvs-mark"> · {mark}</span>}
            </span>
            {note !== undefined && <span class="top-note"> {note}</span>}
            <span class="unseen">, {labels.tvs.choose}</span>
          </span>
          <ChevronDown size={20} aria-hidden="true" />
        </button>
      ) : (
        <span class="top-tv" dir="auto">
          <span class="top-name">{tv ?? 'Fjern'}</span>
        </span>
      )}
      <LinkStatus status={status} />
    </header>
  );
}

/** Whether something of the page is under the bar. */
function useScrolled(): boolean {
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > 4);
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  return scrolled;
}
