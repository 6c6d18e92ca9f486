import type { Artwork, CatalogueItem } from '@fjern/protocol';
import type { TextTrackSource } from '@fjern/tv/html-media';

export interface TvCatalogue {
  items: CatalogueItem[];
  /** By the URI of the item's source; the first of each is shown. */
  textTracks: Map<string, TextTrackSource[]>;
}

export const emptyCatalogue: TvCatalogue = { items: [], textTracks: new Map() };

/** What the TV offers to play. A TV without a catalogue is a TV all the same: then it is empty. */
export async function fetchCatalogue(signal: AbortSignal): Promise<TvCatalogue> {
  try {
    const response = await fetch('/media/catalogue.json', { cache: 'no-cache', signal });
    if (response.ok) return readCatalogue(await response.json());
    if (response.status !== 404) console.warn(`/media/catalogue.json: HTTP ${response.status}`);
  } catch (error) {
    console.warn('The catalogue cannot be read', error);
  }
  return emptyCatalogue;
}

/** Entries that make no sense are left out, so that one slip does not cost the rest. */
export function readCatalogue(json: unknown): TvCatalogue {
  const catalogue: TvCatalogue = { items: [], textTracks: new Map() };
  for (const entry of Array.isArray(json) ? json : []) {
    const { id, uri, type, title, artist, album, duration, artwork, textTracks } = fields(entry);
    if (!isText(id) || !isText(uri)) continue;
    catalogue.items.push({
      id,
      source: { uri, ...(isText(type) ? { type } : {}) },
      metadata: {
        ...(isText(title) ? { title } : {}),
        ...(isText(artist) ? { artist } : {}),
        ...(isText(album) ? { album } : {}),
        ...(Array.isArray(artwork) ? { artwork: artwork.flatMap(readArtwork) } : {}),
      },
      ...(typeof duration === 'number' && duration >= 0 ? { duration } : {}),
    });
    if (Array.isArray(textTracks)) catalogue.textTracks.set(uri, textTracks.flatMap(readTextTrack));
  }
  return catalogue;
}

function readArtwork(entry: unknown): Artwork[] {
  const { src, sizes, type } = fields(entry);
  if (!isText(src)) return [];
  return [{ src, ...(isText(sizes) ? { sizes } : {}), ...(isText(type) ? { type } : {}) }];
}

function readTextTrack(entry: unknown, index: number): TextTrackSource[] {
  const { src, language, label, kind } = fields(entry);
  if (!isText(src)) return [];
  return [
    {
      src,
      srclang: isText(language) ? language : '',
      label: isText(label) ? label : '',
      kind: kind === 'captions' ? kind : 'subtitles',
      default: index === 0,
    },
  ];
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
