import type { MediaState, PairedRemote, PairingStatus, VolumeState } from '@fjern/protocol';
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Activity, mediaActivity, volumeActivity } from './activity.ts';
import { isFinal, type Link } from './link.ts';
import { createQuestions, type Question } from './question.ts';
import { type Timers, timer } from './time.ts';

/** What fills the screen. Exactly one of these at any time. */
export type Screen =
  | { name: 'no-token' | 'refused' | 'stopped' | 'conflict' }
  | { name: 'connecting' | 'offline' | 'unsealed' }
  | { name: 'idle' }
  | { name: 'remotes'; dialog: RemotesDialog | undefined }
  /** The code alone, for whom the viewer has chosen. */
  | { name: 'invite' }
  /** The browser wants a key press before it plays with sound. */
  | { name: 'start'; media: MediaState }
  | { name: 'loading' | 'playing' | 'paused' | 'buffering'; media: MediaState }
  | { name: 'ended'; media: MediaState }
  | { name: 'error'; media: MediaState };

/** What is asked on top of the list of remotes. */
export type RemotesDialog =
  | { kind: 'actions' | 'name' | 'removal'; remote: PairedRemote }
  /** For whom the next code is. */
  | { kind: 'roles' };

/** Milliseconds. */
export const timing = {
  /** How long the bar says what happened. */
  activity: 3_000,
  /** How long a new remote is greeted. */
  greeting: 6_000,
  wrongCode: 8_000,
  /** From the end of the media back to the idle screen. */
  ended: 60_000,
  /** How long the hub may be lost before anything on the screen says so. */
  outage: 2_000,
  /** How long the picture is disturbed with that. */
  cutOff: 5_000,
} as const;

export type WrongCode = 'refused' | 'locked';

export interface ScreenStore {
  readonly name: Signal<string>;
  readonly screen: ReadonlySignal<Screen>;
  readonly link: ReadonlySignal<Link>;
  readonly media: ReadonlySignal<MediaState>;
  readonly volume: ReadonlySignal<VolumeState>;
  readonly pairing: ReadonlySignal<PairingStatus | undefined>;
  readonly activity: ReadonlySignal<Activity | undefined>;
  /** Who has just paired. */
  readonly greeting: ReadonlySignal<PairedRemote | undefined>;
  /** Somebody has just tried a code that is wrong, used or expired, or so often that none is taken now. */
  readonly wrongCode: ReadonlySignal<WrongCode | undefined>;
  /** The same, for as long as a screen that is about something else says so. */
  readonly codeNotice: ReadonlySignal<WrongCode | undefined>;
  /** Whom the viewer is asked about, on top of whatever is on the screen. */
  readonly question: ReadonlySignal<Question | undefined>;
  /** The hub has just been lost, so that no phone reaches this TV. */
  readonly cutOff: ReadonlySignal<boolean>;

  // What the outside reports.
  linkChanged(link: Link): void;
  mediaChanged(media: MediaState): void;
  volumeChanged(volume: VolumeState): void;
  pairingChanged(status: PairingStatus): void;
  /** The browser's autoplay policy stands in the way, or no longer does. */
  startNeeded(needed: boolean): void;

  // What the viewer does that only the screen cares about.
  openRemotes(): void;
  openRemote(id: string): void;
  askForName(id: string): void;
  askToRemove(id: string): void;
  askWhomToInvite(): void;
  showInvitation(): void;
  /** A key was pressed: a question that has just appeared was not meant. */
  disturbQuestion(): void;
  answeringQuestion(state: 'busy' | 'failed'): void;
  /** Says that one more Back leaves the player. */
  warnOfLeaving(): void;
  dismissEnded(): void;
  /** One level up within the screen; false when there is none. */
  back(): boolean;
  dispose(): void;
}

/** How far the viewer has gone into the management of remotes. */
type Panel =
  | { at: 'closed' | 'list' | 'roles' | 'invitation' }
  | { at: 'actions' | 'name' | 'removal'; id: string };

const closed: Panel = { at: 'closed' };
const panelScreens: readonly Screen['name'][] = ['idle', 'remotes', 'invite'];

function panelScreen(panel: Panel, remotes: readonly PairedRemote[]): Screen {
  switch (panel.at) {
    case 'closed':
      return { name: 'idle' };
    case 'invitation':
      return { name: 'invite' };
    case 'list':
      return { name: 'remotes', dialog: undefined };
    case 'roles':
      return { name: 'remotes', dialog: { kind: 'roles' } };
    case 'actions':
    case 'name':
    case 'removal': {
      const remote = remotes.find(({ id }) => id === panel.id);
      // It has been removed meanwhile, by a phone or by time.
      return { name: 'remotes', dialog: remote && { kind: panel.at, remote } };
    }
  }
}

const isLocked = (status: PairingStatus | undefined) => status?.refused?.lockedUntil !== undefined;

export const noMedia: MediaState = { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 };

