import {
  type Artwork,
  type Catalogue,
  currentTimeAt,
  type MediaMetadata,
  type MediaSource,
  type MediaState,
} from '@fjern/protocol';

/** Seconds by which playback may leave the line that remotes extrapolate before they are told. */
export const driftTolerance = 0.25;

/** The same for the end of a seek, which somebody waits for. */
export const seekTolerance = 0.02;

/** Whether a remote that was told `told` already shows what `now` says. Who caused it does not count. */
export function sameMedia(told: MediaState, now: MediaState, tolerance = driftTolerance): boolean {
  // While time stands still there is nothing to drift: any other position is one that was sought.
  const drift = Math.abs(currentTimeAt(told, now.at) - now.currentTime);
  return sameButTime(told, now) && drift <= (now.state === 'playing' ? tolerance : 0.001);
}

/** Whether the step from `before` to `now` is the player's own working off of what was asked of it before. */
export function isContinuation(before: MediaState, now: MediaState): boolean {
  const working = ['loading', 'buffering', 'playing'];
  if (!working.includes(before.state) || !working.includes(now.state)) return false;
  if (before.source?.uri !== now.source?.uri || before.playbackRate !== now.playbackRate)
    return false;
  // A jump from playing to playing was somebody's doing.
  return (
    before.state !== 'playing' ||
    now.state !== 'playing' ||
    Math.abs(currentTimeAt(before, now.at) - now.currentTime) <= driftTolerance
  );
}

function sameButTime(a: MediaState, b: MediaState): boolean {
  return (
    a.state === b.state &&
    a.playbackRate === b.playbackRate &&
    a.duration === b.duration &&
    a.live === b.live &&
    sameSeekable(a, b) &&
    a.source?.uri === b.source?.uri &&
    a.source?.type === b.source?.type &&
    sameMetadata(a.metadata, b.metadata) &&
    a.error?.condition === b.error?.condition &&
    a.error?.text === b.error?.text
  );
}

/** Asked several times for every command, so nothing is written down to be compared. */
function sameMetadata(a: MediaMetadata = {}, b: MediaMetadata = {}): boolean {
  return (
    a === b ||
    (a.title === b.title &&
      a.artist === b.artist &&
      a.album === b.album &&
      sameArtwork(a.artwork, b.artwork))
  );
}

function sameArtwork(a: readonly Artwork[] = [], b: readonly Artwork[] = []): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every(({ src, type, sizes }, index) => {
        const other = b[index];
        return src === other?.src && type === other.type && sizes === other.sizes;
      }))
  );
}

/** The window of a live stream moves all the time; a remote is told when it has moved noticeably. */
function sameSeekable({ seekable: a }: MediaState, { seekable: b, live }: MediaState): boolean {
  if (!a || !b) return a === b;
  const tolerance = live ? 10 : 0;
  return Math.abs(a.start - b.start) <= tolerance && Math.abs(a.end - b.end) <= tolerance;
}

export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What to show for a source that came without metadata: the catalogue's, or its file name. */
export function describeSource(source: MediaSource, catalogue: Catalogue): MediaMetadata {
  const item = catalogue.items.find((candidate) => candidate.source.uri === source.uri);
  if (item) return item.metadata;
  const title = fileName(source.uri);
  return title ? { title } : {};
}

function fileName(uri: string): string {
  const path = uri.replace(/[?#].*$/, '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  const name = path.split('/').filter(Boolean).pop() ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
