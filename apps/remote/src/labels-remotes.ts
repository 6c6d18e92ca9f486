import type { PairedRemote, RemoteKind, Role } from '@fjern/protocol';
import { inside, tvOr } from './labels.ts';
import { formatDay, formatPast } from './state/time.ts';

// The words of the list of remotes.

const roles: Record<Role, { name: string; means: string }> = {
  owner: { name: 'Owner', means: 'May do everything, and look after this list.' },
  member: { name: 'Member', means: 'May do everything on the TV.' },
  guest: {
    name: 'Guest',
    means: 'May play, pause, skip and change the volume, for a day at most.',
  },
};

const kinds: Record<RemoteKind, string> = {
  phone: 'Phone',
  tablet: 'Tablet',
  computer: 'Computer',
  other: 'Remote',
};

export const remotesLabels = {
  heading: (tv: string) => `Remotes of ${tvOr(tv)}`,
  headingOwn: 'This phone',
  loading: 'Asking the TV…',
  failed: 'The TV did not answer. Try again.',
  tryAgain: 'Try again',
  empty: 'Nobody is paired.',
  away: 'The TV has to be on for changes.',
  close: 'Close',

  kinds,
  roles,
  own: 'This phone',
  online: 'Connected now',
  never: 'Not connected yet',
  lastSeen: ({ lastSeen, pairedAt }: PairedRemote, now: number): string => {
    if (lastSeen === undefined)
      return pairedAt ? `Paired on ${formatDay(pairedAt)}` : remotesLabels.never;
    return `Last here ${formatPast(lastSeen, now) ?? `on ${formatDay(lastSeen)}`}`;
  },

  name: 'Name',
  save: 'Save',
  role: 'Role',

  remove: 'Remove',
  removeHeading: ({ name }: PairedRemote) => `Remove ${inside(name)}?`,
  removeText: 'It stops working at once. This cannot be undone: it has to pair again to come back.',
  leave: 'Leave this TV',
  leaveHeading: (tv: string) => `Leave ${tvOr(tv)}?`,
  leaveText:
    'This phone stops controlling it at once. This cannot be undone: pair again to come back.',
  keep: 'Keep',
  stay: 'Stay',
};
