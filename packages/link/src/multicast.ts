import { createSocket, type Socket } from 'node:dgram';
import { isOnLink, type LanInterface } from '@fjern/protocol';

// The socket below multicast DNS, for both ends: what a TV advertises with and a remote discovers with. Node only.

/** RFC 6762 §3. */
const groups = { udp4: '224.0.0.251', udp6: 'ff02::fb' } as const;
type Family = keyof typeof groups;
/** The port of multicast DNS. What comes from another one is a legacy query (RFC 6762 §6.7), or forged. */
export const MDNS_PORT = 5353;
/** Packets in a second, from one sender and from all: more than any home has, and less than keeps a TV busy. */
const mostOfOne = 300;
const mostOfAll = 1500;

export interface Sender {
  address: string;
  port: number;
}

export interface Multicast {
  /**
   * To the group, or to one host. Resolves when the message has left (true) or could not (false). Never rejects.
   */
  send(message: Uint8Array, to?: Sender): Promise<boolean>;
  /** Resolves when the port is free. May be repeated. */
  close(): Promise<void>;
}

export interface MulticastHandlers {
  /** From a host on the interface's own networks; anybody there may send anything. Beyond a bound, packets are lost. */
  receive(message: Uint8Array, from: Sender): void;
  /** A message could not be sent or a socket broke; nothing is thrown. */
  failed(error: Error): void;
}

/**
 * Sends and hears multicast DNS on one interface (RFC 6762 §5, §11), over IPv4, IPv6 or both. It sends and joins by
 * the interface: no route is needed, and each network is spoken to, not only that of the default route.
 * @throws what the system says if no socket can be opened
 */
export async function openMulticast(
  iface: LanInterface,
  handlers: MulticastHandlers,
): Promise<Multicast> {
  const families: Family[] = [];
  if (iface.ipv4.length > 0) families.push('udp4');
  if (iface.scope !== undefined) families.push('udp6');
  const attempts = await Promise.allSettled(families.map((family) => openSocket(family, iface)));
  const sockets = new Map<Family, Socket>();
  attempts.forEach((attempt, index) => {
    const family = families[index];
    if (family && attempt.status === 'fulfilled') sockets.set(family, attempt.value);
  });
  // One family is enough: a system without IPv6 is no failure.
  const failure = attempts.find((attempt) => attempt.status === 'rejected');
  if (sockets.size === 0) throw failure?.reason ?? new Error('it has no address');

  let open = true;
  const bounds = new Bounds();
  const closed = [...sockets.values()].map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.once('close', resolve);
        socket.on('error', (error) => handlers.failed(error));
        socket.on('message', (message, from) => {
          // Linux gives every socket what arrives on any interface.
          if (!open || !isOnLink(from.address, iface)) return;
          if (bounds.admit(from.address)) handlers.receive(message, from);
        });
      }),
  );
  /** Undefined when it has left. */
  const sendOver = (family: Family, message: Uint8Array, to?: Sender) =>
    new Promise<Error | undefined>((resolve) => {
      const socket = open ? sockets.get(family) : undefined;
      if (!socket) {
        resolve(new Error('it is closed'));
        return;
      }
      const host = to?.address ?? `${groups[family]}${family === 'udp6' ? zone(iface) : ''}`;
      socket.send(message, to?.port ?? MDNS_PORT, host, (error) => resolve(error ?? undefined));
    });
  return {
    send: async (message, to) => {
      const over = to ? [familyOf(to.address)] : [...sockets.keys()];
      const errors = await Promise.all(over.map((family) => sendOver(family, message, to)));
      if (errors.includes(undefined)) return true;
      // An IPv6 address may not be used in its first second (RFC 4862 §5.4): what IPv4 says is to the point.
      if (open && errors[0]) handlers.failed(errors[0]);
      return false;
    },
    close: async () => {
      if (open) for (const socket of sockets.values()) socket.close();
      open = false;
      await Promise.all(closed);
    },
  };
}

function familyOf(address: string): Family {
  return address.includes(':') ? 'udp6' : 'udp4';
}

/** What names the interface in an IPv6 address (RFC 4007 §11): its number on Windows, its name elsewhere. */
function zone({ name, scope }: LanInterface): string {
  return `%${process.platform === 'win32' ? scope : name}`;
}

async function openSocket(family: Family, iface: LanInterface): Promise<Socket> {
  // Shared with every other mDNS program on this machine.
  const ipv6Only = family === 'udp6';
  const socket = createSocket({ type: family, reuseAddr: true, ipv6Only });
  try {
    await bind(socket);
    const own = ipv6Only ? `::${zone(iface)}` : (iface.ipv4[0]?.address ?? '0.0.0.0');
    socket.addMembership(groups[family], own);
    socket.setMulticastInterface(own);
    socket.setMulticastTTL(255);
    // TVs and remotes on one machine hear each other.
    socket.setMulticastLoopback(true);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function bind(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(MDNS_PORT, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** Counts packets in windows of a second, so that a flood costs little more than receiving it. */
class Bounds {
  private since = 0;
  private all = 0;
  private readonly bySender = new Map<string, number>();

  admit(sender: string): boolean {
    const now = performance.now();
    if (now - this.since >= 1000) {
      this.since = now;
      this.all = 0;
      this.bySender.clear();
    }
    const count = (this.bySender.get(sender) ?? 0) + 1;
    if (this.all >= mostOfAll || count > mostOfOne) return false;
    this.bySender.set(sender, count);
    this.all++;
    return true;
  }
}
