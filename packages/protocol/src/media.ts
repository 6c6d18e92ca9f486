import { ProtocolError } from './errors.ts';
import {
  decimal,
  formatDecimal,
  oneOf,
  optionalBoolean,
  optionalDecimal,
  optionalText,
  required,
} from './values.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

/**
 * What the TV plays. One vocabulary for every player; the specification maps it to HTML, Cast, MPRIS and Matter.
 * `playing` means that time moves; `buffering` that it would, had the player data.
 */
export const playbackStates = [
  'idle',
  'loading',
  'playing',
  'buffering',
  'paused',
  'ended',
  'error',
] as const;
export type PlaybackState = (typeof playbackStates)[number];

export interface Artwork {
  /** Absolute, or relative to the TV's HTTP endpoint. */
  src: string;
  /** `512x512`, as in the Media Session API. */
  sizes?: string;
  /** MIME type. */
  type?: string;
}

/** MediaMetadata of the Media Session API. */
export interface MediaMetadata {
  title?: string;
  artist?: string;
  album?: string;
  artwork?: Artwork[];
}

export interface MediaSource {
  /** http(s) URL, absolute or relative to the TV's HTTP endpoint. */
  uri: string;
  /** MIME type, if known. */
  type?: string;
}

export const mediaErrorConditions = [
  /** Could not be fetched: no such host, no such file, no network. */
  'media-unreachable',
  /** Not a format that this TV plays. */
  'media-unsupported',
  /** Was playing, or should, and broke: damaged data, decoder failure. */
  'media-failed',
  /** The player itself is gone or hangs; what was loaded is lost, and loading it again may work. */
  'player-failed',
] as const;
export type MediaErrorCondition = (typeof mediaErrorConditions)[number];

export interface MediaError {
  condition: MediaErrorCondition;
  /** For people, one sentence. */
  text?: string;
}

/** The facet `media`. */
export interface MediaState {
  state: PlaybackState;
  /** Seconds into the media at the instant `at`. */
  currentTime: number;
  /** The instant at which `currentTime` was true: seconds on the TV's clock. */
  at: number;
  /** 1 is normal speed; applies while `state` is `playing`. */
  playbackRate: number;
  /** Seconds; absent when unknown or endless. */
  duration?: number;
  /** A broadcast or live stream: the end moves. */
  live?: boolean;
  /** What can be sought to, seconds; absent when it is 0..duration. */
  seekable?: { start: number; end: number };
  source?: MediaSource;
  metadata?: MediaMetadata;
  /** With state `error`. */
  error?: MediaError;
  /** Name of the remote whose command led here; absent when it happened at the TV. */
  by?: string;
}

/** Seconds into the media at `now` (TV clock), clamped to what can be played. No polling needed. */
export function currentTimeAt(media: MediaState, now: number): number {
  if (media.state !== 'playing') return media.currentTime;
  const time = media.currentTime + Math.max(0, now - media.at) * media.playbackRate;
  const end = media.live ? Infinity : (media.duration ?? Infinity);
  return Math.min(Math.max(time, 0), Math.max(end, media.currentTime));
}

/** Attributes and children of `<media/>`; the facet envelope adds epoch and revision. */
export function encodeMedia(media: MediaState): Element {
  return xml(
    'media',
    {
      state: media.state,
      currentTime: formatDecimal(media.currentTime),
      at: formatDecimal(media.at),
      playbackRate: formatDecimal(media.playbackRate),
      duration: media.duration === undefined ? undefined : formatDecimal(media.duration),
      live: media.live,
      by: media.by === undefined ? undefined : toXmlText(media.by),
    },
    media.seekable &&
      xml('seekable', {
        start: formatDecimal(media.seekable.start),
        end: formatDecimal(media.seekable.end),
      }),
    media.source && encodeSource(media.source),
    media.metadata && encodeMetadata(media.metadata),
    media.error &&
      xml(
        'error',
        { condition: media.error.condition },
        media.error.text === undefined ? undefined : toXmlText(media.error.text),
      ),
  );
}

export function decodeMedia(element: Element): MediaState {
  const xmlns = element.getNS();
  const duration = optionalDecimal(element, 'duration', { min: 0 });
  const live = optionalBoolean(element, 'live');
  const seekable = element.getChild('seekable', xmlns);
  const source = element.getChild('source', xmlns);
  const metadata = element.getChild('metadata', xmlns);
  const error = element.getChild('error', xmlns);
  const by = attribute(element, 'by');
  return {
    state: oneOf(element, 'state', playbackStates),
    currentTime: decimal(element, 'currentTime', { min: 0 }),
    at: decimal(element, 'at'),
    playbackRate: decimal(element, 'playbackRate', { min: 0 }),
    ...(duration === undefined ? {} : { duration }),
    ...(live === undefined ? {} : { live }),
    ...(seekable ? { seekable: decodeSeekable(seekable) } : {}),
    ...(source ? { source: decodeSource(source) } : {}),
    ...(metadata ? { metadata: decodeMetadata(metadata) } : {}),
    ...(error ? { error: decodeError(error) } : {}),
    ...(by ? { by } : {}),
  };
}

function decodeSeekable(element: Element): { start: number; end: number } {
  const start = decimal(element, 'start', { min: 0 });
  return { start, end: decimal(element, 'end', { min: start }) };
}

function decodeError(element: Element): MediaError {
  const text = element.getText();
  // A condition of a later version still means that the media failed.
  const condition =
    mediaErrorConditions.find((known) => known === attribute(element, 'condition')) ??
    'media-failed';
  return { condition, ...(text ? { text } : {}) };
}

/** Longest URI that is carried (RFC 9110 §4.1 asks for at least 8,000 octets). */
const maxUri = 8000;

export function encodeSource(source: MediaSource): Element {
  return xml('source', { uri: source.uri, type: source.type });
}

export function decodeSource(element: Element): MediaSource {
  const uri = required(element, 'uri');
  if (uri.length > maxUri)
    throw new ProtocolError('invalid-value', 'source@uri', `is longer than ${maxUri} characters`);
  const type = attribute(element, 'type');
  return { uri, ...(type ? { type } : {}) };
}

export function encodeMetadata(metadata: MediaMetadata): Element {
  return xml('metadata', {}, ...metadataChildren(metadata));
}

export function metadataChildren(metadata: MediaMetadata): Element[] {
  const children: Element[] = [];
  for (const name of ['title', 'artist', 'album'] as const) {
    const text = metadata[name];
    if (text) children.push(xml(name, {}, toXmlText(text)));
  }
  for (const { src, sizes, type } of metadata.artwork ?? [])
    children.push(xml('artwork', { src, sizes, type }));
  return children;
}

export function decodeMetadata(element: Element): MediaMetadata {
  const metadata: MediaMetadata = {};
  for (const name of ['title', 'artist', 'album'] as const) {
    const text = optionalText(element, name);
    if (text) metadata[name] = text;
  }
  const artwork: Artwork[] = [];
  for (const child of childElements(element)) {
    if (child.getName() !== 'artwork' || child.getNS() !== element.getNS()) continue;
    const sizes = attribute(child, 'sizes');
    const type = attribute(child, 'type');
    artwork.push({
      src: required(child, 'src'),
      ...(sizes ? { sizes } : {}),
      ...(type ? { type } : {}),
    });
  }
  if (artwork.length > 0) metadata.artwork = artwork;
  return metadata;
}
