import { createLink, type Link, type LinkOptions } from './link.ts';
import type { Platform } from './platform.ts';

export type { Credential, RenewedToken } from './credential.ts';
export type { FrameLimits } from './guard.ts';
export type { Link, LinkOptions, LinkTiming, UserAgent } from './link.ts';
export type { Clock } from './platform.ts';
export { randomId } from './requests.ts';
export { pageWakeSource, type WakeSource } from './wake.ts';

const browser: Platform = {
  openSocket: (url) => new WebSocket(url, ['xmpp']),
};

/**
 * Opens an XMPP session (RFC 7395) that comes back by itself. Starts at once; follow it with
 * `on('state')` or wait with `ready()`. Only a bad argument throws.
 */
export function connect(options: LinkOptions): Link {
  return createLink(options, browser);
}
