/** MIME types with what to ask the browser about: the codecs that files of this type mostly have. */
const candidates: Record<string, string> = {
  'video/mp4': 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"',
  'video/webm': 'video/webm; codecs="vp9, opus"',
  'video/ogg': 'video/ogg; codecs="theora, vorbis"',
  'video/mp2t': 'video/mp2t; codecs="avc1.42E01E, mp4a.40.2"',
  'application/vnd.apple.mpegurl': 'application/vnd.apple.mpegurl',
  'application/dash+xml': 'application/dash+xml',
  'audio/mpeg': 'audio/mpeg',
  'audio/mp4': 'audio/mp4; codecs="mp4a.40.2"',
  'audio/ogg': 'audio/ogg; codecs="opus"',
  'audio/webm': 'audio/webm; codecs="opus"',
  'audio/flac': 'audio/flac',
  'audio/wav': 'audio/wav',
};

/** What this browser says that it plays (HTMLMediaElement.canPlayType), without parameters. */
export function playableTypes(element: Pick<HTMLMediaElement, 'canPlayType'>): string[] {
  return Object.keys(candidates).filter((type) => element.canPlayType(candidates[type] ?? type));
}
