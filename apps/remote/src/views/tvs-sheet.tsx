import { Check, Trash2, X } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { RememberedTv } from '../state/known-tvs.ts';
import { CodeBox } from './code-box.tsx';

export interface TvsSheetProps<T> {
  tvs: readonly T[];
  current: T;
  use: (tv: T) => void;
  forget: (tv: T) => void;
  enter: (text: string) => void;
  close: () => void;
}

/** The TVs that this phone is paired with, and how to add one. */
export function TvsSheet<T extends RememberedTv>(props: TvsSheetProps<T>) {
  const { tvs, current, use, forget, enter, close } = props;
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = sheet.current;
    if (!dialog) return undefined;
    // What is beside the sheet belongs to the dialog's backdrop.
    const outside = (event: Event) => event.target === dialog && dialog.close();
    dialog.addEventListener('click', outside);
    dialog.showModal();
    return () => {
      dialog.removeEventListener('click', outside);
      dialog.close();
    };
  }, []);

  return (
    <dialog ref={sheet} class="sheet" aria-labelledby="tvs" onClose={close}>
      <div class="sheet-body">
        <div class="sheet-top">
          <h2 id="tvs" tabIndex={-1} autofocus>
            {labels.tvs.heading}
          </h2>
          <button
            type="button"
            class="press press-small"
            aria-label={labels.tvs.close}
            onClick={close}
          >
            <X size={22} />
          </button>
        </div>
        <ul class="tvs">
          {tvs.map((tv) => (
            <li key={tv.tv} data-current={tv.tv === current.tv}>
              <button
                type="button"
                class="tvs-use"
                aria-current={tv.tv === current.tv}
                onClick={() => {
                  use(tv);
                  close();
                }}
              >
                <span class="tvs-check">{tv.tv === current.tv && <Check size={22} />}</span>
                <span dir="auto">{tv.name || labels.tv}</span>
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
        <h3>{labels.tvs.add}</h3>
        <p class="hint">{labels.tvs.addText}</p>
        <CodeBox enter={enter} />
      </div>
    </dialog>
  );
}
