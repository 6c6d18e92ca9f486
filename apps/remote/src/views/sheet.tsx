import { X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { labels } from '../labels.ts';

interface Props {
  heading: string;
  close: () => void;
  children: ComponentChildren;
}

/** Comes up over the page; Escape, a tap beside it and its own button close it. */
export function Sheet({ heading, close, children }: Props) {
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = sheet.current;
    if (!dialog) return undefined;
    // What is beside the sheet belongs to the dialog's backdrop.
    const outside = (event: Event) => event.target === dialog && dialog.close();
    dialog.addEventListener('click', outside);
    dialog.addEventListener('close', close);
    dialog.showModal();
    return () => {
      dialog.removeEventListener('click', outside);
      // It comes a little later, when another sheet may be open already.
      dialog.removeEventListener('close', close);
      dialog.close();
    };
  }, []);
  return (
    <dialog ref={sheet} class="sheet" aria-labelledby="sheet-heading">
      <div class="sheet-body">
        <div class="sheet-top">
          <h2 id="sheet-heading" tabIndex={-1} autofocus dir="auto">
            {heading}
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
        {children}
      </div>
    </dialog>
  );
}
