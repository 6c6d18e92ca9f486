import {
  type Activity,
  bylineOf,
  formatClock,
  formatTime,
  labels,
  type Question,
  type Screen,
  shortAddress,
  titleOf,
  type WrongCode,
} from '@fjern/app-tv/screen';
import type { MediaState, PairedRemote, PairingStatus, VolumeState } from '@fjern/protocol';
import { Canvas, type Frame, palette, sizes } from './canvas.ts';
import { type Choice, drawChoices, drawMessage, drawQuestion } from './dialogs.ts';
import { drawPhoneIcon, drawTvIcon, type Icon, iconDrawers } from './icons.ts';
import { drawQr, qrWidth } from './qr.ts';

/** All that the picture depends on. */
export interface View {
  screen: Screen;
  name: string;
  /** What it was to be called, where another TV has that name. */
  renamedFrom?: string | undefined;
  pairing: PairingStatus;
  volume: VolumeState;
  activity?: Activity | undefined;
  greeting?: PairedRemote | undefined;
  wrongCode?: WrongCode | undefined;
  codeNotice?: WrongCode | undefined;
  question?: Question | undefined;
  /** What can be chosen, and which of it is in focus. */
  choices: readonly Choice[];
  focus: number;
  /** Seconds into the media. */
  position: number;
  /** Milliseconds since the Unix epoch. */
  now: number;
  locale?: string | undefined;
  frame: Frame;
}

/** From the back to the front. Each is one overlay of mpv; empty: there is none. */
export const layers = ['ground', 'bar', 'notice', 'question'] as const;
export type Layer = (typeof layers)[number];
export type Drawing = Record<Layer, string>;

/** 5 % of the picture may be cut off. */
const safe = { left: 96, right: 1824, top: 54, bottom: 1026 } as const;

/** The picture over mpv's own: nothing at all while it plays undisturbed. */
export function draw(view: View): Drawing {
  const layer = (paint: (canvas: Canvas) => void) => {
    const canvas = new Canvas(view.frame);
    paint(canvas);
    return canvas.toString();
  };
  return {
    ground: layer((canvas) => drawGround(canvas, view)),
    bar: layer((canvas) => drawBar(canvas, view)),
    notice: layer((canvas) => drawNotices(canvas, view)),
    question: layer((canvas) => {
      const { question, choices, focus, now } = view;
      if (question) drawQuestion(canvas, question, choices, focus, now);
    }),
  };
}

function drawGround(canvas: Canvas, view: View): void {
  const { screen } = view;
  switch (screen.name) {
    case 'idle':
      drawIdle(canvas, view);
      break;
    case 'loading':
      drawLoading(canvas, screen.media, view);
      break;
    case 'ended': {
      const { heading, hint } = labels.ended;
      drawMessage(canvas, { heading, hint, eyebrow: titleOf(screen.media.metadata) });
      drawChoicesOf(canvas, view);
      break;
    }
    case 'error': {
      const { error, metadata, source } = screen.media;
      const condition = error?.condition ?? 'media-failed';
      drawMessage(canvas, {
        heading: labels.error.heading[condition],
        hint: labels.error.hint[condition],
        eyebrow: metadata?.title ?? source?.uri,
        isError: true,
      });
      drawChoicesOf(canvas, view);
      break;
    }
  }
}

function drawChoicesOf(canvas: Canvas, { choices, focus, question }: View): void {
  drawChoices(canvas, choices, question ? -1 : focus, safe.left, 700);
}

function drawIdle(canvas: Canvas, view: View): void {
  const { pairing, now, locale } = view;
  const { offer, remotes } = pairing;
  canvas.fill(palette.bg);
  drawHeader(canvas, view, clockOf(now, locale));
  const isPaired = remotes.length > 0;
  const width = offer || view.greeting ? 980 : 1600;
  const heading = {
    size: 84,
    colour: palette.text,
    bold: true,
    width: offer && !isPaired ? 740 : width,
  };
  const lead = { size: sizes.xl, colour: palette.muted, width };
  const { idle, code } = labels;
  let y = isPaired ? 290 : 200;
  if (isPaired) {
    y = canvas.paragraph(idle.ready, safe.left, y, heading, 2) + 16;
    y = canvas.paragraph(idle.pick, safe.left, y, lead, 2);
  } else {
    y = canvas.paragraph(idle.heading, safe.left, y, heading, 2) + 16;
    y = canvas.paragraph(offer ? code.scan : idle.noOfferHint, safe.left, y, lead, 2);
    if (offer)
      y = canvas.paragraph(idle.firstIsOwner, safe.left, y, { ...lead, colour: palette.text }, 2);
  }
  if (offer) drawTypedCode(canvas, view, Math.max(y + 40, isPaired ? 600 : 620));
  if (view.greeting) drawGreeting(canvas, view.greeting, now);
  else if (offer) drawCode(canvas, view, offer);
  drawFooter(canvas, remotes);
}

