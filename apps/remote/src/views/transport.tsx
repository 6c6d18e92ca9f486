import { Pause, Play, RotateCcw, RotateCw, Square } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { labels } from '../labels.ts';
import { feel } from '../platform/feel.ts';
import type { Action, RemoteStore } from '../state/remote.ts';
import { rateChoices } from '../state/view.ts';

export function Transport({ remote }: { remote: RemoteStore }) {
  const media = remote.media.value;
  if (!media) return null;
  const blocked = remote.blocked.value !== undefined;
  const cannotSeek = blocked || !remote.position.value?.seekable;
  const pauses = remote.showsPause(media);

  return (
    <div class="transport">
      <Press
        remote={remote}
        action="stop"
        label={labels.transport.stop}
        disabled={blocked}
        press={remote.stop}
      >
        <Square class="solid" size={22} />
      </Press>
      <Press
        remote={remote}
        label={labels.transport.back}
        disabled={cannotSeek}
        press={remote.skipBack}
      >
        <Ten>
          <RotateCcw size={36} stroke-width={1.5} />
        </Ten>
      </Press>
      <Press
        class="press-main"
        remote={remote}
        action={pauses ? 'pause' : 'play'}
        label={pauses ? labels.transport.pause : labels.transport.play}
        disabled={blocked || media.state === 'error'}
        press={pauses ? remote.pause : remote.play}
      >
        {pauses ? <Pause class="solid" size={34} /> : <Play class="solid nudge" size={34} />}
      </Press>
      <Press
        remote={remote}
        label={labels.transport.forward}
        disabled={cannotSeek}
        press={remote.skipForward}
      >
        <Ten>
          <RotateCw size={36} stroke-width={1.5} />
        </Ten>
      </Press>
      <Rate remote={remote} disabled={blocked || media.live === true} />
    </div>
  );
}

function Ten({ children }: { children: ComponentChildren }) {
  return (
    <span class="ten">
      {children}
      <span class="ten-number">10</span>
    </span>
  );
}

interface PressProps {
  remote: RemoteStore;
  /** Whose answer it waits for. */
  action?: Action;
  label: string;
  disabled?: boolean;
  press: () => unknown;
  class?: string;
  children: ComponentChildren;
}

/** A button that looks pressed at once, and pending when the TV's answer takes a while. */
export function Press({ remote, action, label, disabled, press, children, ...rest }: PressProps) {
  const slow = action !== undefined && remote.pending.value.get(action) === 'slow';
  const click = () => {
    feel();
    press();
  };
  return (
    <button
      type="button"
      class={`press ${rest.class ?? ''}`}
      aria-label={label}
      aria-busy={slow}
      aria-describedby={disabled ? 'caption' : undefined}
      disabled={disabled}
      onClick={click}
    >
      {children}
    </button>
  );
}

/** The phone's own picker: the best list of six that a thumb can have. */
function Rate({ remote, disabled }: { remote: RemoteStore; disabled: boolean }) {
  const current = remote.media.value?.playbackRate ?? 1;
  return (
    <label
      class="rate"
      data-busy={remote.pending.value.get('rate') === 'slow'}
      data-disabled={disabled}
    >
      <span aria-hidden="true">{labels.transport.rateValue(current)}</span>
      <select
        aria-label={labels.transport.rate}
        disabled={disabled}
        value={String(current)}
        onChange={(event) => remote.setRate(Number(event.currentTarget.value))}
      >
        {rateChoices(remote.rates.value, current).map((rate) => (
          <option key={rate} value={String(rate)}>
            {labels.transport.rateValue(rate)}
          </option>
        ))}
      </select>
    </label>
  );
}
