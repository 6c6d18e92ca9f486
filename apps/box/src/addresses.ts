import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { compareAddresses, type LanInterface, lanInterfaces } from '@fjern/protocol';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

// Bridges and tunnels of virtual machines, containers and VPNs: no phone is behind them.
const virtual =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|wg|tailscale|zt|utun|lxc|podman|cni)/;
/** No URL can carry one: it means nothing without the name of an interface. */
const linkLocal = /^fe[89ab][0-9a-f]:/i;

/** Without a network. */
export const loopback = '127.0.0.1';

/**
 * The address to show to phones: that of a physical network before a virtual one, then as `compareAddresses`
 * has it; the loopback address when there is no network.
 */
export function lanAddress(interfaces: Interfaces = networkInterfaces()): string {
  const candidates = Object.entries(interfaces)
    .flatMap(([name, infos = []]) =>
      infos.map((info) => ({ ...info, virtual: virtual.test(name) })),
    )
    .filter(({ internal, address }) => !internal && !linkLocal.test(address))
    .sort(
      (a, b) => Number(a.virtual) - Number(b.virtual) || compareAddresses(a.address, b.address),
    );
  return candidates[0]?.address ?? loopback;
}

/** `http://192.168.1.20:7120`, with the brackets of RFC 3986 §3.2.2 where they are due. */
export function origin(secure: boolean, address: string, port: number): string {
  const host = isIPv6(address) ? `[${address}]` : address;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}

/** Whether a box that listens at `host` is reached at every address of the machine. */
export function listensEverywhere(host: string | undefined): host is undefined | '0.0.0.0' | '::' {
  return host === undefined || host === '0.0.0.0' || host === '::';
}

/** What phones use to get here when the box listens at `host`. */
export function reachableAddress(host: string | undefined): string {
  return listensEverywhere(host) ? lanAddress() : host;
}

/** Where to advertise a box that listens at `host`: nowhere that it is not reached from. */
export function advertisedInterfaces(
  host: string | undefined,
  interfaces: Interfaces = networkInterfaces(),
): LanInterface[] {
  if (listensEverywhere(host)) return lanInterfaces(interfaces);
  const own = Object.entries(interfaces).map(([name, infos = []]) => [
    name,
    infos.filter(({ address }) => address === host),
  ]);
  return lanInterfaces(Object.fromEntries(own));
}
