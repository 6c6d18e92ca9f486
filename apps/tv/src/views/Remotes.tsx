import type { PairedRemote } from '@fjern/protocol';
import { ArrowLeft, Trash2 } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { Button, RemoteIcon } from './parts.tsx';

export interface RemotesProps {
  remotes: PairedRemote[];
  removing: PairedRemote | undefined;
  onAsk: (remote: PairedRemote | undefined) => void;
  onRemove: (id: string) => Promise<void>;
  onBack: () => void;
}

/** The paired remotes, each of which can be removed. */
export function Remotes({ remotes, removing, onAsk, onRemove, onBack }: RemotesProps) {
  const { heading, empty, online, since, remove, removeNamed, back } = labels.remotes;
  return (
    <div class="screen remotes" data-focus-scope>
      <header class="remotes__header">
        <h1>{heading}</h1>
        <Button
          start={remotes.length === 0}
          icon={<ArrowLeft class="icon" aria-hidden />}
          onPress={onBack}
        >
          {back}
        </Button>
      </header>
      {remotes.length === 0 ? (
        <p class="lead">{empty}</p>
      ) : (
        <ul class="remotes__list">
          {remotes.map((remote, index) => (
            <li key={remote.id} class="remote">
              <RemoteIcon kind={remote.kind} />
              <div class="remote__text">
                <p class="remote__name" dir="auto">
                  {remote.name}
                </p>
                <p class={remote.online ? 'remote__online' : 'muted'}>
                  {remote.online && <span class="dot" aria-hidden />}
                  {remote.online ? online : since(remote.pairedAt)}
                </p>
              </div>
              <Button
                start={index === 0}
                label={removeNamed(remote)}
                icon={<Trash2 class="icon" aria-hidden />}
                onPress={() => onAsk(remote)}
              >
                {remove}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {removing && (
        <Confirm remote={removing} onKeep={() => onAsk(undefined)} onRemove={onRemove} />
      )}
    </div>
  );
}

function Confirm(props: {
  remote: PairedRemote;
  onKeep: () => void;
  onRemove: (id: string) => Promise<void>;
}) {
  const { confirm, confirmHint, keep, remove, failed } = labels.remotes;
  const [state, setState] = useState<'asking' | 'busy' | 'failed'>('asking');
  const run = () => {
    setState('busy');
    props.onRemove(props.remote.id).catch(() => setState('failed'));
  };
  return (
    <div class="dialog" data-focus-scope>
      <div class="dialog__box" role="dialog" aria-modal="true" aria-labelledby="confirm-heading">
        <h2 id="confirm-heading">{confirm(props.remote)}</h2>
        <p class="lead" role={state === 'failed' ? 'alert' : undefined}>
          {state === 'failed' ? failed : confirmHint}
        </p>
        <div class="actions">
          <Button start onPress={props.onKeep}>
            {keep}
          </Button>
          <Button look="danger" busy={state === 'busy'} onPress={run}>
            {remove}
          </Button>
        </div>
      </div>
    </div>
  );
}
