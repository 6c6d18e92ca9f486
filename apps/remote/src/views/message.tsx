import type { ComponentChildren } from 'preact';

interface Props {
  /** A picture of the situation. */
  icon?: ComponentChildren;
  /** A drawing, in place of the icon. */
  picture?: ComponentChildren;
  heading: string;
  /** What to do next, in a sentence. */
  text?: string | undefined;
  tone?: 'calm' | 'trouble';
  children?: ComponentChildren;
}

/** A page that says what is happening and what to do next. Never blank. */
export function Message({ icon, picture, heading, text, tone = 'calm', children }: Props) {
  return (
    <section class="message" data-tone={tone}>
      {(icon ?? picture) !== undefined && (
        <div class={`message-icon ${icon ? 'message-icon-round' : ''}`} aria-hidden="true">
          {icon ?? picture}
        </div>
      )}
      <h1 class="message-heading" dir="auto">
        {heading}
      </h1>
      {text !== undefined && (
        <p class="message-text" dir="auto">
          {text}
        </p>
      )}
      {children}
    </section>
  );
}
