import {
  attribute,
  childElements,
  type Element,
  NS_DISCO_INFO,
  NS_PAIR,
  NS_PING,
} from '@fjern/protocol';
import { parseJid } from './jid.ts';

/**
 * All that an anonymous stream may say, to the domain: pairing; the ping with which a client finds out that its
 * connection still works; and the question what the domain is, which is how a remote tells a household with a
 * pairing service from any other XMPP server. The answers say nothing about who is at home.
 *
 * Anonymous is whoever is in the same network. So this is a list of what is allowed: a feature that gets a
 * handler at the domain tomorrow is closed to strangers until somebody adds it here.
 */
const allowed: ReadonlySet<string> = new Set([
  `set ${NS_PAIR}`,
  `get ${NS_PING}`,
  `get ${NS_DISCO_INFO}`,
]);

export function isOpenToStrangers(stanza: Element, domain: string): boolean {
  if (stanza.name !== 'iq') return false;
  const to = attribute(stanza, 'to');
  if (to === undefined || parseJid(to)?.full !== domain) return false;
  const [payload, ...others] = childElements(stanza);
  if (!payload || others.length > 0) return false;
  return allowed.has(`${attribute(stanza, 'type')} ${payload.getNS()}`);
}