/**
 * Without a locale in 24 hours, which everybody can read: a box seldom knows whose it is, and Intl would map 8 MB of
 * data into the process for it.
 */
function clockOf(now: number, locale: string | undefined): ReturnType<typeof formatClock> {
  if (locale !== undefined) return formatClock(now, locale);
  const date = new Date(now);
  const two = (part: number) => String(part).padStart(2, '0');
  return { time: `${two(date.getHours())}:${two(date.getMinutes())}` };
}

function drawHeader(
  canvas: Canvas,
  { name, renamedFrom }: View,
  { time, period }: ReturnType<typeof formatClock>,
): void {
  drawTvIcon(canvas, safe.left, 72, palette.accent);
  canvas.text(name || labels.tv, 170, 70, {
    size: sizes.xl,
    colour: palette.text,
    bold: true,
    width: 1260,
  });
  if (renamedFrom !== undefined)
    canvas.text(labels.renamed(renamedFrom, name), 170, 132, {
      size: sizes.m,
      colour: palette.warn,
      width: 1600,
    });
  const clock = period
    ? period.first
      ? `${period.text} ${time}`
      : `${time} ${period.text}`
    : time;
  canvas.text(clock, safe.right, 64, {
    size: sizes.xxl,
    colour: palette.muted,
    align: 'right',
  });
}

/** For somebody without a camera at hand: readable from the sofa, 3 m away. */
function drawTypedCode(canvas: Canvas, { pairing }: View, top: number): void {
  const { offer, remotes } = pairing;
  if (!offer) return;
  const { code } = labels;
  const x = safe.left;
  let y = top;
  const small = { size: sizes.m, colour: palette.muted, width: 980 };
  if (remotes.length > 0) {
    const title = { ...small, size: sizes.l, colour: palette.text, bold: true };
    canvas.text(code.title[offer.role], x, y, title);
    y += 56;
  }
  canvas.text(code.typeAt, x, y, small);
  canvas.text(shortAddress(offer.url), x, y + 38, {
    size: sizes.xxl,
    colour: palette.text,
    bold: true,
    width: 980,
  });
  canvas.text(code.typePin, x, y + 116, small);
  const half = Math.ceil(offer.pin.length / 2);
  const digits = `${offer.pin.slice(0, half)} ${offer.pin.slice(half)}`;
  canvas.text(digits, x, y + 144, {
    size: 96,
    colour: palette.accent,
    bold: true,
    spacing: 6,
  });
}

const codeTop = 196;

function drawCode(
  canvas: Canvas,
  { wrongCode, pairing, now }: View,
  offer: NonNullable<PairingStatus['offer']>,
): void {
  const width = qrWidth(offer.url);
  const left = safe.right - width;
  drawQr(canvas, offer.url, left, codeTop);
  const below = codeTop + width;
  if (wrongCode) {
    drawWarning(canvas, wrongCode, {
      lockedUntil: pairing.refused?.lockedUntil ?? now,
      now,
      below,
      cardWidth: width,
    });
    return;
  }
  canvas.text(labels.code.expires(timeLeft(offer.expires, now)), left + width / 2, below + 20, {
    size: sizes.m,
    colour: palette.faint,
    align: 'center',
  });
}

/** In whole minutes until the last one: an idle screen rests for a minute at a time. */
function timeLeft(expires: number, now: number): string {
  const seconds = Math.max(0, (expires - now) / 1000);
  return seconds < 60 ? formatTime(seconds) : labels.code.minutes(Math.ceil(seconds / 60));
}

/** No lock of the box is longer: what goes beyond is a clock that is wrong. Seconds. */
const longestLock = 300;

