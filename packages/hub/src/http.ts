import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentSecurityPolicy, lanSources, setSecurityHeaders } from './headers.ts';
import { hostMeta, webSocketPath } from './host-meta.ts';
import { askedHost, checkHost, isListed, type OriginOptions, type Refusal } from './origin.ts';
import { findMount, type Mounts, serveFile } from './static.ts';

/** Made when it is asked for. */
export interface HubDocument {
  /** Default 200. */
  status?: number;
  contentType: string;
  body: string;
}

export interface HttpOptions extends OriginOptions {
  mounts: Mounts;
  documents: Readonly<Record<string, () => HubDocument>>;
  /** Whether one more request fits into what the sender may ask. */
  admits: (request: IncomingMessage) => boolean;
}

/** HTTP 429 (RFC 6585 §4), for requests and upgrades. */
export const tooMany: Refusal = { status: 429, text: 'Too many requests. Try again in a minute.' };

/** Without its query, which nothing here reads: secrets do not belong there, and none is taken from there. */
export function requestPath(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/s, '');
}

/** Answers every request but WebSocket upgrades. Never rejects. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  response.on('error', () => {});
  const path = requestPath(request);
  setSecurityHeaders(request, response, options.secure);
  if (!options.admits(request)) return refuse(response, tooMany);
  const refused = checkHost(request, options);
  if (refused) return refuse(response, refused);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, { status: 405, text: 'Only GET and HEAD are possible here.' });
  }
  if (path === webSocketPath) {
    response.setHeader('Upgrade', 'websocket');
    return refuse(response, {
      status: 426,
      text: 'This is for WebSockets, subprotocol xmpp (RFC 7395).',
    });
  }
  const scheme = options.secure ? 'wss' : 'ws';
  const meta = hostMeta(path, `${scheme}://${request.headers.host}${webSocketPath}`);
  if (meta) {
    // XEP-0156 §5: for these files, and for no other.
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Content-Type', meta.contentType);
    response.end(meta.body);
    return;
  }
  const document = Object.hasOwn(options.documents, path) ? options.documents[path] : undefined;
  if (document) {
    const { status = 200, contentType, body } = document();
    response.statusCode = status;
    shareDocument(request, response, options);
    response.setHeader('Content-Type', contentType);
    response.setHeader('Cache-Control', 'no-store');
    response.end(body);
    return;
  }
  const mount = findMount(options.mounts, path);
  if (mount && `${path}/` === mount.prefix) {
    response.setHeader('Location', mount.prefix);
    return refuse(response, { status: 308, text: `See ${mount.prefix}` });
  }
  if (mount) {
    const policy =
      mount.contentSecurityPolicy ??
      contentSecurityPolicy(
        askedHost(request)?.host,
        mount.contentSources ?? {},
        options.lanPages ? lanSources : {},
      );
    response.setHeader('Content-Security-Policy', policy);
    if (await serveFile(request, response, mount, path)) return;
  }
  refuse(response, { status: 404, text: 'There is nothing here.' });
}

/** Who may connect may also read where to: what the documents say, any program on this network can ask for. */
function shareDocument(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  options: OriginOptions,
): void {
  response.setHeader('Vary', 'Origin');
  if (origin !== undefined && isListed(origin, options))
    response.setHeader('Access-Control-Allow-Origin', origin);
}

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
