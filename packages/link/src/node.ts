import { WebSocket } from 'ws';
import { createLink, type Link, type LinkOptions } from './link.ts';
import type { Platform } from './platform.ts';

export type { Credential, RenewedToken } from './credential.ts';
export type { FrameLimits } from './guard.ts';
export type { Link, LinkOptions, LinkTiming, UserAgent } from './link.ts';
export type { Clock } from './platform.ts';
export { pageWakeSource, type WakeSource } from './wake.ts';

// Node 20 has no WebSocket of its own.
const node: Platform = {
  openSocket: (url, maxFrame) =>
    new WebSocket(url, ['xmpp'], {
      maxPayload: maxFrame,
      perMessageDeflate: false,
      // Each message in a turn of its own, as in a browser.
      allowSynchronousEvents: false,
    }),
};

/** See `index.ts`: the same for Node, over `ws`. */
export function connect(options: LinkOptions): Link {
  return createLink(options, node);
}
