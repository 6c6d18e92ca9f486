import { formatTime } from '@fjern/design/time.ts';
import type { MediaErrorCondition, PairedRemote } from '@fjern/protocol';
import type { Activity } from './state/activity.ts';
import { formatDay } from './state/time.ts';

// Every word on the TV. A translation is another file with this shape.

// Hebrew, Arabic and their like.
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name inside a sentence: one that runs the other way does not turn the sentence round (Unicode UAX 9, isolates). */
const inside = (name: string) => (rightToLeft.test(name) ? `\u2068${name}\u2069` : name);

const somebody = (by: string | undefined, did: string, alone: string) =>
  by ? `${inside(by)} ${did}` : alone;
const percent = (level: number) => `${Math.round(level * 100)} %`;

export const labels = {
  untitled: 'Untitled',
  tv: 'TV',

  idle: {
    heading: 'Your phone is the remote',
    scan: 'Point its camera at the code.',
    typed: 'Can’t scan it? Open this address on the phone',
    typedHint: 'Paired before? It connects at once. New? Paste the code’s link there.',
    code: (address: string) => `QR code that opens ${address} on a phone`,
    expires: (time: string) => `New code in ${time}`,
    noOfferHint: 'This TV is not taking new phones at the moment.',
    ready: 'Ready when you are',
    pick: 'Choose something to watch on your phone.',
    addAnother: 'Add another phone',
    wrongCode: 'That code didn’t work',
    wrongCodeHint: 'It was wrong or out of date. Scan the one on this screen now.',
    locked: 'Too many wrong codes',
    lockedHint: 'No code works for a moment. Scan this one when this note is gone.',
    greeting: (name: string) => `${inside(name)} is paired`,
    greetingHint: 'It can control this TV from now on.',
    nobody: 'No phone is paired yet',
    paired: (names: string[]) => {
      if (names.length <= 2) return `Paired: ${names.map(inside).join(' and ')}`;
      return `Paired: ${names.slice(0, 2).map(inside).join(', ')} and ${names.length - 2} more`;
    },
    online: (count: number) => (count === 1 ? '1 connected now' : `${count} connected now`),
    manage: 'Manage phones',
  },

  remotes: {
    heading: 'Paired phones',
    empty: 'No phone is paired. Scan the code on the start screen to add one.',
    online: 'Connected now',
    since: (at: number) => `Paired since ${formatDay(at)}`,
    remove: 'Remove',
    removeNamed: ({ name }: PairedRemote) => `Remove ${inside(name)}`,
    confirm: ({ name }: PairedRemote) => `Remove ${inside(name)}?`,
    confirmHint: 'It stops controlling this TV at once. It can pair again with a new code.',
    keep: 'Keep',
    failed: 'That didn’t work. Please try again.',
    back: 'Back',
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
    } satisfies Record<MediaErrorCondition, string>,
    hint: {
      'media-unreachable':
        'Check that its address is right and that the TV is on the network, then try again.',
      'media-unsupported': 'Its format is unknown here. Choose another version on your phone.',
      'media-failed': 'The file may be damaged, or the network was interrupted. Try it once more.',
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