function drawWarning(
  canvas: Canvas,
  wrongCode: WrongCode,
  at: { lockedUntil: number; now: number; below: number; cardWidth: number },
): void {
  const { lockedUntil, now, below, cardWidth } = at;
  const { locked, lockedHint, refused, refusedHint } = labels.code;
  const left = Math.min(longestLock, Math.max(1, Math.ceil((lockedUntil - now) / 1000)));
  const isLocked = wrongCode === 'locked';
  const [width, top] = [Math.max(570, cardWidth), below + 16];
  const x = safe.right - width;
  canvas.rect(x, top, width, 156, '#352c1c', 14);
  iconDrawers.warning(canvas, x + 22, top + 20, 32, palette.warn);
  const style = { size: sizes.m, colour: palette.warn, width: width - 96 };
  canvas.text(isLocked ? locked : refused, x + 72, top + 16, { ...style, bold: true });
  const hint = isLocked ? lockedHint(formatTime(left)) : refusedHint;
  canvas.paragraph(hint, x + 72, top + 56, { ...style, size: 24, colour: palette.text }, 3);
}

function drawGreeting(canvas: Canvas, remote: PairedRemote, now: number): void {
  const [width, height] = [610, 440];
  const x = safe.right - width;
  const middle = x + width / 2;
  canvas.rect(x, codeTop + 60, width, height, '#20261e', 22);
  canvas.circle(middle, codeTop + 170, 44, palette.ok);
  iconDrawers.check(canvas, middle - 22, codeTop + 148, 44, palette.onOk);
  const style = {
    size: sizes.l,
    colour: palette.text,
    align: 'center',
    width: width - 80,
  } as const;
  const title = labels.code.greeting(remote.name);
  const y = canvas.paragraph(title, middle, codeTop + 250, { ...style, bold: true }, 2);
  const hint = labels.code.greetingHint(remote.grant, now);
  canvas.paragraph(hint, middle, y + 6, { ...style, size: sizes.m, colour: palette.muted }, 3);
}

function drawFooter(canvas: Canvas, remotes: readonly PairedRemote[]): void {
  const { idle } = labels;
  const y = 962;
  drawPhoneIcon(canvas, safe.left, y + 2, palette.muted);
  const here = remotes.filter(({ online }) => online);
  const names = [...here, ...remotes.filter(({ online }) => !online)].map(({ name }) => name);
  const text = remotes.length > 0 ? idle.paired(names) : idle.nobody;
  const online = here.length > 0 ? idle.online(here.length) : '';
  const style = { size: sizes.m, colour: palette.muted, width: online ? 760 : 1080 };
  const width = canvas.text(text, 140, y, style);
  if (online === '') return;
  canvas.circle(140 + width + 40, y + 17, 7, palette.ok);
  canvas.text(online, 140 + width + 60, y, { size: sizes.m, colour: palette.text });
}

function drawLoading(canvas: Canvas, media: MediaState, { activity, now }: View): void {
  canvas.fill(palette.bg);
  const width = 1500;
  const title = { size: sizes.xxxl, colour: palette.text, bold: true, width };
  let y = canvas.paragraph(titleOf(media.metadata), safe.left, 400, title, 2);
  const byline = bylineOf(media.metadata);
  if (byline)
    y = canvas.paragraph(
      byline,
      safe.left,
      y + 8,
      { ...title, size: sizes.l, bold: false, colour: palette.muted },
      1,
    );
  drawDots(canvas, safe.left + 8, y + 58, now);
  const text = activity?.by ? labels.activity(activity) : labels.loading;
  canvas.text(text, safe.left + 120, y + 40, { size: sizes.m, colour: palette.text, width });
}

/** Milliseconds for each of them. */
export const dotStep = 400;

/** Says that something goes on, with a picture every now and then. */
function drawDots(canvas: Canvas, x: number, y: number, now: number): void {
  const lit = Math.floor(now / dotStep) % 3;
  for (let dot = 0; dot < 3; dot++)
    canvas.circle(x + dot * 32, y, 9, palette.accent, dot === lit ? 1 : 0.3);
}

const barOn: readonly Screen['name'][] = ['playing', 'paused', 'buffering'];

