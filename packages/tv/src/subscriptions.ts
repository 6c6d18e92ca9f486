import {
  decodeStateRequest,
  Element,
  encodeFacet,
  encodeItems,
  encodeNotification,
  encodeSubscription,
  type FacetName,
  type Facets,
  facetNames,
  firstElement,
  NS_PUBSUB_ERRORS,
  NS_STATE,
  type StanzaCondition,
  StanzaError,
  type StateRequest,
  type Versioned,
} from '@fjern/protocol';
import { bareJid, type Remote, senderOf } from './remotes.ts';

/** Sessions of one remote that may subscribe; its oldest gives way. */
const perRemote = 16;

/** The state as a pubsub service of the TV itself (XEP-0060), with one node and a subscription per session. */
export class Subscriptions {
  /** By full JID. */
  private readonly subscribers = new Map<string, Remote>();
  private readonly onChange: () => void;

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  get list(): Remote[] {
    return [...this.subscribers].map(([jid, { name }]) => ({ jid, name }));
  }

  /** Answers the `<pubsub/>` of an IQ get. @throws StanzaError, ProtocolError */
  answerGet(
    pubsub: Element,
    published: <N extends FacetName>(name: N) => Versioned<Facets[N]>,
  ): Element {
    const request = decodeRequest(pubsub);
    if (request.type !== 'items') throw pubsubError('bad-request');
    const wanted = request.facets ?? facetNames;
    return encodeItems(wanted.map((name) => encodeFacet(name, published(name))));
  }

  /** Answers the `<pubsub/>` of an IQ set. @throws StanzaError, ProtocolError */
  answerSet(pubsub: Element, iq: Element, remote: Remote): Element | undefined {
    const request = decodeRequest(pubsub);
    if (request.type === 'items') throw pubsubError('bad-request');
    // §6.1.3.1: nobody subscribes anybody else.
    const { jid, type } = request;
    if (jid !== senderOf(iq)) throw pubsubError('bad-request', 'invalid-jid');
    if (type === 'subscribe') {
      this.add(jid, remote);
      return encodeSubscription(jid);
    }
    if (!this.subscribers.has(jid)) throw pubsubError('unexpected-request', 'not-subscribed');
    this.remove(jid);
    return undefined;
  }

  /** A full JID, or all sessions of a bare one. */
  remove(jid: string): void {
    let removed = this.subscribers.delete(jid);
    if (!jid.includes('/'))
      for (const subscriber of this.sessionsOf(jid))
        removed = this.subscribers.delete(subscriber) || removed;
    if (removed) this.onChange();
  }

  clear(): void {
    if (this.subscribers.size === 0) return;
    this.subscribers.clear();
    this.onChange();
  }

  /** One message per subscriber. The payload is built, and written, once for all of them. */
  *notifications<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): Generator<Element> {
    if (this.subscribers.size === 0) return;
    const message = encodeNotification(name, facet);
    for (const child of message.children) if (typeof child === 'object') writeOnce(child);
    for (const to of this.subscribers.keys()) {
      const copy = new Element(message.name);
      Object.assign(copy.attrs, message.attrs, { to });
      copy.children = message.children;
      yield copy;
    }
  }

  private add(jid: string, remote: Remote): void {
    const isNew = !this.subscribers.delete(jid);
    if (isNew) {
      const [oldest, ...others] = this.sessionsOf(remote.jid);
      if (oldest !== undefined && others.length >= perRemote - 1) this.subscribers.delete(oldest);
    }
    this.subscribers.set(jid, remote);
    if (isNew) this.onChange();
  }

  private sessionsOf(bare: string): string[] {
    return [...this.subscribers.keys()].filter((jid) => bareJid(jid) === bare);
  }
}

/** Keeps the text of an element that goes to many. It must not change any more. */
function writeOnce(element: Element): void {
  const write = element.write.bind(element);
  let text: string | undefined;
  element.write = (writer) => {
    if (text === undefined) {
      let written = '';
      write((part) => {
        written += part;
      });
      text = written;
    }
    writer(text);
  };
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
