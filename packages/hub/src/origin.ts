import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { HubError } from './errors.ts';
import { isLanOrigin } from './lan-origin.ts';

export interface OriginOptions {
  /** Whether the hub itself speaks TLS. */
  secure: boolean;
  /** Names of the hub, beside addresses and localhost. */
  hosts: () => readonly string[];
  /** As {@link normalizeOrigin} makes them. */
  origins: readonly string[];
  /** Pages from this network may connect, whoever serves them. */
  lanPages: boolean;
}

/** A request that is not served, with what to tell its sender. */
export interface Refusal {
  status: number;
  text: string;
}

/**
 * The door against DNS rebinding: a page of evil.example whose DNS server says that evil.example is this
 * machine is, to its browser, a page of ours, and only `Host` gives it away. Addresses are what they say they
 * are, and no browser asks a DNS server about localhost.
 */
export function checkHost(request: IncomingMessage, options: OriginOptions): Refusal | undefined {
  const name = askedHost(request)?.name;
  if (name === undefined) return { status: 400, text: 'The request has no valid Host.' };
  if (isIP(name) || name === 'localhost') return undefined;
  if (options.hosts().some((host) => withoutDot(host.toLowerCase()) === name)) return undefined;
  return { status: 421, text: 'This hub has another name. Use its address.' };
}

/**
 * The door against pages of other sites, which may open a WebSocket to any address and are known by
 * their `Origin` alone (RFC 6455 §10.2). Every browser sends one; programs that are not browsers need not, and
 * could send any. The hub's own origin is scheme, name and port under which this request came, character for
 * character: what another port or scheme of the same machine serves is somebody else's.
 */
export function checkOrigin(request: IncomingMessage, options: OriginOptions): Refusal | undefined {
  const { origin } = request.headers;
  if (origin === undefined || isListed(origin, options)) return undefined;
  const host = askedHost(request)?.host;
  const scheme = options.secure ? 'https' : 'http';
  if (host !== undefined && origin === new URL(`${scheme}://${host}`).origin) return undefined;
  return { status: 403, text: 'Pages of other origins may not connect.' };
}

/** Beside the hub's own. */
export function isListed(
  origin: string,
  { origins, lanPages }: Pick<OriginOptions, 'origins' | 'lanPages'>,
): boolean {
  return origins.includes(origin) || (lanPages && isLanOrigin(origin));
}

/**
 * What a browser sends for it (RFC 6454 §6.2).
 * @throws HubError `bad-option`: not an origin, or one that is not one page's alone (`null`, `file://`)
 */
export function normalizeOrigin(text: string): string {
  if (/^https?:\/\/[^/?#@\\]+\/?$/i.test(text) && URL.canParse(text)) return new URL(text).origin;
  // Of apps that are installed: capacitor://localhost.
  const own = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\,]+$/i.test(text) && !/^(file|https?):/i.test(text);
  if (own) return text.toLowerCase();
  throw new HubError(
    'bad-option',
    `"${text}" is not an origin such as https://tv.example. "null" and file:// belong to any page.`,
  );
}

/** `host` with its port, `name` without, both as URLs write them. Undefined: none, or none that is valid. */
export function askedHost(request: IncomingMessage): { host: string; name: string } | undefined {
  const { host } = request.headers;
  if (!host || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  // A URL leaves out port 80, which with TLS is not the usual one.
  if (!url || url.hostname === '') return undefined;
  const port = /:(\d+)$/.exec(host)?.[1];
  return {
    host: port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`,
    name: withoutDot(url.hostname.replace(/^\[|\]$/g, '')),
  };
}

/** `tv.example.` is the same name, written out. */
function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
