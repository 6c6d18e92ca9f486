import { formatTime } from '@fjern/design/time.ts';
import type { Revocation } from '@fjern/protocol';
import { inside, tvOr } from './labels.ts';
import type { PairProblem } from './state/pairing.ts';
import { formatDay, formatTimeOfDay, isSameDay } from './state/time.ts';

// The words for getting to a TV, and for having been sent away.

interface Problem {
  heading: string;
  text: (tv: string) => string;
  /** The same beside the field for the digits, in one sentence. */
  digits?: (tv: string) => string;
}

const problems: Record<PairProblem, Problem> = {
  'code-expired': {
    heading: 'This code is too old',
    text: () =>
      'The TV shows a new one every few minutes. Scan the code that is on its screen now.',
    digits: () => 'This code is too old. Enter the one that is on the TV now.',
  },
  'code-used': {
    heading: 'This code was used already',
    text: () => 'Each code lets in one phone. Scan the new code on the TV.',
    digits: () => 'This code was used already. Enter the new one on the TV.',
  },
  'code-wrong': {
    heading: 'The TV does not know this code',
    text: (tv) => `It may be from before ${tvOr(tv)} restarted. Scan the code on its screen again.`,
    digits: () => 'That is not the code. Look at the TV and try again.',
  },
  'pairing-closed': {
    heading: 'The TV is not showing a code',
    text: () => 'On the TV, open Remotes → Add a remote. Then scan its code.',
    digits: () => 'The TV takes no codes now. On the TV, open Remotes → Add a remote.',
  },
  locked: {
    heading: 'Too many wrong tries',
    text: (tv) => `${tvOr(tv)} takes a short break from codes. Then try again.`,
    digits: () => 'Too many wrong tries.',
  },
  busy: {
    heading: 'Others are pairing, too',
    text: (tv) => `${tvOr(tv)} is busy with other phones. Try again in a moment.`,
    digits: () => 'The TV is busy with other phones. Try again in a moment.',
  },
  declined: {
    heading: 'The TV said no',
    text: (tv) =>
      `Somebody at ${tvOr(tv)} did not let this phone in. Ask them, then try once more.`,
  },
  'approval-timeout': {
    heading: 'Nobody answered at the TV',
    text: (tv) => `${tvOr(tv)} asked whether to let this phone in. Try again, and say yes there.`,
  },
  impostor: {
    heading: 'That was not your TV',
    text: () =>
      'Something in this network answered in its place. Nothing was given away. Do not pair here before you know what it was.',
  },
  unreachable: {
    heading: 'The TV cannot be reached',
    text: (tv) => `Check that this phone is on the same Wi‑Fi as ${tvOr(tv)}, and that it is on.`,
    digits: () => 'The TV cannot be reached. Is it on, and is this phone on the same Wi‑Fi?',
  },
  timeout: {
    heading: 'The TV did not answer',
    text: (tv) => `${tvOr(tv)} took too long. Try again.`,
    digits: () => 'The TV took too long to answer. Try again.',
  },
  refused: {
    heading: 'The TV did not let this phone in',
    text: () => 'Scan the code on its screen once more.',
    digits: () => 'The TV did not let this phone in. Try its newest code.',
  },
  'not-an-offer': {
    heading: 'That is not a TV’s code',
    text: () => 'It may be incomplete. Scan the code on the TV again.',
  },
  'newer-tv': {
    heading: 'This page and the TV do not match',
    text: () => 'One of them is older. Reload this page, then scan the code on the TV again.',
  },
  storage: {
    heading: 'This browser did not keep the TV',
    text: () => 'Allow this page to keep data on this phone, and try again.',
  },
  failed: {
    heading: 'Pairing did not work',
    text: () => 'Something unexpected was in the way. Try again, or scan the code once more.',
    digits: () => 'That did not work. Try again.',
  },
};

export const pairingLabels = {
  problems,
  otherWays: 'Other ways to pair',
  retryIn: (seconds: number) =>
    seconds < 60 ? `Try again in ${seconds} s` : `Try again in ${formatTime(seconds)} min`,

  connect: {
    heading: (tv: string) => (tv ? `Pair with ${inside(tv)}` : 'Pair with your TV'),
    text: 'This phone becomes its remote. Nothing to install.',
    again: (tv: string) => `Pair with ${tvOr(tv)} again`,
    outdated: (tv: string) =>
      `${tvOr(tv)} was paired with an older version. Once more, and it is safer than before.`,
    asking: 'Looking for the TV…',
    away: 'The TV cannot be reached. Is it on, and is this phone on the same Wi‑Fi?',
    scan: 'Scan the code on your TV',
    back: 'Not now',
    scanInstead: 'Or scan the square code',
    scanText: 'Point this phone’s camera at the TV and tap the link that it finds.',
    steps: [
      'Open Fjern on the TV: it shows a square code.',
      'Point this phone’s camera at it.',
      'Tap the link that the camera finds.',
    ],
  },

  pin: {
    label: 'Enter the 6-digit code on your TV',
    hint: 'It is beside the square code.',
    trying: 'Asking the TV…',
    calledPrefix: 'Shown on the TV as',
    rename: 'Change',
    nameLabel: 'Name of this phone',
    nameHint: 'So that everybody knows whose it is.',
    saveName: 'Done',
  },

  approval: {
    heading: 'Confirm on the TV',
    /** Around the names of the TV and of this phone. */
    text: ['', ' asks whether to let ', ' in.'] as const,
    hint: 'Say yes there with its own remote.',
    cancel: 'Cancel',
  },

  code: {
    toggle: 'The camera does not work?',
    label: 'Link from the TV',
    hint: 'It is what any code scanner finds in the code, and starts with http://',
    submit: 'Continue',
  },

  revoked: {
    heading: {
      removed: (tv: string) => `${tvOr(tv)} removed this phone`,
      expired: 'Your visit is over',
      upgrade: 'Pair once more',
    },
    removedBy: (by: string, tv: string, at: number) =>
      `${inside(by)} removed this phone from ${tvOr(tv)} ${when(at)}.`,
    removedAtTv: (tv: string, at: number) =>
      `Somebody at the TV removed this phone from ${tvOr(tv)} ${when(at)}.`,
    expired: (tv: string, at: number) =>
      `This phone was a guest of ${tvOr(tv)} until ${isSameDay(at, Date.now()) ? formatTimeOfDay(at) : formatDay(at)}.`,
    upgrade: (tv: string) =>
      `${tvOr(tv)} was updated and is safer now. Pair this phone with it again.`,
    hearsay: (tv: string) =>
      `Somebody took it off the list of ${tvOr(tv)}, or the TV was reset. It is no longer paired.`,
  },
};

const when = (at: number) =>
  isSameDay(at, Date.now()) ? `at ${formatTimeOfDay(at)}` : `on ${formatDay(at)}`;

/** Who ended the pairing, and when: the TV's own word. */
export function revocationText({ at, by, reason }: Revocation, tv: string): string {
  const { revoked } = pairingLabels;
  if (reason === 'expired') return revoked.expired(tv, at);
  if (reason === 'upgrade') return revoked.upgrade(tv);
  return by ? revoked.removedBy(by, tv, at) : revoked.removedAtTv(tv, at);
}

export function revocationHeading({ reason }: Revocation, tv: string): string {
  const { heading } = pairingLabels.revoked;
  return reason === 'removed' ? heading.removed(tv) : heading[reason];
}
