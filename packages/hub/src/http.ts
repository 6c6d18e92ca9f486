import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { hostMeta, webSocketPath } from './host-meta.ts';
import { findMount, type Mounts, serveFile } from './static.ts';

/**
 * For pages that the hub serves: their own scripts only, sockets to any hub, and pictures, media and
 * playlists from wherever the media is.
 */
export const defaultContentSecurityPolicy = [
  "default-src 'self'",
  "connect-src 'self' ws: wss: http: https:",
  'img-src * data: blob:',
  'media-src * data: blob:',
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Made when it is asked for. */
export interface HubDocument {
  contentType: string;
  body: string;
}

export interface HttpOptions {
  secure: boolean;
  mounts: Mounts;
  documents: Readonly<Record<string, () => HubDocument>>;
  hosts: () => readonly string[];
  origins: readonly string[];
}

/** A request that is not served, with what to tell its sender. */
export interface Refusal {
  status: number;
  text: string;
}

/**
 * The door against DNS rebinding: a name that an attacker's DNS server resolves to this machine arrives
 * in `Host`. Addresses are what they say they are.
 */
export function checkHost(request: IncomingMessage, options: HttpOptions): Refusal | undefined {
  const name = hostName(request);
  if (name === undefined) return { status: 400, text: 'The request has no valid Host.' };
  if (isIP(name) || name === 'localhost') return undefined;
  if (options.hosts().some((host) => host.toLowerCase() === name)) return undefined;
  return { status: 421, text: `This hub is not called ${name}.` };
}

/**
 * The door against pages of other sites, which may open a WebSocket to any address and are known by
 * their `Origin` alone (RFC 6455 §10.2). Programs that are not browsers send none.
 */
export function checkOrigin(request: IncomingMessage, options: HttpOptions): Refusal | undefined {
  const { origin, host } = request.headers;
  if (origin === undefined || options.origins.includes(origin)) return undefined;
  const scheme = options.secure ? 'https' : 'http';
  try {
    const [asked, own] = [new URL(origin), new URL(`${scheme}://${host}`)];
    // A proxy may end TLS before the hub, so the scheme itself may differ.
    if (/^https?:$/.test(asked.protocol) && asked.host === own.host) return undefined;
  } catch {
    // "null", or no URL at all.
  }
  return { status: 403, text: 'Pages of other origins may not connect.' };
}

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
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Content-Security-Policy', defaultContentSecurityPolicy);
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
    response.setHeader('Content-Type', meta.contentType);
    response.end(meta.body);
    return;
  }
  const document = Object.hasOwn(options.documents, path) ? options.documents[path] : undefined;
  if (document) {
    const { contentType, body } = document();
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
  if (mount?.contentSecurityPolicy)
    response.setHeader('Content-Security-Policy', mount.contentSecurityPolicy);
  if (mount && (await serveFile(request, response, mount, path))) return;
  refuse(response, { status: 404, text: 'There is nothing here.' });
}

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function hostName(request: IncomingMessage): string | undefined {
  const { host } = request.headers;
  if (!host || /[\s/@?#\\]/.test(host)) return undefined;
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  } catch {
    return undefined;
  }
}
