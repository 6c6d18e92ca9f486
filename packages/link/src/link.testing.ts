import type { Element, SessionState } from '@fjern/protocol';
import { xml } from '@fjern/protocol';
import { domain, type FakeServer, token } from './fake-server.testing.ts';
import { connect, type Link, type LinkOptions } from './node.ts';

export const byToken = { username: 'me', token };

export function connectTo(server: FakeServer, options: Partial<LinkOptions> = {}): Link {
  return connect({ service: server.url, domain, credential: byToken, ...options });
}

/** The state with this status; waits for it. */
export function until<S extends SessionState['status']>(
  link: Link,
  status: S,
): Promise<SessionState & { status: S }> {
  return new Promise((resolve) => {
    const look = (state: SessionState) => {
      if (state.status !== status) return;
      off();
      resolve(state as SessionState & { status: S });
    };
    const off = link.on('state', look);
    look(link.state);
  });
}

/** The next `count` messages' bodies. */
export function bodies(link: Link): string[] {
  const seen: string[] = [];
  link.on('message', (message) => seen.push(message.getChildText('body') ?? ''));
  return seen;
}

export function message(to: string, body: string): Element {
  return xml('message', { to, type: 'chat' }, xml('body', {}, body));
}

export function question(to?: string): Element {
  return xml('iq', { type: 'set', to }, xml('q', { xmlns: 'urn:q' }));
}
