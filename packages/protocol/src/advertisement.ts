import { ProtocolError } from './errors.ts';
import { toXmlText } from './xml.ts';

// How a TV is found on the LAN: DNS-SD (RFC 6763) over multicast DNS (RFC 6762).

/** The DNS-SD service type (RFC 6763 §4.1.2). */
export const SERVICE_TYPE = '_xmpp-tv._tcp';

/** What a TV says about itself to everybody on the LAN: a hint to be verified by connecting, nothing private. */
export interface Advertisement {
  /** The TV's id: one DNS label in lower case. Its host name is `<id>.local`. */
  id: string;
  /** For people. Names longer than 120 bytes of UTF-8 are cut. */
  name: string;
  /** SHA-256 of the TV's identity key, base64url, 43 characters. */
  fingerprint: string;
  /** Version of the TV's software: 1 to 32 characters of ASCII. */
  version: string;
  /** Whether the TV shows a pairing code now. */
  pairing: boolean;
  /** Path of the WebSocket endpoint (RFC 7395), up to 64 characters; if absent, `/xmpp-websocket`. */
  path?: string;
  /** Whether the port speaks TLS (https, wss). */
  tls?: boolean;
}

/** Key/value pairs of the TXT record (RFC 6763 §6), in the order in which they are sent. */
export type AdvertisementTxt = Record<string, string>;

const longestName = 120;
const forms = {
  id: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  fp: /^[\w-]{43}$/,
  v: /^[\x21-\x7e]{1,32}$/,
  path: /^\/[\x21-\x7e]{0,63}$/,
} as const;

/**
 * At most 400 bytes on the wire, however long the name is.
 * @throws ProtocolError `invalid-value`
 */
export function encodeAdvertisement(advertisement: Advertisement): AdvertisementTxt {
  const { id, name, fingerprint, version, pairing, path, tls } = advertisement;
  return {
    // First, says RFC 6763 §6.7.
    txtvers: '1',
    id: checked('id', id),
    name: utf8Prefix(toXmlText(name), longestName),
    v: checked('v', version),
    fp: checked('fp', fingerprint),
    pairing: pairing ? '1' : '0',
    ...(path === undefined ? {} : { path: checked('path', path) }),
    ...(tls ? { tls: '1' } : {}),
  };
}

/**
 * Keys are case-insensitive and the first of equal ones counts (RFC 6763 §6.4); unknown keys are ignored.
 * @throws ProtocolError `malformed`, `invalid-value`, or `unknown` for a `txtvers` of the future
 */
export function decodeAdvertisement(txt: Readonly<Record<string, unknown>>): Advertisement {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(txt)) {
    const known = key.toLowerCase();
    if (typeof value === 'string' && !values.has(known)) values.set(known, value);
  }
  const version = values.get('txtvers') ?? '1';
  if (version !== '1')
    throw new ProtocolError('unknown', 'txt/txtvers', `${version} is of a newer version`);
  const field = (key: keyof typeof forms) => checked(key, values.get(key));
  const path = values.has('path') ? field('path') : undefined;
  return {
    id: field('id'),
    name: utf8Prefix(toXmlText(values.get('name') ?? ''), longestName),
    fingerprint: field('fp'),
    version: field('v'),
    pairing: values.get('pairing') === '1',
    ...(path === undefined ? {} : { path }),
    ...(values.get('tls') === '1' ? { tls: true } : {}),
  };
}

function checked(key: keyof typeof forms, value: string | undefined): string {
  if (value === undefined) throw new ProtocolError('malformed', `txt/${key}`, 'is required');
  if (!forms[key].test(value))
    throw new ProtocolError('invalid-value', `txt/${key}`, 'does not have the form of one');
  return value;
}

/**
 * The service instance name (RFC 6763 §4.1.1) for a TV's name: one label of at most 63 bytes. `number`
 * counts the TVs of that name: the second is `Living room (2)` (RFC 6763 Appendix D).
 */
export function instanceName(name: string, number = 1): string {
  const suffix = number > 1 ? ` (${number})` : '';
  // A dot is legal inside the label, but most software takes it for the label's end: use a look-alike.
  const label = toXmlText(name).replace(/\s+/g, ' ').trim().replace(/\./g, '\u2024') || 'TV';
  return utf8Prefix(label, 63 - suffix.length).trimEnd() + suffix;
}

/** As much of `text` as fits into that many bytes of UTF-8; never half a character. */
function utf8Prefix(text: string, bytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += utf8Length(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** One address of one network interface, as Node's `os.networkInterfaces()` gives it. */
export interface NetworkAddress {
  address: string;
  netmask: string;
  family: string;
  internal: boolean;
  /** Of IPv6 addresses: the number of the interface. */
  scopeid?: number;
}

/** A network interface on which TVs are advertised and found. It has at least one address. */
export interface LanInterface {
  name: string;
  ipv4: { address: string; netmask: string }[];
  /** Without link-local ones, which mean nothing without the name of an interface. */
  ipv6: string[];
  /** The number of the interface, if multicast DNS may be spoken over IPv6 on it. */
  scope?: number;
}

/**
 * The interfaces to speak multicast DNS on: those with an IPv4 network or, with IPv6, an address beside the link-local
 * one; or loopback if there is none (a machine without a network finds itself). Point-to-point tunnels are left out.
 */
export function lanInterfaces(
  all: Readonly<Record<string, readonly NetworkAddress[] | undefined>>,
): LanInterface[] {
  const found: (LanInterface & { internal: boolean })[] = [];
  for (const [name, addresses = []] of Object.entries(all)) {
    const ipv4 = addresses
      .filter(({ family, netmask }) => family === 'IPv4' && netmask !== '255.255.255.255')
      .map(({ address, netmask }) => ({ address, netmask }));
    const { scopeid: scope } =
      addresses.find(({ family, address }) => family === 'IPv6' && addressRank(address) === 3) ??
      {};
    const ipv6 = addresses
      .filter(({ family, address }) => family === 'IPv6' && addressRank(address) === 1)
      .map(({ address }) => address);
    if (ipv4.length === 0 && (scope === undefined || ipv6.length === 0)) continue;
    const internal = addresses.some((address) => address.internal);
    found.push({ name, ipv4, ipv6, ...(scope === undefined ? {} : { scope }), internal });
  }
  const outside = found.filter(({ internal }) => !internal);
  return (outside.length > 0 ? outside : found).map(({ internal, ...iface }) => iface);
}

/** Whether the sender of a packet is on the interface's own networks: the only ones to listen to (RFC 6762 §11). */
export function isOnLink(address: string, { name, ipv4, scope }: LanInterface): boolean {
  if (address.includes(':')) {
    const [plain = '', zone] = address.split('%');
    const here = zone === name || (scope !== undefined && zone === String(scope));
    return here && addressRank(plain) === 3;
  }
  const sender = ipv4Number(address);
  return ipv4.some(({ address: own, netmask }) => {
    const mask = ipv4Number(netmask);
    return (sender & mask) === (ipv4Number(own) & mask);
  });
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0);
}

/** Sorts addresses by how likely it is that connecting works: IPv4, IPv6, then link-local ones. */
export function compareAddresses(a: string, b: string): number {
  return addressRank(a) - addressRank(b);
}

function addressRank(address: string): 0 | 1 | 2 | 3 {
  if (!address.includes(':')) return address.startsWith('169.254.') ? 2 : 0;
  return /^fe[89ab][0-9a-f]:/i.test(address) ? 3 : 1;
}
