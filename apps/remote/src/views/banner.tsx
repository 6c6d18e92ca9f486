import { History, X } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';

interface Props {
  remote: RemoteStore;
  /** The browser forgets the TV with the page. */
  volatile: boolean;
  /** Opens the list of the TV's remotes. */
  check: () => void;
}

/** What stays until somebody has read it. */
export function Banners({ remote, volatile, check }: Props) {
  const [read, setRead] = useState(false);
  const manages = remote.grant.value?.manage === true;
  if (remote.rolledBack.value)
    return (
      <section class="banner" data-tone="warn" role="alert">
        <p>
          <History size={20} />
          <span>{labels.rollback.text}</span>
        </p>
        <div class="banner-answers">
          <button type="button" class="button button-quiet" onClick={remote.acceptRollback}>
            {labels.rollback.accept}
          </button>
          {manages && (
            <button
              type="button"
              class="button"
              onClick={() => {
                remote.acceptRollback();
                check();
              }}
            >
              {labels.rollback.check}
            </button>
          )}
        </div>
      </section>
    );
  if (!volatile || read) return null;
  return (
    <section class="banner banner-quiet" role="note">
      <p>{labels.volatile}</p>
      <button
        type="button"
        class="press press-small"
        aria-label={labels.notice.close}
        onClick={() => setRead(true)}
      >
        <X size={20} />
      </button>
    </section>
  );
}
