import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createHub, type Hub, scramVerifier } from '@fjern/hub';
import { NS_PAIR, type Session, xml } from '@fjern/protocol';
import { WebSocket } from 'ws';

// Node 20 has no WebSocket of its own, and these libraries expect the browser's.
Object.assign(globalThis, { WebSocket });

export const domain = 'house.local';
export const password = 'correct horse';
export const tvJid = `tv@${domain}/box`;

export interface Household {
  hub: Hub;
  /** Echoes what it is asked in `urn:example:echo`. */
  tv: Session;
  /** Of the hub's WebSocket, through a relay. */
  url: string;
  /** Cuts all connections, as a network does: without a word. */
  cut(): void;
  close(): Promise<void>;
}

/** A hub with a TV in its process, and accounts with passwords. */
export async function startHousehold(): Promise<Household> {
  const scram = scramVerifier(password);
  const accounts = new Map(['tv', 'anna', 'bert'].map((name) => [name, { scram }]));
  const hub = await createHub({
    domain,
    host: '127.0.0.1',
    anonymous: true,
    accounts: { find: (name) => accounts.get(name) },
  });
  const tv = hub.attach(tvJid);
  tv.handle('get', 'urn:example:echo', (payload) =>
    xml('echo', { xmlns: 'urn:example:echo' }, payload.getText()),
  );
  // As a pairing service does; the namespace is the one in which strangers may ask.
  hub.service.handle('set', NS_PAIR, () => xml('pake', { xmlns: NS_PAIR }));
  hub.service.handle('get', 'urn:example:info', () => xml('info', { xmlns: 'urn:example:info' }));

  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(hub.port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    hub,
    tv,
    url: `ws://127.0.0.1:${port}/xmpp-websocket`,
    cut,
    close: async () => {
      await hub.close();
      cut();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}
