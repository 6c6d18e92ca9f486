import {
  attribute,
  childElements,
  type Element,
  NS_CLIENT,
  type StanzaCondition,
  StanzaError,
  type StanzaErrorOptions,
  xml,
} from '@fjern/protocol';
import { isOpenToStrangers } from './anonymous.ts';
import { type Jid, parseJid } from './jid.ts';
import { addressedTo, errorReply, mayBeRefused } from './stanza.ts';

/** Whoever has a full JID here: a client's session, or one of this process. */
export interface Endpoint {
  readonly jid: string;
  readonly bare: string;
  /** Accounts make up the household; anonymous ones may talk to the service alone. */
  readonly kind: 'account' | 'anonymous' | 'service';
  /** What it broadcast last, while it is available. */
  presence: Element | undefined;
  /** Whom it sent directed presence to (RFC 6121 §4.6): they are told when it goes. */
  readonly directed: Set<Endpoint>;
  deliver(stanza: Element): void;
  /** Another endpoint takes this JID, or the account allows one at a time. */
  displace(): void;
}

/** Answers IQs that are sent to an account, on its behalf (RFC 6120 §10.3.3). */
export type AccountHandler = (iq: Element, payload: Element) => Element | undefined;

/**
 * RFC 6120 §10 and RFC 6121 §8 for one domain. Everybody of the household is subscribed to the presence
 * of everybody else, without rosters. Knows no feature by name.
 */
export class Router {
  private readonly domain: string;
  private readonly byJid = new Map<string, Endpoint>();
  private readonly byAccount = new Map<string, Set<Endpoint>>();
  private readonly accountHandlers = new Map<string, AccountHandler>();

  constructor(domain: string) {
    this.domain = domain;
  }

  /** `key` is type and namespace, as in `get urn:xmpp:ping`. */
  handleForAccounts(type: 'get' | 'set', xmlns: string, handler: AccountHandler): void {
    this.accountHandlers.set(`${type} ${xmlns}`, handler);
  }

  /** Whoever has the JID already is displaced (RFC 6120 §7.7.2.2, the third way). */
  add(endpoint: Endpoint, exclusive = false): void {
    this.byJid.get(endpoint.jid)?.displace();
    if (exclusive) for (const other of this.resourcesOf(endpoint.bare)) other.displace();
    this.byJid.set(endpoint.jid, endpoint);
    const resources = this.byAccount.get(endpoint.bare);
    if (resources) resources.add(endpoint);
    else this.byAccount.set(endpoint.bare, new Set([endpoint]));
  }

  /** Tells those who saw it that it is gone. */
  remove(endpoint: Endpoint): void {
    if (this.byJid.get(endpoint.jid) !== endpoint) return;
    this.byJid.delete(endpoint.jid);
    const resources = this.byAccount.get(endpoint.bare);
    resources?.delete(endpoint);
    if (resources?.size === 0) this.byAccount.delete(endpoint.bare);
    for (const other of this.byJid.values()) other.directed.delete(endpoint);
    this.becomeUnavailable(
      endpoint,
      xml('presence', { xmlns: NS_CLIENT, type: 'unavailable', from: endpoint.jid }),
    );
  }

  get(jid: string): Endpoint | undefined {
    return this.byJid.get(jid);
  }

  /** A copy: it may be walked while endpoints go. */
  resourcesOf(bare: string): Endpoint[] {
    return [...(this.byAccount.get(bare) ?? [])];
  }

  /** Takes a stanza from an endpoint. It belongs to the router from here on: `from` is set in it. */
  route(from: Endpoint, stanza: Element): void {
    stanza.attrs.from = from.jid;
    if (from.kind === 'anonymous' && !isOpenToStrangers(stanza, this.domain)) {
      this.bounce(from, stanza, 'forbidden', {
        text: 'Pair first: before that nothing else may be sent.',
      });
      return;
    }
    const address = attribute(stanza, 'to');
    let to: Jid | undefined;
    let target = address === undefined ? undefined : this.byJid.get(address);
    // An anonymous stream is there for the service alone.
    const hidden = from.kind === 'account' && target?.kind === 'anonymous';
    if (address !== undefined && (!target || hidden)) {
      to = parseJid(address);
      if (!to) {
        this.bounce(from, stanza, 'jid-malformed');
        return;
      }
      target = hidden ? undefined : this.byJid.get(to.full);
    }
    if (stanza.name === 'iq') this.routeIq(from, stanza, target, to);
    else if (stanza.name === 'message') this.routeMessage(from, stanza, target, to);
    else this.routePresence(from, stanza, target, to);
  }

  /** Returns to its sender, if that is still here, what a session did not receive before it ended. */
  returnToSender(stanza: Element): void {
    const sender = this.byJid.get(attribute(stanza, 'from') ?? '');
    if (!sender || stanza.name === 'presence') return;
    if (stanza.name === 'message') {
      const to = parseJid(attribute(stanza, 'to') ?? '');
      if (to) this.routeMessage(sender, stanza, undefined, to);
    } else {
      this.bounce(sender, stanza, 'recipient-unavailable', {
        text: 'The connection was lost; whether this was handled is unknown.',
      });
    }
  }

