import type { PairedRemote, PairingStatus, Role } from '@fjern/protocol';
import { ArrowLeft, ChevronRight, Plus } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { RemotesDialog } from '../state/screen.ts';
import { Button, RemoteIcon } from './parts.tsx';
import { RenameDialog } from './RenameDialog.tsx';
import { ActionsDialog, RemovalDialog, RolesDialog } from './remote-dialogs.tsx';

export interface RemotesProps {
  pairing: PairingStatus;
  dialog: RemotesDialog | undefined;
  /** Milliseconds since the Unix epoch. */
  now: number;
  onOpen: (id: string) => void;
  onAdd: () => void;
  onInvite: (role: Role) => Promise<void>;
  onInvited: () => void;
  onChangeRole: (id: string, role: Role) => Promise<void>;
  onAskForName: (id: string) => void;
  onRename: (id: string, name: string) => Promise<void>;
  onRenamed: () => void;
  onAskToRemove: (id: string) => void;
  onRemove: (id: string) => Promise<void>;
  onBack: () => void;
}

/** Who is paired, and what can be done about it. */
export function Remotes(props: RemotesProps) {
  const { pairing, dialog, now, onBack } = props;
  const { remotes } = pairing;
  const { heading, empty, add, back } = labels.remotes;
  return (
    <div class="screen remotes" data-focus-scope>
      <header class="remotes__header">
        <h1>{heading}</h1>
        <div class="remotes__buttons">
          <Button
            start={remotes.length === 0}
            icon={<Plus class="icon" aria-hidden />}
            onPress={props.onAdd}
          >
            {add}
          </Button>
          <Button icon={<ArrowLeft class="icon" aria-hidden />} onPress={onBack}>
            {back}
          </Button>
        </div>
      </header>
      {remotes.length === 0 ? (
        <p class="lead">{empty}</p>
      ) : (
        <ul class="remotes__list">
          {remotes.map((remote, index) => (
            <li key={remote.id}>
              <Row remote={remote} start={index === 0} now={now} onOpen={props.onOpen} />
            </li>
          ))}
        </ul>
      )}
      {dialog?.kind === 'actions' && (
        <ActionsDialog
          key={dialog.remote.id}
          remote={dialog.remote}
          remotes={remotes}
          now={now}
          onChangeRole={props.onChangeRole}
          onRename={props.onAskForName}
          onRemove={props.onAskToRemove}
          onClose={onBack}
        />
      )}
      {dialog?.kind === 'name' && (
        <RenameDialog
          key={dialog.remote.id}
          remote={dialog.remote}
          onRename={props.onRename}
          onRenamed={props.onRenamed}
          onCancel={onBack}
        />
      )}
      {dialog?.kind === 'removal' && (
        <RemovalDialog
          remote={dialog.remote}
          remotes={remotes}
          onRemove={props.onRemove}
          onKeep={onBack}
        />
      )}
      {dialog?.kind === 'roles' && (
        <RolesDialog onInvite={props.onInvite} onInvited={props.onInvited} onCancel={onBack} />
      )}
    </div>
  );
}

function Row(props: {
  remote: PairedRemote;
  start: boolean;
  now: number;
  onOpen: (id: string) => void;
}) {
  const { remote, start, now, onOpen } = props;
  return (
    <button
      type="button"
      class="remote"
      data-start={start ? '' : undefined}
      onClick={() => onOpen(remote.id)}
    >
      <RemoteIcon kind={remote.kind} />
      <span class="remote__text">
        <span class="remote__name" dir="auto">
          {remote.name}
        </span>
        <span class="remote__seen">
          {remote.online && <span class="dot" aria-hidden />}
          {labels.remotes.seen(remote, now)}
        </span>
      </span>
      <span class={`remote__role remote__role--${remote.grant.role}`}>
        {labels.remotes.role(remote, now)}
      </span>
      <ChevronRight class="icon remote__more" aria-hidden />
    </button>
  );
}
