import { useRef } from 'preact/hooks';
import { pairingLabels as labels } from '../labels-pairing.ts';

/** For a phone whose camera reads no codes: the same address, pasted or typed. */
export function CodeBox({ enter, open }: { enter: (text: string) => void; open?: boolean }) {
  const box = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = box.current?.value.trim() ?? '';
    if (text) enter(text);
    else box.current?.focus();
  };
  return (
    <details class="code" open={open}>
      <summary>{labels.code.toggle}</summary>
      <form onSubmit={submit} noValidate>
        <label for="code">{labels.code.label}</label>
        <div class="field">
          <input
            ref={box}
            id="code"
            type="url"
            inputMode="url"
            aria-describedby="code-hint"
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck={false}
            enterkeyhint="go"
          />
          <button type="submit" class="button">
            {labels.code.submit}
          </button>
        </div>
        <p class="hint" id="code-hint">
          {labels.code.hint}
        </p>
      </form>
    </details>
  );
}