  private routeIq(
    from: Endpoint,
    iq: Element,
    target: Endpoint | undefined,
    to: Jid | undefined,
  ): void {
    const type = attribute(iq, 'type');
    const reply = type === 'result' || type === 'error';
    if (attribute(iq, 'id') === undefined || (!reply && type !== 'get' && type !== 'set')) {
      this.bounce(from, iq, 'bad-request', {
        text: 'An IQ has an id and one of four types.',
      });
      return;
    }
    if (!reply && childElements(iq).length !== 1) {
      this.bounce(from, iq, 'bad-request', { text: 'A request has one child element.' });
      return;
    }
    if (target) {
      target.deliver(iq);
      return;
    }
    if (reply) return;
    if (!to || to.full === from.bare) {
      this.askAccount(from, iq);
      return;
    }
    this.undeliverable(from, iq, to);
  }

  private askAccount(from: Endpoint, iq: Element): void {
    const payload = childElements(iq)[0];
    const key = `${attribute(iq, 'type')} ${payload?.getNS()}`;
    const handler = this.accountHandlers.get(key);
    const answer = payload && handler?.(iq, payload);
    if (answer) from.deliver(answer);
    else this.bounce(from, iq, 'service-unavailable');
  }

  /** RFC 6121 §8.5: the table of message types. */
  private routeMessage(
    from: Endpoint,
    message: Element,
    target: Endpoint | undefined,
    to: Jid | undefined,
  ): void {
    if (target) {
      target.deliver(message);
      return;
    }
    const type = attribute(message, 'type');
    const bare = to ? to.bare : from.bare;
    // Only chat goes on to the other resources of the account (§8.5.3.2.1).
    const forAccount = to?.resource === undefined || type === 'chat';
    const takesAny = type !== 'groupchat' && type !== 'error' && forAccount;
    const takers = takesAny ? this.available(bare).filter((taker) => priority(taker) >= 0) : [];
    for (const taker of takers)
      taker.deliver(takers.length > 1 ? addressedTo(message, bare) : message);
    if (takers.length === 0 && type !== 'headline') this.undeliverable(from, message, to);
  }

  /** RFC 6121 §4. */
  private routePresence(
    from: Endpoint,
    presence: Element,
    target: Endpoint | undefined,
    to: Jid | undefined,
  ): void {
    const type = attribute(presence, 'type');
    if (type === 'error') {
      target?.deliver(presence);
      return;
    }
    if (type === 'probe') {
      this.probe(from, target, to);
      return;
    }
    if (type !== undefined && type !== 'unavailable') {
      this.bounce(from, presence, 'not-allowed', {
        text: 'A household needs no subscriptions: its presence goes to all its accounts.',
      });
      return;
    }
    if (attribute(presence, 'to') === undefined) {
      if (type === 'unavailable') this.becomeUnavailable(from, presence);
      else this.becomeAvailable(from, presence);
      return;
    }
    const takers = target
      ? [target]
      : to && to.resource === undefined
        ? this.available(to.bare)
        : [];
    for (const taker of takers) {
      if (type === undefined) from.directed.add(taker);
      else from.directed.delete(taker);
      taker.deliver(target ? presence : addressedTo(presence, taker.jid));
    }
  }

  private becomeAvailable(from: Endpoint, presence: Element): void {
    const isNew = from.presence === undefined;
    from.presence = presence;
    for (const other of this.household()) {
      if (!other.presence) continue;
      // Its own resources are told too, and itself (RFC 6121 §4.2.2).
      other.deliver(addressedTo(presence, other.jid));
      if (isNew && other !== from && from.presence)
        from.deliver(addressedTo(other.presence, from.jid));
    }
  }

  private becomeUnavailable(from: Endpoint, presence: Element): void {
    const wasAvailable = from.presence !== undefined;
    from.presence = undefined;
    const audience = new Set(from.directed);
    from.directed.clear();
    if (wasAvailable) for (const other of this.household()) if (other.presence) audience.add(other);
    for (const other of audience) other.deliver(addressedTo(presence, other.jid));
  }

  /** RFC 6121 §4.3.2. */
  private probe(from: Endpoint, target: Endpoint | undefined, to: Jid | undefined): void {
    const asked = target
      ? [target]
      : to && to.resource === undefined
        ? this.available(to.bare)
        : [];
    const available = asked.filter((endpoint) => endpoint.kind === 'account');
    for (const { presence } of available)
      if (presence) from.deliver(addressedTo(presence, from.jid));
    if (to && !available.some((endpoint) => endpoint.presence)) {
      const attrs = { xmlns: NS_CLIENT, type: 'unavailable', from: to.full, to: from.jid };
      from.deliver(xml('presence', attrs));
    }
  }

  private undeliverable(from: Endpoint, stanza: Element, to: Jid | undefined): void {
    const ours = !to || to.domain === this.domain || to.domain.endsWith(`.${this.domain}`);
    if (ours) this.bounce(from, stanza, 'service-unavailable');
    else
      this.bounce(from, stanza, 'remote-server-not-found', {
        text: 'There is no federation here.',
      });
  }

  private bounce(
    to: Endpoint,
    stanza: Element,
    condition: StanzaCondition,
    options?: StanzaErrorOptions,
  ): void {
    if (!mayBeRefused(stanza)) return;
    const reply = errorReply(stanza, new StanzaError(condition, options));
    reply.attrs.to = to.jid;
    to.deliver(reply);
  }

  private *household(): Generator<Endpoint> {
    for (const endpoint of [...this.byJid.values()])
      if (endpoint.kind === 'account') yield endpoint;
  }

  private available(bare: string): Endpoint[] {
    return this.resourcesOf(bare).filter(
      (endpoint) => endpoint.presence !== undefined && endpoint.kind === 'account',
    );
  }
}

function priority(endpoint: Endpoint): number {
  return Number(endpoint.presence?.getChildText('priority') ?? 0) || 0;
}
