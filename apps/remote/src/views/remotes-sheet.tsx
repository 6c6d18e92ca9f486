import type { PairedRemote, RemoteKind, Role } from '@fjern/protocol';
import { Laptop, Pencil, Radio, Smartphone, Tablet } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { remotesLabels as labels } from '../labels-remotes.ts';
import { stayOf } from '../state/grants.ts';
import type { RemoteStore } from '../state/remote.ts';
import { type OwnRemote, RemotesStore } from '../state/remotes.ts';
import { Sheet } from './sheet.tsx';

interface Props {
  remote: RemoteStore;
  /** The TV's name. */
  tv: string;
  own: OwnRemote;
  /** This phone lets go of the TV. */
  leave: () => void;
  close: () => void;
}

/** Who is paired with the TV, and what its owners may do about it. */
export function RemotesSheet({ remote, tv, own, leave, close }: Props) {
  const [store, setStore] = useState<RemotesStore>();
  useEffect(() => {
    const opened = new RemotesStore(remote, own);
    setStore(opened);
    return () => opened.close();
  }, [remote]);
  const manages = remote.grant.value?.manage === true;
  return (
    <Sheet heading={manages ? labels.heading(tv) : labels.headingOwn} close={close}>
      {store && <RemotesView store={store} remote={remote} tv={tv} leave={leave} />}
    </Sheet>
  );
}

interface ViewProps {
  store: RemotesStore;
  remote: RemoteStore;
  tv: string;
  leave: () => void;
}

