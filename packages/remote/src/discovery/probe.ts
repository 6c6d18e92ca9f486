import { attribute, NS_FRAMING, parseElement, toText, xml } from '@fjern/protocol';
import { WebSocket } from 'ws';

// Who says on the LAN that he is a TV is asked for an XMPP stream before anybody is told of him (RFC 7395 §3.4):
// records outlive TVs, and name addresses that lead nowhere. That it is this TV and no other, only its keys prove,
// when a remote connects.

/** `refused`: no TV is there, or another. `silent`: nothing came back, which on Wi-Fi may mean nothing. */
export type Verdict = { url: string } | 'refused' | 'silent';

/** Milliseconds. */
const patience = 2000;
/** As RFC 8305 §5: the next address is tried when the better one has not answered by then. */
const stagger = 250;
const farewell = 500;
/** Who names more is not waited for. */
const mostUrls = 4;
const longestOpening = 16_384;

/**
 * The first of the URLs, the best first, at which a stream for that domain opens within two seconds. Never rejects;
 * when the signal aborts, the verdict is `silent`.
 */
export function firstAnswer(
  urls: readonly string[],
  domain: string,
  signal: AbortSignal,
): Promise<Verdict> {
  return new Promise((resolve) => {
    const waiting = urls.slice(0, mostUrls);
    const attempts = new AbortController();
    let open = 0;
    let refused = 0;
    let next: ReturnType<typeof setTimeout> | undefined;
    const settle = (verdict: Verdict) => {
      clearTimeout(limit);
      clearTimeout(next);
      signal.removeEventListener('abort', abort);
      attempts.abort();
      resolve(verdict);
    };
    const abort = () => settle('silent');
    const limit = setTimeout(abort, patience);
    signal.addEventListener('abort', abort);
    const total = waiting.length;
    const attempt = () => {
      clearTimeout(next);
      const url = waiting.shift();
      if (url === undefined) {
        if (open === 0) settle(refused === total ? 'refused' : 'silent');
        return;
      }
      open++;
      void opensStream(url, domain, attempts.signal).then((answer) => {
        open--;
        if (attempts.signal.aborted) return;
        if (answer) {
          settle({ url });
          return;
        }
        refused++;
        attempt();
      });
      next = setTimeout(() => waiting.length > 0 && attempt(), stagger);
    };
    if (signal.aborted) abort();
    else attempt();
  });
}

/** Whether an XMPP stream for the domain opens there. Waits as long as the signal lets it, then it is false. */
function opensStream(url: string, domain: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, ['xmpp'], {
        maxPayload: longestOpening,
        perMessageDeflate: false,
        // What is asked is no secret, and what is answered is not trusted.
        rejectUnauthorized: false,
      });
    } catch {
      resolve(false);
      return;
    }
    const end = () => {
      resolve(false);
      socket.terminate();
    };
    signal.addEventListener('abort', end);
    socket.on('close', () => {
      signal.removeEventListener('abort', end);
      resolve(false);
    });
    socket.on('error', () => resolve(false));
    socket.on('open', () =>
      socket.send(toText(xml('open', { xmlns: NS_FRAMING, to: domain, version: '1.0' }))),
    );
    socket.once('message', (data) => {
      // From here on it ends by itself.
      signal.removeEventListener('abort', end);
      resolve(isOpening(String(data), domain));
      leave(socket);
    });
  });
}

function isOpening(text: string, domain: string): boolean {
  try {
    const opening = parseElement(text);
    return (
      opening.name === 'open' &&
      attribute(opening, 'xmlns') === NS_FRAMING &&
      attribute(opening, 'from') === domain
    );
  } catch {
    return false;
  }
}

/** RFC 7395 §3.6, and not waiting long for its answer. */
function leave(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), farewell);
  socket.once('close', () => clearTimeout(timer));
  socket.send(toText(xml('close', { xmlns: NS_FRAMING })));
  socket.close();
}
