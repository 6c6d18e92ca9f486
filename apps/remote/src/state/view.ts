import { formatTime } from '@fjern/design/time.ts';
import type { CatalogueItem, MediaMetadata, MediaState } from '@fjern/protocol';
import { labels } from '../labels.ts';
import type { LinkState, TvRemote } from './tv-remote.ts';

// What the page shows, computed from what is known. No DOM, no side effects.

export interface Status {
  tone: 'ok' | 'busy' | 'off';
  text: string;
}

export function status(link: LinkState, tv: TvRemote['tv']['status']): Status {
  if (link.status === 'lost') return { tone: 'off', text: labels.status.none };
  if (link.status === 'stale') return { tone: 'busy', text: labels.status.reconnecting };
  if (tv === 'absent') return { tone: 'off', text: labels.status.absent };
  if (link.status === 'live' && tv === 'present') return { tone: 'ok', text: labels.status.live };
  return { tone: 'busy', text: labels.status.connecting };
}

/** What fills the page. While the link is down the last state stays: the page is not taken over. */
export type Stage =
  | 'connecting'
  | 'absent'
  | 'idle'
  | 'media'
  /** The TV does not tell this phone what it plays. */
  | 'hidden'
  | 'unpaired'
  /** At its address there is another TV. */
  | 'replaced'
  | 'conflict'
  | 'lost';

export function stage(known: {
  link: LinkState;
  tv: TvRemote['tv']['status'];
  media: MediaState | undefined;
  hidden?: boolean;
  replaced?: boolean;
}): Stage {
  const { link, tv, media, hidden, replaced } = known;
  if (link.status === 'lost') {
    if (link.reason?.code === 'unpaired' || link.reason?.code === 'refused') return 'unpaired';
    return link.reason?.code === 'conflict' ? 'conflict' : 'lost';
  }
  if (replaced && link.status !== 'live') return 'replaced';
  if (tv === 'absent' && link.status !== 'stale') return 'absent';
  if (!media) return hidden && link.status !== 'connecting' ? 'hidden' : 'connecting';
  return media.state === 'idle' ? 'idle' : 'media';
}

/** The title, or what stands for it: the file's name. */
export function titleOf(metadata: MediaMetadata | undefined, uri: string | undefined): string {
  if (metadata?.title) return metadata.title;
  const file = uri?.split(/[?#]/)[0]?.split('/').filter(Boolean).pop();
  return file ? readable(file) : labels.untitled;
}

function readable(file: string): string {
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}

export function subtitleOf(metadata: MediaMetadata | undefined): string {
  return [metadata?.artist, metadata?.album].filter(Boolean).join(' · ');
}

/** Of several pictures the one whose shape comes closest, and of those the largest. */
export function artworkOf(
  metadata: MediaMetadata | undefined,
  shape: 'square' | 'wide',
): string | undefined {
  const wanted = Math.log(shape === 'square' ? 1 : 16 / 9);
  const pictures = (metadata?.artwork ?? []).map(({ src, sizes }) => {
    const [, width, height] = /(\d+)x(\d+)/i.exec(sizes ?? '') ?? [];
    const ratio = Number(width) / Number(height);
    return {
      src,
      width: Number(width) || 0,
      // One that does not say its size comes after those that do.
      off: ratio > 0 && Number.isFinite(ratio) ? Math.abs(Math.log(ratio) - wanted) : 99,
    };
  });
  return pictures.sort((a, b) => a.off - b.off || b.width - a.width)[0]?.src;
}

/** One line on what the media is doing, and who made it. */
export function captionOf(media: MediaState): string {
  const states: Partial<Record<MediaState['state'], string>> = {
    loading: labels.media.loading,
    buffering: labels.media.buffering,
    paused: labels.media.paused,
    ended: labels.media.ended,
  };
  const state = states[media.state];
  if (!media.by || media.state === 'error') return state ?? '';
  return state ? labels.media.by(state, media.by) : labels.media.playingBy(media.by);
}

export function errorOf(media: MediaState): string {
  return media.error?.text ?? labels.media.errors[media.error?.condition ?? 'media-failed'];
}

export interface PositionView {
  /** Seconds. */
  min: number;
  max: number;
  value: number;
  seekable: boolean;
  live: boolean;
  /** For the two ends of the scrubber. */
  elapsed: string;
  rest: string;
  /** For people who do not see it. */
  text: string;
}

/** A live stream counts as at its end while it is no further behind than this, seconds. */
const liveEdge = 10;

/** @param time seconds: the TV's, or where a finger wants it */
export function position(media: MediaState, time: number): PositionView {
  const live = media.live === true;
  const min = media.seekable?.start ?? 0;
  const max = media.seekable?.end ?? (live ? 0 : (media.duration ?? 0));
  const seekable = max > min && media.state !== 'error' && media.state !== 'loading';
  const value = max > min ? Math.min(Math.max(time, min), max) : Math.max(time, 0);
  if (live) {
    const behind = max - value;
    const rest = labels.position.live;
    const text = behind > liveEdge ? labels.position.behind(formatTime(behind)) : rest;
    return {
      min,
      max,
      value,
      seekable,
      live,
      elapsed: seekable && behind > liveEdge ? `−${formatTime(behind)}` : '',
      rest,
      text,
    };
  }
  const known = media.duration !== undefined;
  const elapsed = formatTime(value);
  return {
    min,
    max,
    value,
    seekable,
    live,
    elapsed,
    rest: known ? formatTime(media.duration ?? 0) : '',
    text: known
      ? labels.position.value(elapsed, formatTime(media.duration ?? 0))
      : `${elapsed}, ${labels.position.unknownLength}`,
  };
}

const rates = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The speeds to offer: those that the TV can do, and the one it has. */
export function rateChoices(limits: { min: number; max: number }, current: number): number[] {
  const offered = rates.filter((rate) => rate >= limits.min && rate <= limits.max);
  return [...new Set([...offered, current])].sort((a, b) => a - b);
}

export function isOn(item: CatalogueItem, media: MediaState | undefined): boolean {
  if (!media || media.state === 'idle') return false;
  return media.source?.uri === item.source.uri;
}

/** What was typed, as a URI: people leave out the scheme of a host. */
export function toUri(text: string): string {
  const trimmed = text.trim();
  const host = /^([a-z0-9-]+(\.[a-z0-9-]+)+|localhost|\[[\da-f:]+\])(:\d+)?\//i;
  return host.test(trimmed) ? `http://${trimmed}` : trimmed;
}
