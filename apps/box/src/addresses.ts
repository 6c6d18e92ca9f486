import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

// Bridges and tunnels of virtual machines, containers and VPNs: no phone is behind them.
const virtual =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|wg|tailscale|zt|utun|lxc|podman|cni)/;

/**
 * The address to show to phones: IPv4 of a physical network before a virtual one, before IPv6; the
 * loopback address when there is no network.
 */
export function lanAddress(interfaces: Interfaces = networkInterfaces()): string {
  const candidates = Object.entries(interfaces)
    .flatMap(([name, infos]) => (infos ?? []).map((info) => ({ name, ...info })))
    .filter(
      ({ internal, family, address }) =>
        !internal && !(family === 'IPv6' && /^fe80:/i.test(address)),
    )
    .map((info) => ({
      address: info.address,
      rank:
        (virtual.test(info.name) ? 4 : 0) +
        (info.family === 'IPv6' ? 2 : 0) +
        (/^169\.254\./.test(info.address) ? 1 : 0),
    }))
    .sort((a, b) => a.rank - b.rank);
  return candidates[0]?.address ?? '127.0.0.1';
}

/** `http://192.168.1.20:7120`, with the brackets of RFC 3986 §3.2.2 where they are due. */
export function origin(secure: boolean, address: string, port: number): string {
  const host = isIPv6(address) ? `[${address}]` : address;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}

/** What phones use to get here when the box listens at `host`. */
export function reachableAddress(host: string | undefined): string {
  const everywhere = host === undefined || host === '0.0.0.0' || host === '::';
  return everywhere ? lanAddress() : host;
}
