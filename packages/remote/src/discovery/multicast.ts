import { createSocket, type Socket } from 'node:dgram';
import { isOnLink, type LanInterface } from '@fjern/protocol';
import { type DecodedPacket, decode } from 'dns-packet';

const GROUP = '224.0.0.251';
const PORT = 5353;

export interface Multicast {
  /** Resolves when the message has left, or could not. Never rejects. */
  send(message: Uint8Array): Promise<void>;
  /** Resolves when the port is free. */
  close(): Promise<void>;
}

export interface MulticastHandlers {
  response(packet: DecodedPacket, sender: { address: string; port: number }): void;
  /** A message could not be sent or the socket broke; nothing is thrown. */
  failed(error: Error): void;
}

/**
 * Listens to multicast DNS on one interface (RFC 6762 §5.2, §11). Sends and joins by the interface's address:
 * no route is needed, and each network is asked, not only that of the default route.
 * @throws what the system says if the socket cannot be opened
 */
export async function listen(iface: LanInterface, handlers: MulticastHandlers): Promise<Multicast> {
  // Shared with every other mDNS program on this machine.
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    await bind(socket);
    const address = iface.ipv4[0]?.address ?? '0.0.0.0';
    socket.addMembership(GROUP, address);
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(255);
    // TVs on this machine answer too.
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
  socket.on('message', (message, sender) => {
    // Linux gives every socket what arrives on any interface.
    if (!open || sender.port !== PORT || !isOnLink(sender.address, iface)) return;
    const packet = decodePacket(message);
    if (packet?.type === 'response') handlers.response(packet, sender);
  });
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (!open) {
          resolve();
          return;
        }
        socket.send(message, PORT, GROUP, (error) => {
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
    socket.bind(PORT, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** Nothing for what is not DNS: anybody may send anything. */
function decodePacket(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
