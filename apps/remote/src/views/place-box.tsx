import { useRef, useState } from 'preact/hooks';
import { tvsLabels } from '../labels-tvs.ts';

const labels = tvsLabels.address;

/** For a TV that nobody sees: its address, or the link out of its code. */
export function PlaceBox({ enter }: { enter: (text: string) => void }) {
  const box = useRef<HTMLInputElement>(null);
  const [empty, setEmpty] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = box.current?.value.trim() ?? '';
    setEmpty(text === '');
    if (text) enter(text);
    else box.current?.focus();
  };
  return (
    <details class="code">
      <summary>{labels.toggle}</summary>
      <form onSubmit={submit} noValidate>
        <p class="hint">{labels.other}</p>
        <label for="place">{labels.label}</label>
        <div class="field">
          <input
            ref={box}
            id="place"
            type="url"
            inputMode="url"
            dir="ltr"
            aria-describedby="place-hint"
            aria-invalid={empty}
            placeholder={labels.placeholder}
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck={false}
            enterkeyhint="go"
            onInput={() => setEmpty(false)}
          />
          <button type="submit" class="button">
            {labels.submit}
          </button>
        </div>
        <p
          class={`hint ${empty ? 'hint-error' : ''}`}
          id="place-hint"
          role={empty ? 'alert' : undefined}
        >
          {empty ? labels.empty : labels.hint}
        </p>
      </form>
    </details>
  );
}
