/** What mpv plays, as every distribution builds it; whether it does so well is a matter of the device. */
export const mediaTypes: readonly string[] = [
  'video/mp4',
  'video/webm',
  'video/x-matroska',
  'video/mp2t',
  'video/mpeg',
  'video/ogg',
  'video/quicktime',
  'application/vnd.apple.mpegurl',
  'application/x-mpegurl',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/webm',
  'audio/flac',
  'audio/wav',
];
