import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artwork, Catalogue, CatalogueItem } from '@fjern/protocol';

/**
 * What a TV whose player is in this process offers to play: `catalogue.json` of the media folder. Without that file
 * it is empty.
 * @throws Error the file cannot be read, or is not a JSON array; what to do is in the message
 */
export async function loadCatalogue(directory: string): Promise<Catalogue> {
  const file = join(directory, 'catalogue.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { items: [] };
    throw new Error(`The catalogue ${file} cannot be read (${code}).`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`The catalogue ${file} is not JSON: ${Object(error).message}`, {
      cause: error,
    });
  }
  if (!Array.isArray(json)) throw new Error(`The catalogue ${file} is not a JSON array.`);
  return { items: json.flatMap(readItem) };
}

/** An entry that makes no sense is left out, so that one slip does not cost the rest. */
function readItem(entry: unknown): CatalogueItem[] {
  const { id, uri, type, title, artist, album, duration, artwork } = fields(entry);
  if (!isText(id) || !isText(uri)) return [];
  return [
    {
      id,
      source: { uri, ...(isText(type) ? { type } : {}) },
      metadata: {
        ...(isText(title) ? { title } : {}),
        ...(isText(artist) ? { artist } : {}),
        ...(isText(album) ? { album } : {}),
        ...(Array.isArray(artwork) ? { artwork: artwork.flatMap(readArtwork) } : {}),
      },
      ...(typeof duration === 'number' && duration >= 0 ? { duration } : {}),
    },
  ];
}

function readArtwork(entry: unknown): Artwork[] {
  const { src, sizes, type } = fields(entry);
  if (!isText(src)) return [];
  return [{ src, ...(isText(sizes) ? { sizes } : {}), ...(isText(type) ? { type } : {}) }];
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
