import {
  decodeStateRequest,
  type Element,
  encodeFacet,
  encodeItems,
  encodeNotification,
  encodeSubscription,
  type FacetName,
  type Facets,
  facetNames,
  firstElement,
  type Grant,
  NS_PUBSUB_ERRORS,
  NS_STATE,
  type StanzaCondition,
  StanzaError,
  type StateRequest,
  type Versioned,
} from '@fjern/protocol';
import type { SealedPeer } from '@fjern/seal';
import { notGranted, type PairedKey, type Remote } from './remotes.ts';

/** The state as a pubsub service of the TV itself (XEP-0060), with one node and a subscription per sealed session. */
export class Subscriptions {
  private readonly subscribers = new Map<SealedPeer, Remote>();
  private readonly onChange: () => void;
  /** Whom the last `onChange` was about. */
  private known = '';

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  /** A remote that is just making a new session in the place of another is there once. */
  get list(): Remote[] {
    const remotes = [...this.subscribers.values()];
    return [...new Map(remotes.map((remote) => [remote.jid, remote])).values()];
  }

  get peers(): Iterable<SealedPeer> {
    return this.subscribers.keys();
  }

  /**
   * Answers the `<pubsub/>` of an IQ get with those facets that are granted.
   * @throws StanzaError, ProtocolError
   */
  answerGet(
    pubsub: Element,
    grant: Grant,
    published: <N extends FacetName>(name: N) => Versioned<Facets[N]>,
  ): Element {
    const request = decodeRequest(pubsub);
    if (request.type !== 'items') throw pubsubError('bad-request');
    const wanted = (request.facets ?? facetNames).filter((name) => grant.facets.includes(name));
    return encodeItems(wanted.map((name) => encodeFacet(name, published(name))));
  }

  /** Answers the `<pubsub/>` of an IQ set. @throws StanzaError, ProtocolError */
  answerSet(pubsub: Element, peer: SealedPeer, remote: Remote, grant: Grant): Element | undefined {
    const request = decodeRequest(pubsub);
    if (request.type === 'items') throw pubsubError('bad-request');
    // §6.1.3.1: nobody subscribes anybody else.
    const { jid, type } = request;
    if (jid !== peer.jid) throw pubsubError('bad-request', 'invalid-jid');
    if (type === 'subscribe') {
      if (grant.facets.length === 0) throw notGranted(grant.role, 'follow');
      this.subscribers.set(peer, remote);
      this.report();
      return encodeSubscription(jid);
    }
    if (!this.subscribers.has(peer)) throw pubsubError('unexpected-request', 'not-subscribed');
    this.remove(peer);
    return undefined;
  }

  /** Names may have changed, and who may not see anything any more does not follow. */
  refresh(find: (peer: SealedPeer) => PairedKey | undefined): void {
    for (const [peer, remote] of [...this.subscribers]) {
      const found = find(peer);
      if (found && found.grant.facets.length > 0)
        this.subscribers.set(peer, { ...remote, name: found.name });
      else this.subscribers.delete(peer);
    }
    this.report();
  }

  remove(peer: SealedPeer): void {
    if (this.subscribers.delete(peer)) this.report();
  }

  clear(): void {
    this.subscribers.clear();
    this.report();
  }

  private report(): void {
    const now = this.list.map(({ jid, name }) => `${jid} ${name}`).join('\n');
    if (now === this.known) return;
    this.known = now;
    this.onChange();
  }
}

/** The payload of a notification, built and written once for all who get it. */
export function notification<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): Element {
  const message = encodeNotification(name, facet);
  const event = firstElement(message) ?? message;
  writeOnce(event);
  return event;
}

/** Keeps the text of an element that goes to many. It must not change any more. */
function writeOnce(element: Element): void {
  const text = element.toString();
  element.toString = () => text;
  element.write = (writer) => writer(text);
}

function decodeRequest(pubsub: Element): StateRequest {
  const name = firstElement(pubsub)?.getName() ?? '';
  if (!['subscribe', 'unsubscribe', 'items'].includes(name))
    throw pubsubError('feature-not-implemented', 'unsupported');
  const request = decodeStateRequest(pubsub);
  if (request.node !== NS_STATE) throw new StanzaError('item-not-found');
  return request;
}

function pubsubError(condition: StanzaCondition, application?: string): StanzaError {
  if (application === undefined) return new StanzaError(condition);
  return new StanzaError(condition, {
    application: { name: application, xmlns: NS_PUBSUB_ERRORS },
  });
}
