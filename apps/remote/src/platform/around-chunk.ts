// One file, fetched by around.ts.
export { followArtwork } from './accent.ts';
export { shareMediaSession } from './media-session.ts';
