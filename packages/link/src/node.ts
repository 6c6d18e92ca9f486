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

type Event = Parameters<WebSocket['emit']>;

/** So many messages may wait for their turn before the server has to. */
const maxWaiting = 64;

/** What one turn of the event loop produces goes out in one write: writing is what costs most. */
class TurnSocket extends WebSocket {
  private connection: Socket | undefined;
  private corked = false;
  private flowing = false;
  private waiting: Event[] = [];

  constructor(url: string, maxPayload: number) {
    super(url, ['xmpp'], { maxPayload, perMessageDeflate: false });
    this.once('upgrade', ({ socket }) => {
      this.connection = socket;
    });
  }

  flow(): void {
    this.flowing = true;
  }

  /**
   * While it logs in, each message comes in a turn of its own, as in a browser: the modules that negotiate
   * go on between two of them. Afterwards the answers of one turn are handled, and continued on, together.
   */
  override emit(...event: Event): boolean {
    const [name] = event;
    const inOrder = name === 'message' || name === 'close' || name === 'error';
    if (!inOrder || (this.flowing && this.waiting.length === 0)) return super.emit(...event);
    if (this.waiting.push(event) === 1) setImmediate(this.deliver);
    if (this.waiting.length === maxWaiting) this.pause();
    return true;
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

  private readonly deliver = (): void => {
    const event = this.waiting[0];
    if (!event) return;
    try {
      super.emit(...event);
    } finally {
      this.waiting.shift();
      if (this.waiting.length > 0) setImmediate(this.deliver);
      else if (this.isPaused) this.resume();
    }
  };

  private readonly uncork = (): void => {
    this.corked = false;
    this.connection?.uncork();
  };
}

// Node 20 has no WebSocket of its own.
const node: Platform = {
  openSocket: (url, maxFrame) => new TurnSocket(url, maxFrame),
};

/** See `index.ts`: the same for Node, over `ws`. */
export function connect(options: LinkOptions): Link {
  return createLink(options, node);
}
