import type { StoredTv } from '@fjern/remote/store';
import { Check, ChevronRight, Trash2, TriangleAlert } from 'lucide-preact';
import { labels } from '../labels.ts';
import { isOutdated } from '../state/app.ts';
import { CodeBox } from './code-box.tsx';
import { Sheet } from './sheet.tsx';

export interface TvsSheetProps {
  tvs: readonly StoredTv[];
  current: StoredTv | undefined;
  /** What is kept ends with the page. */
  volatile: boolean;
  use: (tv: StoredTv) => void;
  forget: (tv: StoredTv) => void;
  enter: (text: string) => void;
  /** Opens the list of the current TV's remotes; absent while it cannot be asked. */
  manage?: { label: string; open: () => void } | undefined;
  close: () => void;
}

/** The TVs that this phone is paired with, and how to add one. */
export function TvsSheet(props: TvsSheetProps) {
  const { tvs, current, volatile, use, forget, enter, manage, close } = props;
  return (
    <Sheet heading={labels.tvs.heading} close={close}>
      <ul class="tvs">
        {tvs.map((tv) => (
          <li key={tv.tv} data-current={tv.tv === current?.tv}>
            <button
              type="button"
              class="tvs-use"
              aria-current={tv.tv === current?.tv}
              onClick={() => {
                use(tv);
                close();
              }}
            >
              <span class="tvs-check">
                {isOutdated(tv) ? (
                  <TriangleAlert class="tvs-outdated" size={20} />
                ) : (
                  tv.tv === current?.tv && <Check size={22} />
                )}
              </span>
              <span>
                <span dir="auto">{tv.name || labels.tv}</span>
                {isOutdated(tv) && <span class="tvs-note">{labels.tvs.outdated}</span>}
              </span>
            </button>
            <button
              type="button"
              class="press press-small"
              aria-label={labels.tvs.forget(tv.name)}
              onClick={() => forget(tv)}
            >
              <Trash2 size={20} />
            </button>
          </li>
        ))}
      </ul>
      {manage && (
        <button type="button" class="sheet-row" onClick={manage.open}>
          <span>{manage.label}</span>
          <ChevronRight size={20} />
        </button>
      )}
      {volatile && <p class="hint sheet-note">{labels.volatile}</p>}
      <h3>{labels.tvs.add}</h3>
      <p class="hint">{labels.tvs.addText}</p>
      <CodeBox enter={enter} />
    </Sheet>
  );
}
