import {
  decodeMetadata,
  decodeSource,
  type MediaMetadata,
  type MediaSource,
  metadataChildren,
} from './media.ts';
import { formatDecimal, optionalDecimal, required } from './values.ts';
import { childElements, type Element, xml } from './xml.ts';

/** Something that the TV offers to play: `load` it by its `source.uri`. */
export interface CatalogueItem {
  id: string;
  source: MediaSource;
  metadata: MediaMetadata;
  /** Seconds. */
  duration?: number;
}

/** The facet `catalogue`. */
export interface Catalogue {
  items: CatalogueItem[];
}

export function encodeCatalogue(catalogue: Catalogue): Element {
  return xml(
    'catalogue',
    {},
    ...catalogue.items.map((item) =>
      xml(
        'item',
        {
          id: item.id,
          uri: item.source.uri,
          type: item.source.type,
          duration: item.duration === undefined ? undefined : formatDecimal(item.duration),
        },
        ...metadataChildren(item.metadata),
      ),
    ),
  );
}

export function decodeCatalogue(element: Element): Catalogue {
  const items: CatalogueItem[] = [];
  for (const child of childElements(element)) {
    if (child.getName() !== 'item' || child.getNS() !== element.getNS()) continue;
    const duration = optionalDecimal(child, 'duration', { min: 0 });
    items.push({
      id: required(child, 'id'),
      source: decodeSource(child),
      metadata: decodeMetadata(child),
      ...(duration === undefined ? {} : { duration }),
    });
  }
  return { items };
}
