import type { MediaMetadata, RemoteKind } from '@fjern/protocol';
import { Laptop, MonitorSmartphone, Smartphone, Tablet } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export function Button(props: {
  children: ComponentChildren;
  onPress: () => void;
  icon?: ComponentChildren;
  /** Where the focus starts. */
  start?: boolean;
  look?: 'plain' | 'danger';
  label?: string;
  busy?: boolean;
}) {
  return (
    <button
      type="button"
      class={`button ${props.look === 'danger' ? 'button--danger' : ''}`}
      data-start={props.start ? '' : undefined}
      aria-label={props.label}
      aria-busy={props.busy}
      onClick={props.busy ? undefined : props.onPress}
    >
      {props.icon}
      <span>{props.children}</span>
    </button>
  );
}

/** Where a dialog was opened from, the focus is again when it has gone. */
export function useReturningFocus(): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}

export function RemoteIcon({ kind }: { kind: RemoteKind }) {
  const Icon = { phone: Smartphone, tablet: Tablet, computer: Laptop, other: MonitorSmartphone }[
    kind
  ];
  return <Icon class="icon" aria-hidden />;
}

/** The picture that goes with the media; takes no room when there is none, or it does not load. */
export function Artwork({ metadata }: { metadata: MediaMetadata | undefined }) {
  const src = metadata?.artwork?.[0]?.src;
  const [broken, setBroken] = useState<string>();
  if (!src || broken === src) return null;
  return <img class="artwork" src={src} alt="" onError={() => setBroken(src)} />;
}

export function Spinner() {
  return <div class="spinner" aria-hidden />;
}

/** A screen that says one thing and what to do about it. */
export function Message(props: {
  icon?: ComponentChildren;
  heading: string;
  children?: ComponentChildren;
  actions?: ComponentChildren;
  aside?: ComponentChildren;
  eyebrow?: string | undefined;
  tone?: 'warn' | 'error';
}) {
  return (
    <div class="screen message" data-focus-scope>
      <div class="message__text">
        {props.icon && (
          <div class={`message__icon ${props.tone ? `message__icon--${props.tone}` : ''}`}>
            {props.icon}
          </div>
        )}
        {props.eyebrow && (
          <p class="eyebrow" dir="auto">
            {props.eyebrow}
          </p>
        )}
        <h1>{props.heading}</h1>
        {props.children}
        {props.actions && <div class="actions">{props.actions}</div>}
      </div>
      {props.aside && <div class="message__aside">{props.aside}</div>}
    </div>
  );
}
