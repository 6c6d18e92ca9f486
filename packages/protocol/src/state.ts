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

/** The facets in a notification, or nothing when the message is none of ours. Unknown facets are left out. */
export function decodeNotification(message: Element): Facet[] {
  const items = message.getChild('event', NS_PUBSUB_EVENT)?.getChild('items');
  return items ? decodeItemList(items) : [];
}

/** The facets in the result of an items request. */
export function decodeItems(pubsub: Element): Facet[] {
  const items = pubsub.getChild('items', NS_PUBSUB);
  return items ? decodeItemList(items) : [];
}

function decodeItemList(items: Element): Facet[] {
  if (attribute(items, 'node') !== NS_STATE) return [];
  const facets: Facet[] = [];
  for (const child of childElements(items)) {
    const payload = child.getName() === 'item' ? firstElement(child) : undefined;
    if (payload && isFacetName(payload.getName())) facets.push(decodeFacet(payload));
  }
  return facets;
}
