import type { MediaErrorCondition } from '@fjern/protocol';
import type { PairProblem } from './state/app.ts';

// Every word on the phone. A translation is another file with this shape.

const tvOr = (tv: string) => tv || 'your TV';

const problems: Record<PairProblem, { heading: string; text: (tv: string) => string }> = {
  'code-expired': {
    heading: 'This code is too old',
    text: () =>
      'The TV shows a new one every few minutes. Scan the code that is on its screen now.',
  },
  'code-used': {
    heading: 'This code was used already',
    text: () => 'Each code lets in one phone. Scan the new code on the TV.',
  },
  'code-wrong': {
    heading: 'The TV does not know this code',
    text: (tv) => `It may be from before ${tvOr(tv)} restarted. Scan the code on its screen again.`,
  },
  'pairing-closed': {
    heading: 'The TV is not showing a code',
    text: (tv) => `Open pairing on ${tvOr(tv)} first, then scan its code.`,
  },
  locked: {
    heading: 'Too many wrong tries',
    text: (tv) => `${tvOr(tv)} is taking a short break from codes. Wait a minute, then try again.`,
  },
  unreachable: {
    heading: 'The TV cannot be reached',
    text: (tv) => `Check that this phone is on the same Wi‑Fi as ${tvOr(tv)}, and that it is on.`,
  },
  timeout: {
    heading: 'The TV did not answer',
    text: (tv) => `${tvOr(tv)} took too long. Try again.`,
  },
  refused: {
    heading: 'The TV did not let this phone in',
    text: () => 'Scan the code on its screen once more.',
  },
  'not-an-offer': {
    heading: 'That is not a TV’s code',
    text: () => 'It may be incomplete. Scan the code on the TV again.',
  },
  'newer-tv': {
    heading: 'This TV is newer than this page',
    text: () => 'Reload the page to update it, then scan the code again.',
  },
  storage: {
    heading: 'This browser would forget the TV',
    text: () =>
      'It does not let pages keep anything. Leave private browsing, or allow site data, and try again.',
  },
  failed: {
    heading: 'Pairing did not work',
    text: () => 'Something unexpected was in the way. Try again, or scan the code once more.',
  },
};

const mediaErrors: Record<MediaErrorCondition, string> = {
  'media-unreachable':
    'The TV could not fetch it. The address may be wrong, or its server is down.',
  'media-unsupported': 'This TV does not play this kind of file.',
  'media-failed': 'It broke off. The file may be damaged.',
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
  },

  welcome: {
    heading: 'Scan the code on your TV',
    text: 'Then this phone is its remote. There is nothing to install.',
    steps: [
      'Open Fjern on the TV: it shows a square code.',
      'Point this phone’s camera at it.',
      'Tap the link that the camera finds.',
    ],
  },

  code: {
    toggle: 'The camera does not work?',
    label: 'Link from the TV',
    hint: 'It is what any code scanner finds in the code, and starts with http://',
    submit: 'Continue',
  },

  problems,
  tryAgain: 'Try again',

  unpaired: {
    heading: (tv: string) => `${tvOr(tv)} removed this phone`,
    text: 'Somebody took it off the TV’s list of phones, or the TV was reset.',
    how: 'To use it again, scan the code on the TV.',
    forget: 'Forget this TV',
  },

  conflict: {
    heading: 'Open somewhere else',
    text: (tv: string) => `${tvOr(tv)} is being controlled from another tab of this phone.`,
    action: 'Use it here',
  },

  lost: {
    heading: (tv: string) => `No way to reach ${tvOr(tv)}`,
    text: 'The connection ended for good. Try again, or scan the code on the TV.',
    action: 'Try again',
  },

  absent: {
    heading: (tv: string) => `${tvOr(tv)} is off`,
    text: 'Turn it on and open Fjern on it. This page comes back by itself.',
  },

  blocked: {
    reconnecting: (tv: string) => `Lost touch with ${tvOr(tv)}. Trying again…`,
    offline: 'This phone is offline.',
    connecting: (tv: string) => `Connecting to ${tvOr(tv)}…`,
  },

  idle: {
    heading: 'What will it be?',
    text: (tv: string) => `Pick something for ${tvOr(tv)}.`,
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
    open: (tv: string) => `${tvOr(tv)}, choose a TV`,
    current: 'In use',
    forget: (tv: string) => `Forget ${tvOr(tv)}`,
    add: 'Add a TV',
    addText: 'Scan the code on its screen with this phone’s camera.',
    close: 'Close',
  },

  notice: { close: 'Dismiss', failed: 'That did not work.' },
};
