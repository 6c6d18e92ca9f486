import {
  answer,
  createPlayerControls,
  createScreenStore,
  effect,
  type Key,
  type KeyControls,
  labels,
  press,
  type ScreenStore,
  systemTimers,
  type Timers,
} from '@fjern/app-tv/screen';
import type { Facets, PairingStatus, Role } from '@fjern/protocol';
import type { MpvPlayer } from '@fjern/tv/mpv';
import type { Choice } from './dialogs.ts';
import { dotStep, draw, layers, type View } from './draw.ts';
import { Keys, keyOf } from './keys.ts';
import { Painter } from './painter.ts';
import { oneLine } from './text.ts';

export interface MpvScreenOptions {
  mpv: MpvPlayer;
  /** The viewer has decided about a remote that waits. @param role another than the code's */
  onapprove(id: string, allow: boolean, role?: Role): void | Promise<void>;
  /** What mpv refused to draw, or a defect. */
  onerror?(error: unknown): void;
  /** BCP 47, for the clock; default that of the process. */
  locale?: string;
  timers?: Timers;
}

export interface ScreenContent {
  pairing: PairingStatus;
  media: Facets['media'];
  volume: Facets['volume'];
}

/** What the TV shows where no browser does. */
export interface BoxScreen {
  /** Shows this, and whatever follows from how it differs from what was shown before. */
  show(content: ScreenContent): void;
  /** Leaves mpv's picture and keys as they were. May be repeated. Never rejects. */
  close(): Promise<void>;
}

/**
 * The screens of the TV page, drawn over mpv's picture by mpv itself, and steered with the keys that its window gets.
 * Whether mpv is there or away: what it ought to show is drawn when it is.
 */
export function mpvScreen(options: MpvScreenOptions): BoxScreen {
  return new MpvScreen(options);
}

/** One screen may come before the one that it replaces has left: they have nothing of mpv in common. */
let screens = 0;

class MpvScreen implements BoxScreen {
  private readonly options: MpvScreenOptions;
  private readonly timers: Timers;
  private readonly store: ScreenStore;
  private readonly controls: KeyControls;
  private readonly painter: Painter;
  private readonly keys: Keys;
  private readonly stops: (() => void)[];
  private focus = { on: '', index: 0 };
  private cancelTick = () => {};
  /** Whether mpv gives the keys of choices to us, as far as it was told. */
  private hasChoices = false;
  private closing: Promise<void> | undefined;

  constructor(options: MpvScreenOptions) {
    const { mpv, onapprove, timers = systemTimers } = options;
    this.options = options;
    this.timers = timers;
    this.store = createScreenStore(timers);
    this.store.linkChanged({ status: 'online' });
    this.controls = {
      ...createPlayerControls(mpv, this.store),
      remotes: { decide: async (id, allow, role) => onapprove(id, allow, role) },
    };
    const onError = (error: unknown) => this.onError(error);
    const number = screens++;
    this.painter = new Painter({ mpv, firstId: 1 + number * layers.length, timers, onError });
    this.keys = new Keys(mpv, `fjern-${number}`);
    this.stops = [
      mpv.on('status', ({ status }) => {
        if (status === 'ready') this.begin();
      }),
      mpv.on('message', (args) => this.onKey(keyOf(args))),
      effect(() => this.redraw()),
    ];
    if (mpv.status.status === 'ready') this.begin();
  }

  show(content: ScreenContent): void {
    const { pairing, media, volume } = content;
    this.store.mediaChanged(media);
    this.store.volumeChanged(volume);
    this.store.pairingChanged(pairing);
    this.store.name.value = oneLine(pairing.name);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    for (const stop of this.stops) stop();
    this.cancelTick();
    this.store.dispose();
    await this.painter.close();
    if (this.options.mpv.status.status === 'ready') await this.keys.release().catch(() => {});
  }

  /** With an mpv that knows nothing of us. */
  private begin(): void {
    this.hasChoices = false;
    this.keys
      .bind()
      .then(() => this.askForKeys())
      .catch((error) => this.onError(error));
    this.painter.renew();
  }

  private onError(error: unknown): void {
    if (!this.closing) this.options.onerror?.(error);
  }

