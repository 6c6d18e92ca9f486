import { ProtocolError } from './errors.ts';
import {
  decodeFacet,
  encodeFacet,
  type Facet,
  type FacetName,
  type Facets,
  isFacetName,
  type Versioned,
} from './facets.ts';
import { NS_HINTS, NS_PUBSUB, NS_PUBSUB_EVENT, NS_STATE } from './namespaces.ts';
import { attribute, childElements, type Element, firstElement, xml } from './xml.ts';

// The TV's state as a pubsub node of the TV agent itself (XEP-0060): one item per facet, whose id is
// the facet's name.

/** Payload of the IQ set that subscribes `jid` to the state (XEP-0060 §6.1). */
export function encodeSubscribe(jid: string): Element {
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('subscribe', { node: NS_STATE, jid }));
}

export function encodeUnsubscribe(jid: string): Element {
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('unsubscribe', { node: NS_STATE, jid }));
}

/** Payload of the result of a subscribe (XEP-0060 §6.1.2). */
export function encodeSubscription(jid: string): Element {
  return xml(
    'pubsub',
    { xmlns: NS_PUBSUB },
    xml('subscription', { node: NS_STATE, jid, subscription: 'subscribed' }),
  );
}

/** Payload of the IQ get for items (XEP-0060 §6.5): all of them, or those of these facets. */
export function encodeItemsRequest(facets?: readonly FacetName[]): Element {
  return xml(
    'pubsub',
    { xmlns: NS_PUBSUB },
    xml('items', { node: NS_STATE }, ...(facets ?? []).map((id) => xml('item', { id }))),
  );
}

/** Payload of its result. */
export function encodeItems(facets: readonly Element[]): Element {
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('items', { node: NS_STATE }, ...facets.map(item)));
}

function item(facet: Element): Element {
  return xml('item', { id: facet.getName() }, facet);
}

/**
 * A notification (XEP-0060 §7.1.2.1) without addresses. It is of type headline and not to be stored
 * (RFC 6121 §5.2.2, XEP-0334): old state is of no use to anyone.
 */
export function encodeNotification<N extends FacetName>(
  name: N,
  facet: Versioned<Facets[N]>,
): Element {
  return xml(
    'message',
    { type: 'headline' },
    xml(
      'event',
      { xmlns: NS_PUBSUB_EVENT },
      xml('items', { node: NS_STATE }, item(encodeFacet(name, facet))),
    ),
    xml('no-store', { xmlns: NS_HINTS }),
  );
}

export type StateRequest =
  | { type: 'subscribe' | 'unsubscribe'; node: string; jid: string }
  /** `facets` undefined: all. */
  | { type: 'items'; node: string; facets: FacetName[] | undefined };

/**
 * Reads the `<pubsub/>` of a request to the TV. Facets of later versions are left out.
 * @throws ProtocolError
 */
export function decodeStateRequest(pubsub: Element): StateRequest {
  const request = firstElement(pubsub);
  const type = request?.getName();
  const node = request && attribute(request, 'node');
  if (!request || node === undefined)
    throw new ProtocolError('malformed', 'pubsub', 'needs one child with a node');
  if (type === 'items') {
    const asked = request.getChildren('item').map((child) => attribute(child, 'id') ?? '');
    return { type, node, facets: asked.length > 0 ? asked.filter(isFacetName) : undefined };
  }
  if (type !== 'subscribe' && type !== 'unsubscribe')
    throw new ProtocolError('unknown', `pubsub/${type}`, 'is not supported');
  const jid = attribute(request, 'jid');
  if (!jid) throw new ProtocolError('malformed', `${type}@jid`, 'is required');
  return { type, node, jid };
}

/** Facets of later versions are in neither list. */
export interface ReadFacets {
  facets: Facet[];
  /** Facets of this version that could not be read; the others in the same stanza still count. */
  damaged: { name: FacetName; error: ProtocolError }[];
}

/** The facets in a notification; none when the message is not one. Never throws. */
export function readNotification(message: Element): ReadFacets {
  return readItemList(message.getChild('event', NS_PUBSUB_EVENT)?.getChild('items'));
}

/** The facets in the `<event/>` of a sealed notification. Never throws. */
export function readEvent(event: Element): ReadFacets {
  return readItemList(event.getChild('items', NS_PUBSUB_EVENT));
}

/** The facets in the `<pubsub/>` of the result of an items request. Never throws. */
export function readItems(pubsub: Element | undefined): ReadFacets {
  return readItemList(pubsub?.getChild('items', NS_PUBSUB));
}

function readItemList(items: Element | undefined): ReadFacets {
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
