import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCatalogue } from '@fjern/app-tv/catalogue';
import type { Catalogue } from '@fjern/protocol';

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
  return { items: readCatalogue(json).items };
}
