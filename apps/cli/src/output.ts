import type { Facets } from '@fjern/protocol';
import pc from 'picocolors';

/** How results reach standard output: for people, or one JSON object a line. */
export interface Output {
  readonly json: boolean;
  /** `data` with --json, else `text`. */
  print(data: unknown, text: string): void;
}

export function output(json: boolean): Output {
  return {
    json,
    print: (data, text) => {
      process.stdout.write(`${json ? JSON.stringify(data) : text}\n`);
    },
  };
}

/** `1:02:03`, `4:05`. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** One line about what plays. */
export function describeMedia(media: Facets['media'], currentTime: number): string {
  const title = media.metadata?.title ?? media.source?.uri ?? '';
  if (media.state === 'idle') return pc.dim('Nothing plays.');
  if (media.state === 'error')
    return `${pc.red('✗')} ${title} ${media.error?.text ?? 'could not be played'}`;
  const length = media.live
    ? 'live'
    : media.duration === undefined
      ? ''
      : `/ ${clockTime(media.duration)}`;
  const rate = media.playbackRate === 1 ? '' : ` ×${media.playbackRate}`;
  return `${pc.bold(title)}  ${media.state} ${clockTime(currentTime)} ${length}${rate}`.trimEnd();
}

export function describeVolume(volume: Facets['volume']): string {
  return `Volume ${Math.round(volume.level * 100)} %${volume.muted ? ', muted' : ''}`;
}

/** Parses `92.5`, `1:32.5`, `1:02:03`, `50%`, and, relative to now, `+10` and `-10`. @returns seconds, or nothing */
export function parsePosition(
  text: string,
  now: { currentTime: number; duration: number | undefined },
): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent)
    return now.duration === undefined ? undefined : (Number(percent[1]) / 100) * now.duration;
  const match = /^([+-])?(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return undefined;
  const [, sign, h = '0', m = '0', s = '0'] = match;
  const seconds = Number(h) * 3600 + Number(m) * 60 + Number(s);
  if (sign === undefined) return seconds;
  const target = now.currentTime + (sign === '+' ? seconds : -seconds);
  return Math.min(Math.max(target, 0), now.duration ?? Number.POSITIVE_INFINITY);
}

/** Parses `40`, `40%`, `0.4` is 0.4 %: percent throughout; `+5` and `-5` are relative. @returns 0..1, or nothing */
export function parseVolume(text: string, now: number): number | undefined {
  const match = /^([+-])?(\d+(?:\.\d+)?)%?$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[2]) / 100;
  if (match[1] === undefined) return value <= 1 ? value : undefined;
  return Math.min(Math.max(now + (match[1] === '+' ? value : -value), 0), 1);
}
