import { connect, createServer, type Socket } from 'node:net';

export interface BreakableNetwork {
  readonly port: number;
  /** Ends every connection with a reset, as a network that went away does. New ones are accepted. */
  cut(): void;
  /** Accepts no connections until `open()`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Stands between a remote and the hub at 127.0.0.1, and breaks what passes through when told to. */
export async function startNetwork(target: () => number): Promise<BreakableNetwork> {
  const sockets = new Set<Socket>();
  let shut = false;
  const server = createServer((near) => {
    if (shut) return near.resetAndDestroy();
    const far = connect({ port: target(), host: '127.0.0.1' });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    shut() {
      shut = true;
      cut();
    },
    open() {
      shut = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