/** The list without its sheet. */
function RemotesView({ store, remote, tv, leave }: ViewProps) {
  const [open, setOpen] = useState<string>();
  const list = store.list.value;
  const trouble = store.trouble.value;
  const away = remote.link.value.status !== 'live';

  if (list.status === 'loading')
    return (
      <p class="remotes-state" role="status">
        <span class="spinner" aria-hidden="true" />
        {labels.loading}
      </p>
    );
  if (list.status === 'failed')
    return (
      <div class="remotes-state" role="alert">
        <p>{list.text}</p>
        <button type="button" class="button" onClick={store.refresh}>
          {labels.tryAgain}
        </button>
      </div>
    );
  return (
    <>
      {(away || (trouble && trouble.id === undefined)) && (
        <p class="hint hint-error" role="alert">
          {trouble && !away ? trouble.text : labels.away}
        </p>
      )}
      {list.remotes.length === 0 && <p class="remotes-state">{labels.empty}</p>}
      <ul class="remotes">
        {list.remotes.map((paired) => (
          <Row
            key={paired.id}
            paired={paired}
            store={store}
            manages={remote.grant.value?.manage === true}
            tv={tv}
            away={away}
            leave={leave}
            open={open === paired.id}
            toggle={() => setOpen(open === paired.id ? undefined : paired.id)}
          />
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  paired: PairedRemote;
  store: RemotesStore;
  manages: boolean;
  tv: string;
  away: boolean;
  leave: () => void;
  open: boolean;
  toggle: () => void;
}

function Row(props: RowProps) {
  const { paired, store, open, toggle } = props;
  const now = Date.now();
  const role = stayOf(paired.grant, now) ?? labels.roles[paired.grant.role].name;
  const seen = paired.online ? labels.online : labels.lastSeen(paired, now);
  const trouble = store.trouble.value?.id === paired.id ? store.trouble.value.text : undefined;
  return (
    <li class="remotes-item" data-open={open} aria-busy={store.pending.value.has(paired.id)}>
      <button type="button" class="remotes-row" aria-expanded={open} onClick={toggle}>
        <span class="remotes-icon">
          <KindIcon kind={paired.kind} />
        </span>
        <span class="remotes-words">
          <span class="remotes-name">
            <bdi>{paired.name || labels.kinds[paired.kind]}</bdi>
            {paired.own && <span class="remotes-own">{labels.own}</span>}
          </span>
          <span class="remotes-note">
            {role} ·{' '}
            <span class="remotes-seen" data-online={paired.online}>
              {seen}
            </span>
          </span>
        </span>
        <Pencil class="remotes-pencil" size={18} />
      </button>
      {trouble !== undefined && (
        <p class="hint hint-error remotes-trouble" role="alert">
          {trouble}
        </p>
      )}
      {open && <Editor {...props} />}
    </li>
  );
}

function Editor({ paired, store, manages, tv, away, leave, toggle }: RowProps) {
  const [asking, setAsking] = useState(false);
  const pending = store.pending.value.get(paired.id);
  const blocked = away || pending !== undefined;
  if (asking)
    return (
      <Confirmation
        heading={paired.own ? labels.leaveHeading(tv) : labels.removeHeading(paired)}
        text={paired.own ? labels.leaveText : labels.removeText}
        yes={paired.own ? labels.leave : labels.remove}
        no={paired.own ? labels.stay : labels.keep}
        busy={pending === 'remove'}
        blocked={blocked}
        keep={() => setAsking(false)}
        remove={async () => {
          if (paired.own) return leave();
          if (!(await store.remove(paired.id))) setAsking(false);
        }}
      />
    );
  return (
    <div class="remotes-editor">
      <Rename
        paired={paired}
        busy={pending === 'rename'}
        blocked={blocked}
        rename={async (name) => {
          if (await store.rename(paired.id, name)) toggle();
        }}
      />
      {manages && !paired.own && (
        <Roles
          paired={paired}
          blocked={blocked}
          choose={(role) => void store.setRole(paired.id, role)}
        />
      )}
      <button
        type="button"
        class="button button-danger"
        disabled={blocked && !paired.own}
        onClick={() => setAsking(true)}
      >
        {paired.own ? labels.leave : labels.remove}
      </button>
    </div>
  );
}

interface RenameProps {
  paired: PairedRemote;
  busy: boolean;
  blocked: boolean;
  rename: (name: string) => void;
}

function Rename({ paired, busy, blocked, rename }: RenameProps) {
  const box = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const name = box.current?.value.trim();
    if (name && !blocked) rename(name);
    else box.current?.focus();
  };
  return (
    <form onSubmit={submit} noValidate>
      <label for={`name-${paired.id}`}>{labels.name}</label>
      <div class="field">
        <input
          ref={box}
          id={`name-${paired.id}`}
          type="text"
          maxLength={64}
          defaultValue={paired.name}
          autocomplete="off"
          enterkeyhint="done"
          dir="auto"
        />
        <button type="submit" class="button button-quiet" disabled={blocked} aria-busy={busy}>
          {labels.save}
        </button>
      </div>
    </form>
  );
}

const roles: readonly Role[] = ['owner', 'member', 'guest'];

interface RolesProps {
  paired: PairedRemote;
  blocked: boolean;
  choose: (role: Role) => void;
}

function Roles({ paired, blocked, choose }: RolesProps) {
  const current = paired.grant.role;
  return (
    <fieldset class="roles" aria-describedby={`role-${paired.id}`}>
      <legend>{labels.role}</legend>
      <div class="roles-choice">
        {roles.map((role) => (
          <label key={role} data-chosen={role === current}>
            <input
              type="radio"
              name={`role-of-${paired.id}`}
              checked={role === current}
              disabled={blocked}
              onChange={() => choose(role)}
            />
            {labels.roles[role].name}
          </label>
        ))}
      </div>
      <p class="hint" id={`role-${paired.id}`}>
        {labels.roles[current].means}
      </p>
    </fieldset>
  );
}

interface ConfirmationProps {
  heading: string;
  text: string;
  yes: string;
  no: string;
  busy: boolean;
  blocked: boolean;
  keep: () => void;
  remove: () => void;
}

function Confirmation(props: ConfirmationProps) {
  const keep = useRef<HTMLButtonElement>(null);
  // The harmless answer has the focus.
  useEffect(() => keep.current?.focus(), []);
  return (
    <fieldset class="remotes-editor" aria-label={props.heading}>
      <p class="remotes-question" dir="auto">
        {props.heading}
      </p>
      <p class="hint">{props.text}</p>
      <div class="remotes-answers">
        <button
          type="button"
          class="button button-danger"
          disabled={props.blocked && !props.busy}
          aria-busy={props.busy}
          onClick={props.remove}
        >
          {props.yes}
        </button>
        <button ref={keep} type="button" class="button button-quiet" onClick={props.keep}>
          {props.no}
        </button>
      </div>
    </fieldset>
  );
}

function KindIcon({ kind }: { kind: RemoteKind }) {
  const icons = { phone: Smartphone, tablet: Tablet, computer: Laptop, other: Radio };
  const Icon = icons[kind];
  return <Icon size={24} stroke-width={1.75} />;
}
