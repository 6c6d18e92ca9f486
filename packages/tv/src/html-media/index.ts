export type { Probe } from './failure.ts';
export { type HtmlMediaOptions, htmlMediaPlayer } from './html-media.ts';
export type { TextTrackSource } from './text-tracks.ts';
