import type { MediaState } from '@fjern/protocol';
import {
  Check,
  CirclePlay,
  House,
  KeyRound,
  MonitorX,
  RotateCcw,
  ShieldAlert,
  TriangleAlert,
  WifiOff,
} from 'lucide-preact';
import { labels } from '../labels.ts';
import { titleOf } from '../state/metadata.ts';
import { Artwork, Button, Message, Spinner } from './parts.tsx';

const icon = { class: 'icon', 'aria-hidden': true } as const;

export function NoToken() {
  const { heading, hint, example } = labels.noToken;
  return (
    <Message icon={<KeyRound {...icon} />} heading={heading}>
      <p class="lead">
        {hint[0]}
        <code>{hint[1]}</code>
        {hint[2]}
        <code>{example}</code>
      </p>
    </Message>
  );
}

export function Refused() {
  const { heading, hint } = labels.refused;
  return (
    <Message icon={<KeyRound {...icon} />} heading={heading}>
      <Command hint={hint} />
    </Message>
  );
}

export function Unsealed({ name }: { name: string }) {
  const { heading, hint } = labels.unsealed;
  return (
    <Message
      icon={<ShieldAlert {...icon} />}
      heading={heading}
      eyebrow={name || undefined}
      tone="warn"
    >
      <Command hint={hint} />
    </Message>
  );
}

/** A sentence with something to type in its middle. */
function Command({ hint }: { hint: readonly [string, string, string] }) {
  return (
    <p class="lead">
      {hint[0]}
      <code>{hint[1]}</code>
      {hint[2]}
    </p>
  );
}

export function Connecting({ name }: { name: string }) {
  return (
    <Message icon={<Spinner />} heading={name || labels.connecting.heading}>
      <p class="lead" role="status">
        {labels.connecting.hint}
      </p>
    </Message>
  );
}

export function Offline({ name }: { name: string }) {
  const { heading, hint } = labels.offline;
  return (
    <Message icon={<WifiOff {...icon} />} heading={heading} eyebrow={name || undefined} tone="warn">
      <p class="lead" role="status">
        {hint}
      </p>
    </Message>
  );
}

export function Stopped({ onConnect }: { onConnect: () => void }) {
  const { heading, hint, button } = labels.stopped;
  return (
    <Message
      icon={<WifiOff {...icon} />}
      heading={heading}
      tone="warn"
      actions={
        <Button start icon={<RotateCcw {...icon} />} onPress={onConnect}>
          {button}
        </Button>
      }
    >
      <p class="lead">{hint}</p>
    </Message>
  );
}

export function Conflict({ onTakeOver }: { onTakeOver: () => void }) {
  const { heading, hint, button } = labels.conflict;
  return (
    <Message
      icon={<MonitorX {...icon} />}
      heading={heading}
      actions={
        <Button start onPress={onTakeOver}>
          {button}
        </Button>
      }
    >
      <p class="lead">{hint}</p>
    </Message>
  );
}

export function Start({ media, onStart }: { media: MediaState; onStart: () => void }) {
  const { heading, hint, button } = labels.start;
  return (
    <Message
      icon={<CirclePlay {...icon} />}
      heading={heading}
      eyebrow={titleOf(media.metadata)}
      aside={<Artwork metadata={media.metadata} />}
      actions={
        <Button start icon={<CirclePlay {...icon} />} onPress={onStart}>
          {button}
        </Button>
      }
    >
      <p class="lead">{hint}</p>
    </Message>
  );
}

export function Ended(props: { media: MediaState; onAgain: () => void; onDone: () => void }) {
  const { heading, hint, again, done } = labels.ended;
  const { metadata } = props.media;
  return (
    <Message
      heading={heading}
      eyebrow={titleOf(metadata)}
      aside={<Artwork metadata={metadata} />}
      actions={
        <>
          <Button start icon={<RotateCcw {...icon} />} onPress={props.onAgain}>
            {again}
          </Button>
          <Button icon={<Check {...icon} />} onPress={props.onDone}>
            {done}
          </Button>
        </>
      }
    >
      <p class="lead">{hint}</p>
    </Message>
  );
}

export function Failed(props: { media: MediaState; onRetry: () => void; onBack: () => void }) {
  const { heading, hint, retry, back } = labels.error;
  const { metadata, error, source } = props.media;
  const condition = error?.condition ?? 'media-failed';
  return (
    <Message
      icon={<TriangleAlert {...icon} />}
      tone="error"
      heading={heading[condition]}
      eyebrow={metadata?.title ?? source?.uri}
      aside={<Artwork metadata={metadata} />}
      actions={
        <>
          <Button start icon={<RotateCcw {...icon} />} onPress={props.onRetry}>
            {retry}
          </Button>
          <Button icon={<House {...icon} />} onPress={props.onBack}>
            {back}
          </Button>
        </>
      }
    >
      <p class="lead">{hint[condition]}</p>
    </Message>
  );
}
