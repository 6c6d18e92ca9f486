import { createSocket, type Socket } from 'node:dgram';
import { isOnLink, type LanInterface } from '@fjern/protocol';

// The socket below multicast DNS, for both ends: what a TV advertises with and a remote discovers with. Node only.

const GROUP = '224.0.0.251';
/** The port of multicast DNS. What comes from another one is a legacy query (RFC 6762 §6.7), or forged. */
export const MDNS_PORT = 5353;

export interface Sender {
  address: string;
  port: number;
}

export interface Multicast {
  /** To the group, or to one host. Resolves when the message has left, or could not. Never rejects. */
  send(message: Uint8Array, to?: Sender): Promise<void>;
  /** Resolves when the port is free. May be repeated. */
  close(): Promise<void>;
}

export interface MulticastHandlers {
  /** From a host on the interface's own networks; anybody there may send anything. */
  receive(message: Uint8Array, from: Sender): void;
  /** A message could not be sent or the socket broke; nothing is thrown. */
  failed(error: Error): void;
}

/**
 * Sends and hears multicast DNS on one interface (RFC 6762 §5, §11). It sends and joins by the interface's
 * address: no route is needed, and each network is spoken to, not only that of the default route.
 * @throws what the system says if the socket cannot be opened
 */
export async function openMulticast(
  iface: LanInterface,
  handlers: MulticastHandlers,
): Promise<Multicast> {
  // Shared with every other mDNS program on this machine.
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    await bind(socket);
    const address = iface.ipv4[0]?.address ?? '0.0.0.0';
    socket.addMembership(GROUP, address);
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(255);
    // TVs and remotes on one machine hear each other.
    socket.setMulticastLoopback(true);
  } catch (error) {
    socket.close();
    throw error;
  }
  let open = true;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', resolve);
  });
  socket.on('error', (error) => handlers.failed(error));
  socket.on('message', (message, from) => {
    // Linux gives every socket what arrives on any interface.
    if (open && isOnLink(from.address, iface)) handlers.receive(message, from);
  });
  return {
    send: (message, to) =>
      new Promise((resolve) => {
        if (!open) {
          resolve();
          return;
        }
        socket.send(message, to?.port ?? MDNS_PORT, to?.address ?? GROUP, (error) => {
          if (error && open) handlers.failed(error);
          resolve();
        });
      }),
    close: () => {
      if (open) socket.close();
      open = false;
      return closed;
    },
  };
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
