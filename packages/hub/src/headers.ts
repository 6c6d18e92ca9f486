import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { askedHost } from './origin.ts';

/** Sources by directive: `{ 'connect-src': ['https:'] }`. */
export type ContentSources = Readonly<Record<string, readonly string[]>>;

/**
 * What both pages need and no more: scripts, styles and fonts of their own, pictures and media from wherever
 * the TV's media is, and the hub they come from. `data:` is their empty icon; `blob:` are pictures that a page
 * scaled itself.
 */
const sources: ContentSources = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'font-src': ["'self'"],
  'img-src': ["'self'", 'http:', 'https:', 'data:', 'blob:'],
  'media-src': ["'self'", 'http:', 'https:', 'blob:'],
  'manifest-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * Anywhere in this network: the grammar has no ranges of addresses, and none for IPv6 (CSP 3 §2.3.1). It gives a
 * script that got in no new way out, since pictures come from anywhere as well.
 */
export const lanSources: ContentSources = { 'connect-src': ['http:', 'https:', 'ws:', 'wss:'] };

/** `host` is the one of the request, checked; `others` are added to the sources of each directive. */
export function contentSecurityPolicy(
  host: string | undefined,
  ...others: readonly ContentSources[]
): string {
  const own: ContentSources = host === undefined ? {} : { 'connect-src': sockets(host) };
  const lists = [sources, own, ...others];
  const names = new Set(lists.flatMap((list) => Object.keys(list)));
  const directives = [...names].map((name) => {
    const all = new Set(lists.flatMap((list) => list[name] ?? []));
    const given = [...all].filter((source) => source !== "'none'");
    return [name, ...(given.length > 0 ? given : ["'none'"])].join(' ');
  });
  return directives.join('; ');
}

/**
 * Old engines (Chromium of TVs, Safari before 15.4) take 'self' for http: alone, so the socket has to be named. Both
 * schemes, since a proxy may end TLS before the hub. The grammar has no IPv6 addresses (CSP 3 §2.3.1).
 */
function sockets(host: string): string[] {
  return host.startsWith('[') ? ['ws:', 'wss:'] : [`ws://${host}`, `wss://${host}`];
}

// Names that Chromium has known for long: it complains about others in the console.
const permissionsPolicy = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Before anything is decided: all of it goes with errors as well. */
export function setSecurityHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  secure: boolean,
): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy(undefined));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Permissions-Policy', permissionsPolicy);
  // Pages of other sites get nothing to build into theirs, but for what static.ts and host-meta allow.
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  // Elsewhere browsers ignore it, and say so in the console of every page.
  if (secure || isLoopback(askedHost(request)?.name))
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
}

function isLoopback(name = ''): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
