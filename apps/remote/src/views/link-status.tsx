import type { Status } from '../state/view.ts';

/** The connection in a dot and a word; the only live region of the page besides the notice. */
export function LinkStatus({ status }: { status: Status }) {
  return (
    <p role="status" class="status" data-tone={status.tone}>
      <span class="status-dot" aria-hidden="true" />
      {status.text}
    </p>
  );
}
