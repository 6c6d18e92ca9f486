import { BlockList, isIP } from 'node:net';

/** RFC 1918, 3927, 1122 §3.2.1.3, 4193, 4291: what no server of the internet has, and no name of its DNS can stand for. */
const lan = new BlockList();
lan.addSubnet('10.0.0.0', 8);
lan.addSubnet('172.16.0.0', 12);
lan.addSubnet('192.168.0.0', 16);
lan.addSubnet('169.254.0.0', 16);
lan.addSubnet('127.0.0.0', 8);
lan.addSubnet('fc00::', 7, 'ipv6');
lan.addSubnet('fe80::', 10, 'ipv6');
lan.addAddress('::1', 'ipv6');

/** A host of multicast DNS (RFC 6762 §3), which the internet’s DNS does not have. */
const localName = /^[a-z\d](?:[a-z\d-]*[a-z\d])?\.local$/;

/**
 * Whether this is the `Origin` of a page from this network: its host is an address of a home network written out,
 * or a name in `.local`. Names of the internet are not, whatever address they have: there DNS rebinding ends.
 * Browsers write origins in one way (RFC 6454 §6.2); another spelling is none that they sent.
 */
export function isLanOrigin(origin: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin) return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0) return lan.check(host, family === 4 ? 'ipv4' : 'ipv6');
  return host === 'localhost' || localName.test(host);
}
