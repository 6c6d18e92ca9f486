import { createServer, type RequestListener } from 'node:http';
import { createHub, type Hub, type HubOptions } from '@fjern/hub';
import type { Page } from 'playwright-core';

export const domain = 'living-room.local';

/** A household with a TV that says its name, and accounts nobody here knows the token of. */
export function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const config = () => ({
    contentType: 'application/json',
    body: JSON.stringify({ domain, name: 'Living room' }),
  });
  return createHub({
    domain,
    host: '127.0.0.1',
    anonymous: true,
    accounts: { find: () => undefined },
    documents: { '/config.json': config, '/tv/config.json': config },
    ...options,
  });
}

export interface Website {
  readonly port: number;
  close(): Promise<void>;
}

/** Somebody else's site, on this machine. */
export async function startWebsite(answer: RequestListener): Promise<Website> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a page gets when it opens a WebSocket: the hub's features, or `refused`. */
export function openSocket(page: Pick<Page, 'evaluate'>, url: string): Promise<string> {
  return page.evaluate(
    ([address = '', to]) =>
      new Promise<string>((resolve) => {
        let heard = '';
        const socket = new WebSocket(address, 'xmpp');
        socket.onopen = () =>
          socket.send(
            `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${to}" version="1.0"/>`,
          );
        socket.onmessage = ({ data }) => {
          heard += data;
          if (heard.includes('features')) {
            resolve(heard);
            socket.close();
          }
        };
        // What a policy forbids is an error without a close in Chromium.
        socket.onerror = () => resolve('refused');
        socket.onclose = () => resolve(heard || 'refused');
      }),
    [url, domain],
  );
}

/** What a page may read at a URL: status and body, or `unreadable`. */
export function read(
  page: Pick<Page, 'evaluate'>,
  url: string,
  mode: 'cors' | 'no-cors' = 'cors',
): Promise<string> {
  return page.evaluate(
    async ([address = '', how]) => {
      try {
        const response = await fetch(address, { mode: how === 'cors' ? 'cors' : 'no-cors' });
        return `${response.type} ${response.status} ${await response.text()}`;
      } catch {
        return 'unreadable';
      }
    },
    [url, mode],
  );
}
