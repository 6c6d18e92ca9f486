import { X } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';

/** What the TV said when it did not do something. */
export function NoticeBar({ remote }: { remote: RemoteStore }) {
  const notice = remote.notice.value;
  return (
    <div role="alert">
      {notice && (
        <div class="notice">
          <p dir="auto">{notice.text}</p>
          <button
            type="button"
            class="press press-small"
            aria-label={labels.notice.close}
            onClick={remote.dismissNotice}
          >
            <X size={20} />
          </button>
        </div>
      )}
    </div>
  );
}
