import type { CommandName } from '@fjern/protocol';
import { Lock, Pause, Play, RotateCcw, RotateCw, Square } from 'lucide-preact';
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
        command="stop"
        label={labels.transport.stop}
        disabled={blocked}
        press={remote.stop}
      >
        <Square class="solid" size={22} />
      </Press>
      <Press
        remote={remote}
        command="seek"
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
        command={pauses ? 'pause' : 'play'}
        label={pauses ? labels.transport.pause : labels.transport.play}
        disabled={blocked || media.state === 'error'}
        press={pauses ? remote.pause : remote.play}
      >
        {pauses ? <Pause class="solid" size={34} /> : <Play class="solid nudge" size={34} />}
      </Press>
      <Press
        remote={remote}
        command="seek"
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

const noop = () => {};

interface PressProps {
  remote: RemoteStore;
  /** Whose answer it waits for. */
  action?: Action;
  /** What it makes the TV do: without the right to it, a press says so. */
  command?: CommandName;
  label: string;
  disabled?: boolean;
  press: () => unknown;
  class?: string;
  children: ComponentChildren;
}

/** A button that looks pressed at once, and pending when the TV's answer takes a while. */
export function Press(props: PressProps) {
  const { remote, action, command, label, disabled, press, children } = props;
  const lacks = command !== undefined && remote.lacks(command);
  const slow = action !== undefined && remote.pending.value.get(action) === 'slow';
  const click = () => {
    feel();
    if (!command || !remote.explain(command)) press();
  };
  return (
    <button
      type="button"
      class={`press ${props.class ?? ''}`}
      aria-label={label}
      aria-disabled={lacks || undefined}
      aria-busy={slow}
      aria-describedby={disabled ? 'caption' : undefined}
      disabled={disabled}
      onClick={click}
    >
      {children}
      {lacks && <Lock class="press-lock" size={14} stroke-width={2.5} />}
    </button>
  );
}

/** The phone's own picker: the best list of six that a thumb can have. */
function Rate({ remote, disabled }: { remote: RemoteStore; disabled: boolean }) {
  const current = remote.media.value?.playbackRate ?? 1;
  if (remote.lacks('setRate') && !disabled)
    return (
      <Press
        class="rate"
        remote={remote}
        command="setRate"
        label={`${labels.transport.rate} ${labels.transport.rateValue(current)}`}
        press={noop}
      >
        {labels.transport.rateValue(current)}
      </Press>
    );
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
