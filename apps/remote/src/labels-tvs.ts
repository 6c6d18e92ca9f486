import { inside, tvOr } from './labels.ts';

// The words for several TVs: choosing one, finding others, and one that is not where it was.

export const tvsLabels = {
  forget: (tv: string) => `Forget ${tvOr(tv)}`,
  outdated: 'Paired with an older version: pair again',

  /** What a TV does, in a few words beside its name. */
  note: {
    idle: 'Nothing plays',
    off: 'Off',
    connected: 'Connected',
    connecting: 'Connecting…',
    away: 'Not found at the moment',
    removed: 'Does not know this phone any more',
    elsewhere: 'In use in another tab',
    lost: 'Cannot be reached',
    impostor: 'Something else answers in its place',
    replaced: (other: string) => `${tvOr(other)} is at its address now`,
    /** Of what was known some time ago. */
    past: (note: string, age: string) => `${note} · ${age}`,
    lastSeen: (age: string) => `Last seen ${age}`,
  },

  around: {
    heading: 'Also around here',
    looking: 'Looking for other TVs…',
    none: 'No other TV found in this network.',
    pair: (tv: string) => `Pair with ${tvOr(tv)}`,
  },

  address: {
    toggle: 'A TV is missing?',
    label: 'Address of the TV',
    placeholder: '192.168.1.20:7120',
    hint: 'The TV shows it under the square code.',
    other:
      'TVs in another network are not found by themselves: behind a second router, or when one is on the guest Wi‑Fi. If this phone can reach them, their address works.',
    submit: 'Continue',
    empty: 'Type the address that the TV shows.',
  },

  absent: {
    heading: (tv: string) => `${tvOr(tv)} is off`,
    text: 'Turn it on and open Fjern on it. This page comes back by itself.',
  },

  conflict: {
    heading: 'Open somewhere else',
    text: (tv: string) => `${tvOr(tv)} is being controlled from another tab of this phone.`,
    action: 'Use it here',
  },

  lost: {
    heading: (tv: string) => `No way to reach ${tvOr(tv)}`,
    text: 'The connection ended for good. Try again, or scan the code on the TV.',
  },

  replaced: {
    heading: 'Another TV is there now',
    text: (tv: string, other: string) =>
      `${other ? inside(other) : 'Another TV'} answers where ${tvOr(tv)} was. This phone stays paired with ${tvOr(tv)}, and finds it when it is back in this network.`,
    pair: (other: string) => `Pair with ${other ? inside(other) : 'it'}`,
    use: (other: string) => `Go to ${other ? inside(other) : 'it'}`,
  },

  impostor: {
    heading: (tv: string) => `That is not ${tvOr(tv)}`,
    text: (tv: string) =>
      `Something answers in its place without its key, so this phone tells it nothing. If ${tvOr(tv)} was reset, pair with it again.`,
  },
};
