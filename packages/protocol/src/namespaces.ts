/** Ours. */
export const NS = 'urn:xmpp:second-screen:0';
/** The pubsub node that holds one item per state facet (XEP-0060 §4). */
export const NS_STATE = 'urn:xmpp:second-screen:0#state';
/** Application-specific stanza error conditions of ours. */
export const NS_ERRORS = 'urn:xmpp:second-screen:0#errors';
export const NS_PAIR = 'urn:xmpp:second-screen:pair:0';
export const NS_SEAL = 'urn:xmpp:second-screen:seal:0';

/** Other people's. */
export const NS_CLIENT = 'jabber:client';
export const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
export const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';
export const NS_STREAM = 'http://etherx.jabber.org/streams';
export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const NS_SASL2 = 'urn:xmpp:sasl:2';
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const NS_BIND2 = 'urn:xmpp:bind:0';
export const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';
export const NS_FAST = 'urn:xmpp:fast:0';
export const NS_SM = 'urn:xmpp:sm:3';
export const NS_PING = 'urn:xmpp:ping';
export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
export const NS_CAPS = 'http://jabber.org/protocol/caps';
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';
export const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';
export const NS_SCE = 'urn:xmpp:sce:1';
export const NS_CAM = 'urn:xmpp:cam:0';
export const NS_DATA = 'jabber:x:data';
export const NS_HINTS = 'urn:xmpp:hints';
export const NS_STREAM_LIMITS = 'urn:xmpp:stream-limits:0';