/** Over what plays: nothing, the bar when something happened or it stands still. */
function drawBar(canvas: Canvas, view: View): void {
  const { screen, activity, volume, position, now } = view;
  if (!('media' in screen) || !barOn.includes(screen.name)) {
    if (activity && screen.name === 'idle')
      drawPill(canvas, activityPill(activity, volume), 960, 54, 'center');
    return;
  }
  const { media } = screen;
  if (screen.name === 'playing' && !activity) return;
  if (screen.name === 'paused') canvas.fill(palette.shade, 0.35);
  const top = 690;
  const step = 13;
  for (let y = top; y < 1080; y += step)
    canvas.band(y, step, palette.shade, Math.min(0.92, ((y - top) / 220) * 0.92));
  if (screen.name === 'buffering') {
    canvas.rect(880, 500, 160, 80, palette.shade, 40, 0.7);
    drawDots(canvas, 928, 540, now);
  }
  if (activity) drawPill(canvas, activityPill(activity, volume), safe.left, 792, 'left');
  let x: number = safe.left;
  if (screen.name === 'paused') {
    canvas.circle(x + 42, 912, 42, palette.accent);
    iconDrawers.pause(canvas, x + 25, 895, 34, palette.onAccent);
    x += 112;
  }
  const byline = bylineOf(media.metadata);
  const title = { size: sizes.xl, colour: palette.text, bold: true, width: safe.right - x };
  canvas.text(titleOf(media.metadata), x, byline ? 868 : 888, title);
  if (byline)
    canvas.text(byline, x, 924, { ...title, size: sizes.m, bold: false, colour: palette.muted });
  drawProgress(canvas, media, position);
}

function drawProgress(canvas: Canvas, { duration, live }: MediaState, position: number): void {
  const y = 980;
  const style = { size: sizes.m, colour: palette.text, bold: true };
  if (live) {
    const width = canvas.text(labels.live, safe.left + 16, y, style);
    canvas.outline(safe.left, y - 4, width + 28, 44, palette.accent, 14, 3);
    return;
  }
  const left = canvas.text(formatTime(position), safe.left, y, style);
  if (duration === undefined) return;
  const right = canvas.text(formatTime(duration), safe.right, y, { ...style, align: 'right' });
  const [from, to] = [safe.left + left + 24, safe.right - right - 24];
  const done = duration > 0 ? Math.min(1, Math.max(0, position / duration)) : 0;
  canvas.rect(from, y + 13, to - from, 10, palette.text, 5, 0.24);
  if (done > 0) canvas.rect(from, y + 13, Math.max(10, (to - from) * done), 10, palette.accent, 5);
}

interface Pill {
  icon: Icon;
  colour: string;
  text: string;
  /** 0..1, shown as a meter. */
  level?: number;
}

const icons: Record<Activity['kind'], Icon> = {
  loaded: 'play',
  played: 'play',
  paused: 'pause',
  stopped: 'stop',
  muted: 'muted',
  unmuted: 'volume',
  sought: 'forward',
  rate: 'rate',
  volume: 'volume',
  leaving: 'back',
};

/** What happened, and who did it. */
function activityPill(activity: Activity, volume: VolumeState): Pill {
  return {
    icon: activity.kind === 'sought' && !activity.forward ? 'rewind' : icons[activity.kind],
    colour: palette.accent,
    text: labels.activity(activity),
    ...(activity.kind === 'volume' ? { level: volume.level } : {}),
  };
}

/** What happens to pairing while the screen is about something else. */
function drawNotices(canvas: Canvas, view: View): void {
  const { screen, greeting, codeNotice } = view;
  if (screen.name === 'idle') return;
  const { refusedNotice, lockedNotice, greeting: paired } = labels.code;
  let y: number = safe.top;
  if (greeting) {
    const text = paired(greeting.name);
    drawPill(canvas, { icon: 'check', colour: palette.ok, text }, safe.right, y, 'right');
    y += 80;
  }
  if (codeNotice) {
    const text = codeNotice === 'locked' ? lockedNotice : refusedNotice;
    drawPill(canvas, { icon: 'warning', colour: palette.warn, text }, safe.right, y, 'right');
  }
}

function drawPill(
  ...[canvas, { icon, colour, text, level }, x, y, align]: [
    Canvas,
    Pill,
    number,
    number,
    'left' | 'center' | 'right',
  ]
): void {
  const meter = level === undefined ? 0 : 190;
  const style = { size: sizes.m, colour: palette.text, bold: true, width: 1500 - meter };
  const hidden = new Canvas({ width: 1920, height: 1080 });
  const textWidth = hidden.text(text, 0, 0, style);
  const width = textWidth + 110 + meter;
  const left = x - width * { left: 0, center: 0.5, right: 1 }[align];
  canvas.rect(left, y, width, 62, palette.surface2, 31, 0.94);
  iconDrawers[icon](canvas, left + 26, y + 17, 28, colour);
  canvas.text(text, left + 72, y + 14, style);
  if (level === undefined) return;
  const from = left + 72 + textWidth + 20;
  canvas.rect(from, y + 27, 160, 8, palette.text, 4, 0.24);
  if (level > 0) canvas.rect(from, y + 27, Math.max(8, 160 * level), 8, palette.accent, 4);
}
