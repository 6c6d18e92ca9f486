import type { MediaMetadata } from '@fjern/protocol';
import { labels } from '../labels.ts';

export const titleOf = (metadata: MediaMetadata | undefined) => metadata?.title ?? labels.untitled;

/** Artist and album, as far as they are known. */
export const bylineOf = (metadata: MediaMetadata | undefined) =>
  [metadata?.artist, metadata?.album].filter(Boolean).join(' · ');
