import type { WriteStream } from 'node:tty';
import type { Facets, Grant } from '@fjern/remote';
import pc from 'picocolors';
import type { Failure } from './exit.ts';
import type { Line, LineName } from './lines.ts';
import { Progress } from './progress.ts';

export type Colour = ReturnType<typeof pc.createColors>;

/** How results reach standard output: for people, or one JSON object a line. */
export interface Output {
  readonly json: boolean;
  readonly colour: Colour;
  /** What was asked for: the line `event` with --json, else `text`. */
  print<E extends LineName>(event: E, line: Line<E>, text: string): void;
  /** That what was to be done is done: the same, unless --quiet. */
  confirm<E extends LineName>(event: E, line: Line<E>, text: string): void;
  /** What is no result, for people alone, on standard error. */
  note(text: string): void;
  /** What somebody should know whatever it was that was asked for, on standard error. */
  warn(text: string): void;
  /** What is waited for, shown at a terminal. */
  waiting(text: string): void;
  /** The waiting is over. */
  arrived(): void;
}

export function output({ json = false, quiet = false } = {}): Output {
  const isShown = !json && !quiet && process.stderr.isTTY === true;
  const progress = new Progress(isShown ? process.stderr : undefined);
  const write = (stream: NodeJS.WriteStream, text: string) => {
    progress.clear();
    stream.write(`${text}\n`);
  };
  const print: Output['print'] = (event, line, text) =>
    write(process.stdout, json ? JSON.stringify({ event, ...line }) : text);
  return {
    json,
    colour: colourOf(process.stdout),
    print,
    confirm: (event, line, text) => {
      if (json || !quiet) print(event, line, text);
    },
    note: (text) => {
      if (!json && !quiet) write(process.stderr, text);
    },
    warn: (text) => write(process.stderr, `fjern: ${plain(text)}`),
    waiting: (text) => progress.show(plain(text)),
    arrived: () => progress.end(),
  };
}

export function failureLine({ code, message }: Failure, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', code, message })}\n`);
  else process.stderr.write(`${colourOf(process.stderr).red('fjern:')} ${plain(message)}\n`);
}

/** FORCE_COLOR and NO_COLOR have their way; else a terminal that can show colours gets them. */
export function colourOf(stream: Partial<Pick<WriteStream, 'hasColors'>>): Colour {
  const { FORCE_COLOR: force, NO_COLOR: no } = process.env;
  if (force !== undefined) return pc.createColors(!/^(0|false)$/.test(force));
  return pc.createColors(no ? false : (stream.hasColors?.() ?? false));
}

/** What came from elsewhere, on one line and without the characters that control terminals. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

/** `1:02:03`, `4:05`. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** One line about what plays: `Aurora  paused  0:12 / 0:30`. */
export function describeMedia(
  media: Facets['media'] | undefined,
  currentTime: number,
  colour: Colour,
): string {
  if (!media || media.state === 'idle') return 'Nothing is loaded.';
  const title = colour.bold(plain(media.metadata?.title ?? media.source?.uri ?? 'Untitled'));
  if (media.state === 'error') {
    const reason = media.error?.text ?? 'It could not be played.';
    return `${title}  ${colour.red('failed')}  ${plain(reason)}`;
  }
  const length = media.live
    ? '  live'
    : media.duration === undefined
      ? ''
      : ` / ${clockTime(media.duration)}`;
  const rate = media.playbackRate === 1 ? '' : `  ×${media.playbackRate}`;
  const by = media.by ? colour.dim(`  (${plain(media.by)})`) : '';
  return `${title}  ${media.state}  ${clockTime(currentTime)}${length}${rate}${by}`;
}

export function describeVolume(volume: Facets['volume'] | undefined, colour: Colour): string {
  if (!volume) return 'The volume is not known.';
  const muted = volume.muted ? `  ${colour.yellow('muted')}` : '';
  return `Volume ${Math.round(volume.level * 100)} %${muted}`;
}

/** `24 November`. @param at ms since the Unix epoch */
export function day(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
}

/** `24 November, 18:30`. @param at ms since the Unix epoch */
export function moment(at: number): string {
  const time = new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return `${day(at)}, ${time}`;
}

/** `owner`, `guest until 24 November, 18:30, or until the TV goes to standby`. */
export function describeRole({
  role,
  expires,
  untilStandby,
}: Pick<Grant, 'role' | 'expires' | 'untilStandby'>): string {
  const ends = [
    ...(expires === undefined ? [] : [`until ${moment(expires)}`]),
    ...(untilStandby ? ['until the TV goes to standby'] : []),
  ];
  return [role, ends.join(', or ')].filter(Boolean).join(' ');
}
