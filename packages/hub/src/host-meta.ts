import { xml } from '@fjern/protocol';

/** Where RFC 7395 streams are. */
export const webSocketPath = '/xmpp-websocket';

const relation = 'urn:xmpp:alt-connections:websocket';

/** XEP-0156 §3: how a client that knows the address finds the WebSocket. Undefined: another path. */
export function hostMeta(
  path: string,
  webSocketUrl: string,
): { contentType: string; body: string } | undefined {
  if (path === '/.well-known/host-meta') {
    const link = xml('Link', { rel: relation, href: webSocketUrl });
    const document = xml('XRD', { xmlns: 'http://docs.oasis-open.org/ns/xri/xrd-1.0' }, link);
    return {
      contentType: 'application/xrd+xml; charset=utf-8',
      body: `<?xml version="1.0" encoding="utf-8"?>\n${document}\n`,
    };
  }
  if (path === '/.well-known/host-meta.json')
    return {
      contentType: 'application/json; charset=utf-8',
      body: `${JSON.stringify({ links: [{ rel: relation, href: webSocketUrl }] })}\n`,
    };
  return undefined;
}
