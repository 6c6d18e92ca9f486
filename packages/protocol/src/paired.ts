import { NS_PAIR } from './namespaces.ts';
import { type Element, xml } from './xml.ts';

// The messages of `urn:xmpp:second-screen:pair:0` that a remote sends which is paired already: apart from the
// rest in `pairing.ts`, which it does without.

/** Sent with the new account: the credential works, the TV may show the remote as paired. */
export function encodeConfirm(): Element {
  return xml('confirm', { xmlns: NS_PAIR });
}

/** Ends a pairing: the sender's own, or (asked by the TV's account) that of `remote`. */
export function encodeUnpair(remote?: string): Element {
  return xml('unpair', { xmlns: NS_PAIR, remote });
}
