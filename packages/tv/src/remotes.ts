import { attribute, commandError, type Element } from '@fjern/protocol';

/** A remote that may control this TV. */
export interface Remote {
  /** Bare JID; the full one of a session that follows the state. */
  jid: string;
  /** For people. */
  name: string;
}

/** Says who a bare JID is, or nothing if it may not control this TV. Asked for every request; fast. */
export type Authorize = (bareJid: string) => { name: string } | undefined;

export function bareJid(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid : jid.slice(0, slash);
}

/** The sender's full JID as the server stamped it. */
export function senderOf(stanza: Element): string {
  return attribute(stanza, 'from') ?? '';
}

/** @throws StanzaError `not-permitted` */
export function requireRemote(authorize: Authorize, stanza: Element): Remote {
  const jid = bareJid(senderOf(stanza));
  const known = jid ? authorize(jid) : undefined;
  if (!known) throw commandError('not-permitted', 'This TV is not paired with you: pair again.');
  return { jid, name: known.name };
}
