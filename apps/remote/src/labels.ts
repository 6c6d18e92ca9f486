import type { CommandName, MediaErrorCondition, Role } from '@fjern/protocol';

// Every word on the phone, with labels-pairing.ts, labels-remotes.ts and labels-tvs.ts, which are fetched when they are needed.
// A translation is other files with these shapes.

/** Of the words. */
export const language = 'en-GB';

// Hebrew, Arabic and their like.
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name inside a sentence: one that runs the other way does not turn the sentence round (Unicode UAX 9, isolates). */
export const inside = (name: string) => (rightToLeft.test(name) ? `\u2068${name}\u2069` : name);

export const tvOr = (tv: string) => (tv ? inside(tv) : 'your TV');

const deeds: Record<CommandName, string> = {
  load: 'choose what plays',
  play: 'start what plays',
  pause: 'pause what plays',
  stop: 'stop what plays',
  seek: 'skip or go back',
  setRate: 'change the speed',
  setVolume: 'change the volume',
  setMuted: 'turn the sound off or on',
};

const mediaErrors: Record<MediaErrorCondition, string> = {
  'media-unreachable':
    'The TV could not fetch it. The address may be wrong, or its server is down.',
  'media-unsupported': 'This TV does not play this kind of file.',
  'media-failed': 'It broke off. The file may be damaged.',
  'player-failed': 'The TV’s player stopped working. Start it again.',
};

export const labels = {
  /** Where a TV or a medium has no name. */
  tv: 'TV',
  untitled: 'Untitled',

  status: {
    live: 'Connected',
    connecting: 'Connecting…',
    pairing: 'Pairing…',
    reconnecting: 'Reconnecting…',
    absent: 'TV is off',
    none: 'Not connected',
  },

  opening: 'One moment',

  connecting: {
    heading: (tv: string) => `Looking for ${tvOr(tv)}`,
    text: 'This takes a moment.',
    slow: 'Still looking. Is the TV on, and is this phone on the same Wi‑Fi?',
    offline: 'This phone is offline. Turn on its Wi‑Fi.',
  },

  pairing: {
    heading: (tv: string) => `Pairing with ${tvOr(tv)}`,
    text: 'This takes a second, and only once.',
    failed: 'Pairing did not work',
    failedText: 'Something was in the way. Try again, or scan the code on the TV once more.',
  },

  tryAgain: 'Try again',

  unpaired: {
    heading: (tv: string) => `${tvOr(tv)} does not know this phone any more`,
    again: 'Pair again',
    forget: 'Forget this TV',
  },

  grants: {
    deeds,
    lacks: (role: Role, deed: string) =>
      role === 'guest' ? `Guests can’t ${deed}.` : `This phone was not given the right to ${deed}.`,
    guest: 'Guest',
    until: (when: string) => `Guest until ${when}`,
    untilStandby: 'Guest until the TV goes off',
    tomorrow: (time: string) => `tomorrow, ${time}`,
    onDay: (day: string, time: string) => `${day}, ${time}`,
    hidden: 'What plays is private',
    hiddenText: (tv: string) => `${tvOr(tv)} does not show this phone what it plays.`,
    hiddenVolume: 'The TV does not show this phone its volume.',
  },

  rollback: {
    text: 'This TV was set back to an earlier state. Remotes removed since then may work again: check the list.',
    check: 'Check the list',
    accept: 'OK',
  },

  volatile: 'This browser forgets the TV when you close it (private mode).',

  blocked: {
    reconnecting: (tv: string) => `Lost touch with ${tvOr(tv)}. Trying again…`,
    offline: 'This phone is offline.',
    connecting: (tv: string) => `Connecting to ${tvOr(tv)}…`,
    age: (age: string) => `This is from ${age}.`,
  },

  idle: {
    heading: 'What will it be?',
    text: (tv: string) => `Pick something for ${tvOr(tv)}.`,
    nothingHeading: 'Nothing plays yet',
    nothing: (tv: string) => `As soon as somebody starts something on ${tvOr(tv)}, it is here.`,
    empty: (tv: string) =>
      `${tvOr(tv)} has no catalogue of its own. Send it the address of a video.`,
  },

  catalogue: {
    heading: 'On this TV',
    none: 'Something else',
    browse: 'Browse',
    current: 'On now',
    toTop: 'Back to the controls',
  },

  address: {
    heading: 'Send an address',
    otherwise: 'Or send an address',
    label: 'Address',
    placeholder: 'https://…/film.mp4',
    submit: 'Load',
    empty: 'Type or paste the address of a video first.',
  },

  transport: {
    play: 'Play',
    pause: 'Pause',
    stop: 'Stop',
    back: 'Back 10 seconds',
    forward: 'Forward 10 seconds',
    rate: 'Speed',
    rateValue: (rate: number) => `${String(rate)}×`,
  },

  position: {
    label: 'Position',
    value: (time: string, duration: string) => `${time} of ${duration}`,
    live: 'Live',
    liveEdge: 'Go to live',
    behind: (time: string) => `${time} behind live`,
    unknownLength: 'Length unknown',
  },

  volume: {
    label: 'Volume',
    mute: 'Mute',
    unmute: 'Unmute',
    value: (percent: number, muted: boolean) => `${percent} %${muted ? ', muted' : ''}`,
  },

  media: {
    loading: 'Loading…',
    buffering: 'Waiting for data…',
    paused: 'Paused',
    ended: 'Finished',
    by: (state: string, by: string) => `${state} · ${by}`,
    playingBy: (by: string) => `Started by ${by}`,
    errorHeading: 'The TV cannot show this',
    errors: mediaErrors,
  },

  tvs: {
    heading: 'Your TVs',
    choose: 'choose a TV',
    manage: 'Phones and remotes',
    own: 'This phone',
    close: 'Close',
  },

  notice: { close: 'Dismiss', failed: 'That did not work.' },
};
