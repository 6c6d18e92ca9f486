import { useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';
import { toUri } from '../state/view.ts';

interface Props {
  remote: RemoteStore;
  loaded: () => void;
  /** There is nothing else to choose from. */
  alone: boolean;
}

export function AddressBox({ remote, loaded, alone }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [empty, setEmpty] = useState(false);
  const [sent, setSent] = useState<string>();
  const blocked = remote.blocked.value !== undefined;

  const submit = async (event: Event) => {
    event.preventDefault();
    const input = box.current;
    if (!input || blocked) return;
    const uri = toUri(input.value);
    setEmpty(uri === '');
    if (uri === '') return input.focus();
    setSent(uri);
    if (await remote.load(uri)) {
      input.value = '';
      input.blur();
      loaded();
    }
  };

  return (
    <form class="address" onSubmit={submit} noValidate>
      <label class="address-label" for="address">
        {alone ? labels.address.heading : labels.address.otherwise}
      </label>
      <div class="field">
        <input
          ref={box}
          id="address"
          type="url"
          inputMode="url"
          aria-label={labels.address.label}
          aria-invalid={empty}
          aria-describedby={empty ? 'address-hint' : undefined}
          placeholder={labels.address.placeholder}
          autocomplete="off"
          autocapitalize="off"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="go"
          onInput={() => setEmpty(false)}
        />
        <button
          type="submit"
          class="button"
          disabled={blocked}
          aria-busy={sent !== undefined && remote.loading.value === sent}
        >
          {labels.address.submit}
        </button>
      </div>
      {empty && (
        <p class="hint hint-error" id="address-hint">
          {labels.address.empty}
        </p>
      )}
    </form>
  );
}
