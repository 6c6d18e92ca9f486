import { createSocket, type Socket } from 'node:dgram';
import { isOnLink, type LanInterface } from '@fjern/protocol';
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import type { Sender } from './responder.ts';

const GROUP = '224.0.0.251';
const PORT = 5353;

export interface Multicast {
  /** Resolves when the packet has left, or could not. Never rejects. */
  send(packet: Packet, to?: Sender): Promise<void>;
  /** Resolves when the port is free. */
  close(): Promise<void>;
}

export interface MulticastHandlers {
  receive(packet: DecodedPacket, from: Sender): void;
  /** A packet could not be sent or the socket broke; nothing is thrown. */
  failed(error: Error): void;
}

/**
 * Speaks multicast DNS (RFC 6762 §5, §11) on one interface. It sends and joins by the interface's address, so
 * that it needs no route: a lost default route changes nothing.
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
    // Browsers on this machine hear us too.
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
    if (!open || !isOnLink(from.address, iface)) return;
    const packet = decodePacket(message);
    if (packet) handlers.receive(packet, from);
  });
  return {
    send: (packet, to) =>
      new Promise((resolve) => {
        if (!open) {
          resolve();
          return;
        }
        socket.send(encode(packet), to?.port ?? PORT, to?.address ?? GROUP, (error) => {
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
