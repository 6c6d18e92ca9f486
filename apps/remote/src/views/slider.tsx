import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Drag } from '../state/drag.ts';

interface Props {
  label: string;
  /** For people who do not see it: what the value means. */
  text: string;
  min: number;
  max: number;
  /** Of the value as the input gives it. */
  step: number;
  /** What an arrow key, and PageUp or PageDown, move it by. */
  keySteps: { arrow: number; page: number };
  value: number;
  drag: Drag;
  disabled?: boolean;
  /** It may not be moved: called when somebody tries, and says why. */
  lacking?: () => void;
  describedBy?: string | undefined;
  class?: string;
  /** Over the thumb, while a finger hides it. */
  bubble?: string | undefined;
  children?: ComponentChildren;
}

/**
 * A native range input for keyboard and assistive technology under a surface that a finger can put down
 * anywhere: on iOS a bare input moves only when its small thumb is hit.
 */
export function Slider(props: Props) {
  const { min, max, step, value, drag, disabled = false, lacking } = props;
  const surface = useRef<HTMLDivElement>(null);
  const share = max > min ? (value - min) / (max - min) : 0;

  const valueAt = (clientX: number): number => {
    const box = surface.current?.getBoundingClientRect();
    if (!box || box.width === 0) return value;
    const at = Math.min(Math.max((clientX - box.left) / box.width, 0), 1);
    return round(min + at * (max - min));
  };
  const round = (raw: number): number => {
    const stepped = Math.round(Math.min(Math.max(raw, min), max) / step) * step;
    return Number(Math.min(stepped, max).toFixed(3));
  };

  const down = (event: PointerEvent) => {
    if (disabled || event.button !== 0) return;
    if (lacking) return lacking();
    surface.current?.setPointerCapture(event.pointerId);
    surface.current?.querySelector('input')?.focus({ preventScroll: true });
    event.preventDefault();
    drag.grab();
    drag.move(valueAt(event.clientX));
  };
  const moved = (event: PointerEvent) => {
    if (drag.held.peek()) drag.move(valueAt(event.clientX));
  };
  const up = () => {
    if (drag.held.peek()) drag.release();
  };

  const key = (event: KeyboardEvent) => {
    const by = keyStep(event, props.keySteps, step);
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (lacking) return lacking();
    drag.jump(round(value + by));
  };

  const moveTo = (input: HTMLInputElement) => {
    if (!lacking) return drag.jump(input.valueAsNumber);
    input.value = String(value);
    lacking();
  };

  return (
    <div
      ref={surface}
      class={`slider ${props.class ?? ''}`}
      data-held={drag.held.value}
      data-disabled={disabled || lacking !== undefined}
      style={{ '--share': String(share) }}
      onPointerDown={down}
      onPointerMove={moved}
      onPointerUp={up}
      onPointerCancel={up}
    >
      <input
        type="range"
        aria-label={props.label}
        aria-valuetext={props.text}
        aria-describedby={props.describedBy}
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-disabled={lacking !== undefined || undefined}
        onInput={(event) => moveTo(event.currentTarget)}
        onKeyDown={key}
      />
      <div class="slider-track" aria-hidden="true">
        <div class="slider-fill" />
        {props.children}
      </div>
      <div class="slider-rail" aria-hidden="true">
        <div class="slider-thumb" />
        {props.bubble !== undefined && <div class="slider-bubble">{props.bubble}</div>}
      </div>
    </div>
  );
}

/** Shift makes the smallest step. Home and End stay the browser's. */
function keyStep(
  event: KeyboardEvent,
  { arrow, page }: Props['keySteps'],
  smallest: number,
): number | undefined {
  const size = event.shiftKey ? smallest : arrow;
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return size;
    case 'ArrowLeft':
    case 'ArrowDown':
      return -size;
    case 'PageUp':
      return page;
    case 'PageDown':
      return -page;
    default:
      return undefined;
  }
}