export function createScreenStore(timers: Timers): ScreenStore {
  const name = signal('');
  const link = signal<Link>({ status: 'connecting' });
  const media = signal<MediaState>(noMedia);
  const volume = signal<VolumeState>({ level: 1, muted: false });
  const pairing = signal<PairingStatus | undefined>(undefined);
  const activity = temporary<Activity>(timers);
  const greeting = temporary<PairedRemote>(timers);
  const codeRefused = temporary<true>(timers);
  const cutOff = temporary<true>(timers);
  const startNeeded = signal(false);
  const endedDismissed = signal(false);
  const outage = signal(false);
  const panel = signal<Panel>(closed);
  const questions = createQuestions(timers);

  const endedTimer = timer(timers, () => {
    endedDismissed.value = true;
  });
  const outageTimer = timer(timers, () => {
    outage.value = true;
    cutOff.show(true, timing.cutOff);
  });

  const screen = computed<Screen>(() => {
    const { status } = link.value;
    if (status === 'no-token' || status === 'conflict') return { name: status };
    // A lost hub is no reason to take the picture away.
    const now = media.value;
    if (startNeeded.value && now.state !== 'idle') return { name: 'start', media: now };
    if (now.state === 'error') return { name: 'error', media: now };
    if (now.state === 'ended' && !endedDismissed.value) return { name: 'ended', media: now };
    if (now.state !== 'idle' && now.state !== 'ended') return { name: now.state, media: now };
    if (status === 'refused' || status === 'stopped') return { name: status };
    if (!pairing.value) {
      if (status === 'unsealed') return { name: 'unsealed' };
      return { name: status === 'waiting' ? 'offline' : 'connecting' };
    }
    if (status !== 'online' && outage.value) return { name: 'offline' };
    return panelScreen(panel.value, pairing.value.remotes);
  });

  // A panel that media has covered does not come back by itself.
  const stopWatching = effect(() => {
    if (!panelScreens.includes(screen.value.name)) panel.value = closed;
  });

  function activityOf(found: Activity | undefined) {
    if (found) activity.show(found, timing.activity);
  }

  return {
    name,
    screen,
    link,
    media,
    volume,
    pairing,
    activity: activity.value,
    greeting: greeting.value,
    wrongCode: computed(() => {
      if (isLocked(pairing.value)) return 'locked';
      return codeRefused.value.value ? 'refused' : undefined;
    }),
    codeNotice: computed(() => {
      if (!codeRefused.value.value) return undefined;
      return isLocked(pairing.value) ? 'locked' : 'refused';
    }),
    question: computed(() => (isFinal(link.value) ? undefined : questions.current.value)),
    cutOff: computed(() => cutOff.value.value === true),

    linkChanged(next) {
      link.value = next;
      if (next.status === 'online' || isFinal(next)) {
        outageTimer.stop();
        outage.value = false;
        cutOff.clear();
      } else outageTimer.startOnce(timing.outage);
    },
    mediaChanged(next) {
      const before = media.value;
      activityOf(mediaActivity(before, next));
      media.value = next;
      if (next.state === 'ended') {
        if (before.state !== 'ended') endedTimer.startOnce(timing.ended);
      } else {
        endedTimer.stop();
        endedDismissed.value = false;
      }
      if (next.state === 'playing' || next.state === 'idle') startNeeded.value = false;
    },
    volumeChanged(next) {
      activityOf(volumeActivity(volume.value, next));
      volume.value = next;
    },
    pairingChanged(next) {
      const before = pairing.value;
      const known = before?.remotes;
      const added = known && next.remotes.find(({ id }) => !known.some((old) => old.id === id));
      if (added) {
        greeting.show(added, timing.greeting);
        // It has done what it was shown for.
        if (panel.value.at === 'invitation') panel.value = { at: 'list' };
      }
      if (!next.refused) codeRefused.clear();
      // What was refused before this page looked is no news.
      else if (before && next.refused.at !== before.refused?.at)
        codeRefused.show(true, timing.wrongCode);
      questions.update(next.requests);
      pairing.value = next;
      if (next.name) name.value = next.name;
    },
    startNeeded(needed) {
      startNeeded.value = needed;
    },
    openRemotes() {
      panel.value = { at: 'list' };
    },
    openRemote(id) {
      panel.value = { at: 'actions', id };
    },
    askForName(id) {
      panel.value = { at: 'name', id };
    },
    askToRemove(id) {
      panel.value = { at: 'removal', id };
    },
    askWhomToInvite() {
      panel.value = { at: 'roles' };
    },
    showInvitation() {
      panel.value = { at: 'invitation' };
    },
    disturbQuestion: questions.disturb,
    answeringQuestion: questions.answering,
    warnOfLeaving: () => activity.show({ kind: 'leaving' }, timing.activity),
    dismissEnded() {
      endedDismissed.value = true;
    },
    back() {
      const before = panel.value;
      if (before.at === 'closed') return false;
      if (before.at === 'list') panel.value = closed;
      else if (before.at === 'removal' || before.at === 'name')
        panel.value = { at: 'actions', id: before.id };
      else panel.value = { at: 'list' };
      return true;
    },
    dispose() {
      stopWatching();
      questions.dispose();
      for (const one of [endedTimer, outageTimer]) one.stop();
      for (const one of [activity, greeting, codeRefused, cutOff]) one.clear();
    },
  };
}

/** A value that goes away by itself; a later one starts the time anew. */
function temporary<T>(timers: Timers) {
  const value = signal<T | undefined>(undefined);
  const expiry = timer(timers, () => {
    value.value = undefined;
  });
  return {
    value,
    show(next: T, milliseconds: number) {
      expiry.stop();
      value.value = next;
      expiry.startOnce(milliseconds);
    },
    clear() {
      expiry.stop();
      value.value = undefined;
    },
  };
}