  /** Whenever something that it depends on has changed, and when time alone changes the picture. */
  private redraw(): void {
    this.cancelTick();
    const view = this.view();
    if (!view) return;
    this.painter.paint((frame) =>
      draw({
        ...view,
        frame,
        position: this.options.mpv.state.currentTime,
        now: this.timers.now(),
      }),
    );
    this.askForKeys();
    const rest = restOf(view);
    if (rest !== undefined) this.cancelTick = this.timers.after(rest, () => this.redraw());
  }

  private view(): View | undefined {
    const { store } = this;
    const pairing = store.pairing.value;
    const view = {
      screen: store.screen.value,
      name: store.name.value,
      renamedFrom: pairing?.renamedFrom && oneLine(pairing.renamedFrom),
      volume: store.volume.value,
      activity: store.activity.value,
      greeting: store.greeting.value,
      wrongCode: store.wrongCode.value,
      codeNotice: store.codeNotice.value,
      question: store.question.value,
      choices: this.choices(),
      focus: this.focusIndex(),
      position: 0,
      now: this.timers.now(),
      locale: this.options.locale,
      frame: this.painter.frame,
    };
    return pairing && { ...view, pairing };
  }

  /** In the order in which they stand. The first is the one that does no harm when somebody presses OK unasked. */
  private choices(): Choice[] {
    const { store, controls } = this;
    const question = store.question.value;
    if (question) {
      const { deny, allow, allowGuest } = labels.approval;
      const { role } = question.request;
      const guest = { label: allowGuest, act: () => answer(store, controls, true, 'guest') };
      return [
        { label: deny, act: () => answer(store, controls, false) },
        ...(role === 'guest' ? [] : [{ label: allow, act: () => answer(store, controls, true) }]),
        ...(role === 'owner' ? [] : [guest]),
      ];
    }
    switch (store.screen.value.name) {
      case 'ended':
        return [
          { label: labels.ended.again, act: () => controls.playAgain() },
          { label: labels.ended.done, act: () => controls.stop() },
        ];
      case 'error':
        return [
          { label: labels.error.retry, act: () => controls.playAgain() },
          { label: labels.error.back, act: () => controls.stop() },
        ];
      default:
        return [];
    }
  }

  /** What asks, so that another question starts with its first choice. */
  private get asking(): string {
    const { question, screen } = this.store;
    return question.value?.request.id ?? screen.value.name;
  }

  private focusIndex(): number {
    if (this.focus.on !== this.asking) this.focus = { on: this.asking, index: 0 };
    return this.focus.index;
  }

  private onKey(key: Key | undefined): void {
    if (!key || this.closing) return;
    const choices = this.choices();
    const isSettling = this.store.question.value?.state === 'settling';
    const step = { left: -1, up: -1, right: 1, down: 1 }[key as string];
    if (choices.length === 0 || isSettling || (step === undefined && key !== 'ok')) {
      press(key, this.store, this.controls);
    } else if (step === undefined) {
      choices[this.focusIndex()]?.act();
    } else {
      const index = Math.min(choices.length - 1, Math.max(0, this.focusIndex() + step));
      this.focus = { on: this.asking, index };
      this.redraw();
    }
  }

  private askForKeys(): void {
    const { mpv } = this.options;
    const wanted = this.choices().length > 0;
    if (wanted === this.hasChoices || mpv.status.status !== 'ready') return;
    this.hasChoices = wanted;
    this.keys.choose(wanted).catch((error) => this.onError(error));
  }
}

const minute = 60_000;

/** Milliseconds until the picture is another one by the clock alone; undefined: it rests. */
function restOf({ screen, question, activity, wrongCode, pairing, now }: View): number | undefined {
  const until = (step: number) => step - (now % step);
  if (question) return until(1000);
  switch (screen.name) {
    case 'loading':
    case 'buffering':
      return until(dotStep);
    case 'playing':
      return activity && until(500);
    case 'idle': {
      const left = pairing.offer ? pairing.offer.expires - now : 0;
      if (wrongCode === 'locked' || (left > 0 && left <= minute)) return until(1000);
      return Math.min(until(minute), left > 0 ? left % minute || minute : minute);
    }
    default:
      return undefined;
  }
}
