import { type PairedRemote, type Role, roles } from '@fjern/protocol';
import { House, Key, Pencil, Smartphone, Trash2, User, X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { Button, RemoteIcon, useReturningFocus } from './parts.tsx';

const icon = { class: 'icon', 'aria-hidden': true } as const;
const roleIcons = { owner: Key, member: House, guest: User };

/** Roles that a remote can be given: a TV keeps an owner, if need be the oldest member. */
export function rolesFor(remote: PairedRemote, remotes: readonly PairedRemote[]): Role[] {
  const { role } = remote.grant;
  const others = remotes.filter(({ id }) => id !== remote.id);
  if (role === 'owner' && !others.some(({ grant }) => grant.role !== 'guest')) return [];
  return roles.filter((other) => other !== role);
}

export function ActionsDialog(props: {
  remote: PairedRemote;
  remotes: readonly PairedRemote[];
  now: number;
  onChangeRole: (id: string, role: Role) => Promise<void>;
  onRename: (id: string) => void;
  onRemove: (id: string) => void;
  onClose: () => void;
}) {
  const { remote, remotes, now } = props;
  const { make, makeHint, remove, removeHint, close, seen, role, since, failed } = labels.remotes;
  const { rename, renameHint } = labels.rename;
  const [state, run] = useAction();
  const choices = rolesFor(remote, remotes);
  const facts = [role(remote, now), seen(remote, now)];
  // A guest's end says enough.
  if (remote.grant.role !== 'guest') facts.push(since(remote.pairedAt));
  return (
    <Dialog>
      <header class="dialog__remote">
        <RemoteIcon kind={remote.kind} />
        <div class="dialog__remote-text">
          <h2 id="dialog-heading" dir="auto">
            {remote.name}
          </h2>
          <p class="muted">{facts.join(' · ')}</p>
        </div>
      </header>
      <p class="dialog__failure" role="alert">
        {state === 'failed' && failed}
      </p>
      <div class="choices">
        <Choice
          icon={<Pencil {...icon} />}
          hint={renameHint}
          onPress={() => props.onRename(remote.id)}
        >
          {rename}
        </Choice>
        {choices.map((choice) => {
          const Icon = roleIcons[choice];
          return (
            <Choice
              key={choice}
              icon={<Icon {...icon} />}
              hint={makeHint[choice]}
              busy={state === 'busy'}
              onPress={() => run(() => props.onChangeRole(remote.id, choice), props.onClose)}
            >
              {make[choice]}
            </Choice>
          );
        })}
        <Choice
          icon={<Trash2 {...icon} />}
          danger
          hint={removeHint}
          onPress={() => props.onRemove(remote.id)}
        >
          {remove}
        </Choice>
        <Choice start icon={<X {...icon} />} onPress={props.onClose}>
          {close}
        </Choice>
      </div>
    </Dialog>
  );
}

export function RemovalDialog(props: {
  remote: PairedRemote;
  remotes: readonly PairedRemote[];
  onRemove: (id: string) => Promise<void>;
  onKeep: () => void;
}) {
  const { remote, remotes } = props;
  const { confirm, confirmHint, confirmOwnerHint, keep, remove, failed } = labels.remotes;
  const [state, run] = useAction();
  const others = remotes.filter(({ id }) => id !== remote.id).map(({ grant }) => grant.role);
  const hasHeir = others.includes('member') && !others.includes('owner');
  const hint = remote.grant.role === 'owner' && hasHeir ? confirmOwnerHint : confirmHint;
  return (
    <Dialog>
      <h2 id="dialog-heading">{confirm(remote)}</h2>
      <p class="lead" role={state === 'failed' ? 'alert' : undefined}>
        {state === 'failed' ? failed : hint}
      </p>
      <div class="actions">
        <Button start onPress={props.onKeep}>
          {keep}
        </Button>
        <Button
          look="danger"
          busy={state === 'busy'}
          onPress={() => run(() => props.onRemove(remote.id))}
        >
          {remove}
        </Button>
      </div>
    </Dialog>
  );
}

/** Whom the next code is for. */
export function RolesDialog(props: {
  onInvite: (role: Role) => Promise<void>;
  onInvited: () => void;
  onCancel: () => void;
}) {
  const { heading, member, memberHint, guest, guestHint, cancel } = labels.invite;
  const [state, run] = useAction();
  const choice = (role: Role) => ({
    busy: state === 'busy',
    onPress: () => run(() => props.onInvite(role), props.onInvited),
  });
  return (
    <Dialog>
      <h2 id="dialog-heading">{heading}</h2>
      <p class="dialog__failure" role="alert">
        {state === 'failed' && labels.remotes.failed}
      </p>
      <div class="choices">
        <Choice start icon={<Smartphone {...icon} />} hint={memberHint} {...choice('member')}>
          {member}
        </Choice>
        <Choice icon={<User {...icon} />} hint={guestHint} {...choice('guest')}>
          {guest}
        </Choice>
        <Choice icon={<X {...icon} />} onPress={props.onCancel}>
          {cancel}
        </Choice>
      </div>
    </Dialog>
  );
}

export function Dialog({ children, wide }: { children: ComponentChildren; wide?: boolean }) {
  useReturningFocus();
  return (
    <div class="dialog" data-focus-scope>
      <div
        class={`dialog__box ${wide ? 'dialog__box--wide' : ''}`}
        role="dialog"
        aria-modal="true"
        aria-labelledby="dialog-heading"
      >
        {children}
      </div>
    </div>
  );
}

function Choice(props: {
  children: ComponentChildren;
  icon: ComponentChildren;
  onPress: () => void;
  hint?: string;
  start?: boolean;
  danger?: boolean;
  busy?: boolean;
}) {
  return (
    <button
      type="button"
      class={`choice ${props.danger ? 'choice--danger' : ''}`}
      data-start={props.start ? '' : undefined}
      aria-busy={props.busy}
      onClick={props.busy ? undefined : props.onPress}
    >
      {props.icon}
      <span class="choice__text">
        <span class="choice__label">{props.children}</span>
        {props.hint && <span class="choice__hint">{props.hint}</span>}
      </span>
    </button>
  );
}

/** What was chosen, while the box does it; a second press meanwhile does nothing. */
export function useAction() {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const isOpen = useRef(true);
  useEffect(
    () => () => {
      isOpen.current = false;
    },
    [],
  );
  /** @param done what follows, unless the viewer has gone on meanwhile */
  const run = (action: () => Promise<void>, done: () => void = () => {}) => {
    setState('busy');
    action().then(
      () => isOpen.current && done(),
      (error) => {
        console.warn(error);
        setState('failed');
      },
    );
  };
  return [state, run] as const;
}
