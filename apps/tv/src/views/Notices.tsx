import { Check, ShieldAlert } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { ScreenStore } from '../state/screen.ts';

/** What happens to pairing while the screen is about something else: said in a corner, for a moment. */
export function Notices({ store }: { store: ScreenStore }) {
  const { name } = store.screen.value;
  // These have the code on them, and say it there.
  if (name === 'idle') return null;
  const greeting = store.greeting.value;
  const wrongCode = name === 'invite' ? undefined : store.codeNotice.value;
  const { refusedNotice, lockedNotice, greeting: paired } = labels.code;
  return (
    <div class={`notices ${inCorner.includes(name) ? 'notices--corner' : ''}`}>
      {greeting && (
        <p class="pill pill--ok" role="status">
          <Check class="icon" aria-hidden />
          <span>{paired(greeting.name)}</span>
        </p>
      )}
      {wrongCode && (
        <p class="pill pill--warn" role="status">
          <ShieldAlert class="icon" aria-hidden />
          <span>{wrongCode === 'locked' ? lockedNotice : refusedNotice}</span>
        </p>
      )}
    </div>
  );
}

/** Where a picture fills the screen; on the others the corner may be taken. */
const inCorner: readonly string[] = ['playing', 'paused', 'buffering', 'loading'];
