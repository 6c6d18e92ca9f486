import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { createLink, type Link, type LinkOptions } from './link.ts';
import type { Platform } from './platform.ts';

export type { Credential, RenewedToken } from './credential.ts';
export type { FrameLimits } from './guard.ts';
export type { Link, LinkOptions, LinkTiming, UserAgent } from './link.ts';
export type { Clock } from './platform.ts';
export { randomId } from './requests.ts';
export { pageWakeSource, type WakeSource } from './wake.ts';

/** What one turn of the event loop produces goes out in one write: writing is what costs most. */
class TurnSocket extends WebSocket {
  private connection: Socket | undefined;
  private corked = false;
  private readonly uncork = (): void => {
    this.corked = false;
    this.connection?.uncork();
  };

  constructor(url: string, maxPayload: number) {
    super(url, ['xmpp'], {
      maxPayload,
      perMessageDeflate: false,
      // Each message in a turn of its own, as in a browser.
      allowSynchronousEvents: false,
    });
    this.once('upgrade', ({ socket }) => {
      this.connection = socket;
    });
  }

  override send(data: string): void {
    if (!this.corked && this.connection) {
      this.corked = true;
      this.connection.cork();
      process.nextTick(this.uncork);
    }
    super.send(data);
  }

  override terminate(): void {
    // The last words of this turn are still to be heard.
    this.uncork();
    super.terminate();
  }
}

// Node 20 has no WebSocket of its own.
const node: Platform = {
  openSocket: (url, maxFrame) => new TurnSocket(url, maxFrame),
};

/** See `index.ts`: the same for Node, over `ws`. */
export function connect(options: LinkOptions): Link {
  return createLink(options, node);
}
