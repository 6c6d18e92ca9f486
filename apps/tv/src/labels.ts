import { formatTime } from '@fjern/design/time.ts';
import type { Grant, MediaErrorCondition, PairedRemote, Role } from '@fjern/protocol';
import type { Activity } from './state/activity.ts';
import { daysBetween, formatDay, formatTimeOfDay } from './state/time.ts';

// Every word on the TV. A translation is another file with this shape.

// Hebrew, Arabic and their like.
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name inside a sentence: one that runs the other way does not turn the sentence round (Unicode UAX 9, isolates). */
const inside = (name: string) => (rightToLeft.test(name) ? `\u2068${name}\u2069` : name);

const somebody = (by: string | undefined, did: string, alone: string) =>
  by ? `${inside(by)} ${did}` : alone;
const plural = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

/** How long ago, as people say it. Milliseconds since the Unix epoch, both. */
function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${plural(minutes, 'minute', 'minutes')} ago`;
  const days = daysBetween(at, now);
  if (days === 0) return `${plural(Math.floor(minutes / 60), 'hour', 'hours')} ago`;
  if (days === 1) return 'yesterday';
  return days < 7 ? `${days} days ago` : `on ${formatDay(at)}`;
}

/** When something ends. */
function until(at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days <= 0) return formatTimeOfDay(at);
  return days === 1 ? `tomorrow, ${formatTimeOfDay(at)}` : formatDay(at);
}

/** What a guest is, and for how long. */
function guest({ expires, untilStandby }: Grant, now: number): string {
  if (expires === undefined) return untilStandby ? 'guest until standby' : 'guest';
  return `guest until ${until(expires, now)}${untilStandby ? ', or standby' : ''}`;
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const percent = (level: number) => `${Math.round(level * 100)} %`;

export const labels = {
  untitled: 'Untitled',
  tv: 'TV',
  renamed: (from: string, to: string) =>
    `Another TV here is called ${inside(from)}, so this one is ${inside(to)}`,

  idle: {
    heading: 'Your phone is the remote',
    firstIsOwner: 'The first one that pairs becomes the owner of this TV.',
    noOfferHint: 'This TV is not taking new phones at the moment.',
    ready: 'Ready when you are',
    pick: 'Choose something to watch on your phone.',
    nobody: 'No phone is paired yet',
    paired: (names: string[]) => {
      if (names.length <= 2) return `Paired: ${names.map(inside).join(' and ')}`;
      return `Paired: ${names.slice(0, 2).map(inside).join(', ')} and ${names.length - 2} more`;
    },
    online: (count: number) => (count === 1 ? '1 connected now' : `${count} connected now`),
    manage: 'Manage remotes',
  },

  code: {
    scan: 'Point the phone’s camera at the code.',
    typeAt: 'Or open this address on the phone',
    typePin: 'and type',
    orType: (address: string) => `Or type at ${address}`,
    pin: (digits: string) => `PIN ${Array.from(digits).join(' ')}`,
    alt: (address: string) => `QR code that opens ${address} on a phone`,
    expires: (time: string) => `New code in ${time}`,
    minutes: (count: number) => plural(count, 'minute', 'minutes'),
    title: {
      owner: 'Add another phone',
      member: 'Add another phone',
      guest: 'Code for a guest',
    } satisfies Record<Role, string>,
    refused: 'Somebody tried a wrong code',
    refusedHint: 'If it was you: it was mistyped or out of date. Use the one on this screen now.',
    refusedNotice: 'Somebody tried a wrong code for this TV',
    locked: 'Too many wrong codes',
    lockedHint: (time: string) =>
      `Nobody can pair for ${time}. Then the code on this screen works.`,
    lockedNotice: 'Too many wrong codes: nobody can pair for a while',
    greeting: (name: string) => `${inside(name)} is paired`,
    greetingHint: (grant: Grant, now: number): string => {
      switch (grant.role) {
        case 'owner':
          return 'It is the owner: it controls this TV and manages its remotes.';
        case 'member':
          return 'It can control this TV from now on.';
        case 'guest':
          return `It is a ${guest(grant, now)}.`;
      }
    },
  },

  roles: { owner: 'Owner', member: 'Member', guest: 'Guest' } satisfies Record<Role, string>,

  remotes: {
    heading: 'Remotes',
    empty: 'Nothing is paired with this TV yet. The first remote becomes its owner.',
    add: 'Add a remote',
    back: 'Back',
    seen: ({ online, lastSeen }: PairedRemote, now: number) => {
      if (online) return 'Connected now';
      return lastSeen === undefined ? 'Not connected yet' : `Last here ${ago(lastSeen, now)}`;
    },
    since: (at: number) => `Paired since ${formatDay(at)}`,
    role: ({ grant }: PairedRemote, now: number) =>
      grant.role === 'guest' ? upper(guest(grant, now)) : labels.roles[grant.role],
    make: {
      owner: 'Make it an owner',
      member: 'Make it a member',
      guest: 'Make it a guest',
    } satisfies Record<Role, string>,
    makeHint: {
      owner: 'Controls this TV, and adds, changes and removes remotes',
      member: 'Controls this TV until it is removed',
      guest: 'Plays and pauses until 24 hours pass or the TV goes to standby',
    } satisfies Record<Role, string>,
    remove: 'Remove',
    removeHint: 'It stops controlling this TV at once',
    confirm: ({ name }: PairedRemote) => `Remove ${inside(name)}?`,
    confirmHint: 'It stops controlling this TV at once. It can pair again with a new code.',
    confirmOwnerHint:
      'It is the only owner. The remote that has been a member for longest becomes the owner.',
    keep: 'Keep',
    close: 'Close',
    failed: 'That didn’t work. Please try again.',
  },

  rename: {
    rename: 'Rename',
    renameHint: 'What everybody in the house calls it',
    heading: 'What is it called?',
    field: 'Name',
    count: (length: number, longest: number) => `${length} of ${longest}`,
    missing: 'Type a name first.',
    save: 'Save',
    cancel: 'Cancel',
    space: 'Space',
    erase: 'Delete',
    clear: 'Clear',
    capital: 'Capital letter',
    left: 'Caret to the left',
    right: 'Caret to the right',
    /** What the keys show next. */
    pages: { letters: 'abc', digits: '123', accents: 'äéø' },
    keyboard: 'Another keyboard',
    signs: { '’': 'Apostrophe', '-': 'Hyphen' } as Record<string, string>,
  },

  invite: {
    heading: 'Who is it for?',
    member: 'Somebody who lives here',
    memberHint: 'Controls this TV until it is removed',
    guest: 'A guest',
    lead: {
      owner: 'It controls this TV until it is removed.',
      member: 'It controls this TV until it is removed.',
      guest: 'Guests can play and pause until 24 hours pass or the TV goes to standby.',
    } satisfies Record<Role, string>,
    guestHint: 'Guests can play and pause until 24 hours pass or the TV goes to standby',
    cancel: 'Cancel',
    title: {
      owner: 'Add a remote',
      member: 'Add a remote',
      guest: 'Add a guest',
    } satisfies Record<Role, string>,
    back: 'Back to the remotes',
  },

  approval: {
    heading: (name: string) => `Allow ${inside(name)}?`,
    hint: {
      owner: 'It has used this TV’s code, and would become the owner.',
      member: 'It has used this TV’s code and wants to control this TV.',
      guest: 'It has used this TV’s code and wants to be a guest.',
    } satisfies Record<Role, string>,
    left: (seconds: number) => `No answer in ${plural(seconds, 'second', 'seconds')} means no.`,
    others: (count: number) =>
      count === 1 ? 'One more is waiting.' : `${count} more are waiting.`,
    deny: 'Don’t allow',
    allow: 'Allow',
    allowGuest: 'Allow as guest',
    failed: 'That didn’t reach the box. Please try again.',
  },

  loading: 'Loading',
  buffering: 'Buffering',
  paused: 'Paused',
  live: 'Live',
  progress: 'Position',

  activity: (activity: Activity): string => {
    const { by } = activity;
    switch (activity.kind) {
      case 'loaded':
        return somebody(by, 'started this', 'Starting');
      case 'played':
        return somebody(by, 'pressed play', 'Playing');
      case 'paused':
        return somebody(by, 'paused', 'Paused');
      case 'stopped':
        return somebody(by, 'stopped playback', 'Stopped');
      case 'muted':
        return somebody(by, 'turned the sound off', 'Sound off');
      case 'unmuted':
        return somebody(by, 'turned the sound on', 'Sound on');
      case 'sought': {
        const to = formatTime(activity.to);
        return somebody(by, `jumped to ${to}`, `Jumped to ${to}`);
      }
      case 'rate': {
        const speed = `${activity.playbackRate}×`;
        return somebody(by, `set the speed to ${speed}`, `Speed ${speed}`);
      }
      case 'volume':
        return somebody(
          by,
          `set the volume to ${percent(activity.level)}`,
          `Volume ${percent(activity.level)}`,
        );
      case 'leaving':
        return 'Press Back again to stop watching';
    }
  },

  ended: {
    heading: 'The end',
    again: 'Play again',
    done: 'Done',
    hint: 'Watch it once more, or choose something else on your phone.',
  },

  error: {
    heading: {
      'media-unreachable': 'This video can’t be reached',
      'media-unsupported': 'This TV can’t play this video',
      'media-failed': 'This video stopped working',
      'player-failed': 'The player stopped working',
    } satisfies Record<MediaErrorCondition, string>,
    hint: {
      'media-unreachable':
        'Check that its address is right and that the TV is on the network, then try again.',
      'media-unsupported': 'Its format is unknown here. Choose another version on your phone.',
      'media-failed': 'The file may be damaged, or the network was interrupted. Try it once more.',
      'player-failed': 'It was not the video. Try it once more.',
    } satisfies Record<MediaErrorCondition, string>,
    retry: 'Try again',
    back: 'Back to start',
  },

  start: {
    heading: 'Press OK to start',
    hint: 'The TV’s browser plays sound only after a key was pressed here once.',
    button: 'Start',
  },

  connecting: {
    heading: 'One moment',
    hint: 'Connecting to the box.',
  },
  offline: {
    heading: 'Waiting for the box',
    hint: 'The box that runs this TV does not answer. Check that it is switched on; this screen continues by itself.',
    notice: 'Phones can’t reach this TV right now. Reconnecting …',
  },
  noToken: {
    heading: 'This page needs its full address',
    hint: ['Open the TV page with the address that ', 'npm start', ' prints. It ends in '],
    example: '#token=…',
  },
  unsealed: {
    heading: 'No secure connection to the box',
    hint: [
      'The box answers, but it does not know this page’s key, or its software is older than this page. Open the TV page with the address that ',
      'npm start',
      ' prints now. This screen continues by itself.',
    ],
  },
  refused: {
    heading: 'This address is out of date',
    hint: [
      'The box no longer accepts it. Open the TV page with the address that ',
      'npm start',
      ' prints now.',
    ],
  },
  stopped: {
    heading: 'The connection ended',
    hint: 'The box closed the connection to this page.',
    button: 'Connect again',
  },
  conflict: {
    heading: 'This TV is open in another window',
    hint: 'Only one window can be the TV. The other one is playing now.',
    button: 'Use this one',
  },
} as const;
