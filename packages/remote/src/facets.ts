import {
  attribute,
  childElements,
  decodeFacet,
  type Element,
  type Facet,
  type FacetName,
  type Facets,
  firstElement,
  isFacetName,
  NS_PUBSUB,
  NS_PUBSUB_EVENT,
  NS_STATE,
  ProtocolError,
  type Versioned,
} from '@fjern/protocol';

export interface ReadFacets {
  facets: Facet[];
  /** Facets of this version that could not be read; the others in the same stanza still count. */
  damaged: { name: FacetName; error: ProtocolError }[];
}

/** The facets in a notification; none when the message is not one. */
export function readNotification(message: Element): ReadFacets {
  return readItems(message.getChild('event', NS_PUBSUB_EVENT)?.getChild('items'));
}

/** The facets in the result of an items request. */
export function readSnapshot(pubsub: Element | undefined): ReadFacets {
  return readItems(pubsub?.getChild('items', NS_PUBSUB));
}

function readItems(items: Element | undefined): ReadFacets {
  const read: ReadFacets = { facets: [], damaged: [] };
  if (!items || attribute(items, 'node') !== NS_STATE) return read;
  for (const item of childElements(items)) {
    const payload = item.getName() === 'item' ? firstElement(item) : undefined;
    const name = payload?.getName();
    if (!payload || name === undefined || !isFacetName(name)) continue;
    try {
      read.facets.push(decodeFacet(payload));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      read.damaged.push({ name, error });
    }
  }
  return read;
}

/**
 * What is known of the TV's state. A facet arrives whole, so a gap between revisions loses nothing;
 * one that is not newer (a snapshot overtaken by a notification, a repeat) changes nothing.
 */
export class FacetStore {
  private readonly known = new Map<FacetName, Facet>();
  private readonly changed: (name: FacetName) => void;

  constructor(changed: (name: FacetName) => void) {
    this.changed = changed;
  }

  get<N extends FacetName>(name: N): Versioned<Facets[N]> | undefined {
    return this.known.get(name) as (Versioned<Facets[N]> & { name: N }) | undefined;
  }

  /** Takes in a facet of the current epoch; values of an earlier epoch stay until they are replaced. */
  apply(facet: Facet): void {
    const known = this.known.get(facet.name);
    if (known && known.epoch === facet.epoch && known.revision >= facet.revision) return;
    this.known.set(facet.name, facet);
    this.changed(facet.name);
  }

  /** After a complete snapshot of `epoch`: what it did not bring, the TV no longer has. */
  dropOthers(epoch: string): void {
    for (const [name, facet] of this.known) {
      if (facet.epoch === epoch) continue;
      this.known.delete(name);
      this.changed(name);
    }
  }
}
