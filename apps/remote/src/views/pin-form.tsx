import { useEffect, useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { pairingLabels } from '../labels-pairing.ts';
import type { PairProblem, PinState } from '../state/pairing.ts';
import { Countdown } from './countdown.tsx';

interface Props {
  tv: string;
  pin: PinState;
  enter: (pin: string) => void;
}

const length = 6;

/** The same digits may be taken a little later. */
const keepsDigits: readonly PairProblem[] = ['busy', 'failed', 'timeout', 'unreachable'];

/** Six digits off the TV, in one field: what is pasted or filled in by the phone works, too. */
export function PinForm({ tv, pin, enter }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [digits, setDigits] = useState('');
  const trying = pin.status === 'trying';
  const failed = pin.status === 'failed' ? pin : undefined;
  const locked = failed?.until !== undefined;
  const canRepeat = failed !== undefined && keepsDigits.includes(failed.problem);

  useEffect(() => {
    if (!failed || keepsDigits.includes(failed.problem)) return;
    setDigits('');
    box.current?.focus({ preventScroll: true });
  }, [failed]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (digits.length === length) enter(digits);
    else box.current?.focus();
  };
  const typed = (event: { currentTarget: HTMLInputElement }) => {
    const input = event.currentTarget;
    const before = digitsOf(input.value.slice(0, input.selectionStart ?? input.value.length));
    const next = digitsOf(input.value).slice(0, length);
    input.value = grouped(next);
    const caret = grouped(next.slice(0, before.length)).length;
    input.setSelectionRange(caret, caret);
    setDigits(next);
    if (next.length === length && next !== digits) enter(next);
  };

  return (
    <form class="pin" onSubmit={submit} noValidate>
      <label class="pin-label" for="pin">
        {pairingLabels.pin.label}
      </label>
      <div class="pin-place" data-trying={trying}>
        <input
          ref={box}
          id="pin"
          class="pin-field"
          type="text"
          inputMode="numeric"
          autocomplete="one-time-code"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="go"
          placeholder="––– –––"
          value={grouped(digits)}
          readOnly={trying || locked}
          aria-invalid={failed !== undefined}
          aria-describedby="pin-hint"
          onInput={typed}
        />
      </div>
      <div class="pin-hint" id="pin-hint" role="alert">
        {failed ? (
          <p class="hint hint-error">{problemOf(failed.problem, tv)}</p>
        ) : (
          <p class="hint">{trying ? pairingLabels.pin.trying : pairingLabels.pin.hint}</p>
        )}
      </div>
      {locked && (
        <p class="pin-wait">
          <Countdown until={failed.until ?? 0} />
        </p>
      )}
      {canRepeat && digits.length === length && (
        <button type="submit" class="button">
          {labels.tryAgain}
        </button>
      )}
    </form>
  );
}

function problemOf(problem: PairProblem, tv: string): string {
  const { digits, text } = pairingLabels.problems[problem];
  return (digits ?? text)(tv);
}

const digitsOf = (text: string) => text.replace(/\D/g, '');

/** `123 456`: as the TV shows them. */
const grouped = (digits: string) =>
  digits.length > 3 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits;
