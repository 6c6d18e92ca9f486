import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type Element, parseElement } from '@fjern/protocol';
import WebSocket, { WebSocketServer } from 'ws';

/** `up`: from a client to the server. */
export type Direction = 'up' | 'down';

/** One text message of a WebSocket, which is one element (RFC 7395 §3.3). */
export interface Frame {
  direction: Direction;
  text: string;
  wire: Wire;
}

/** What goes on in place of a frame: nothing, one, or more. */
export type Tamper = (frame: Frame) => readonly string[];

/** One connection that goes through the middle. */
export interface Wire {
  /** What went through, before it was tampered with. */
  readonly frames: Frame[];
  /** Sends to the server as if the client had, or to the client as if the server had. */
  inject(direction: Direction, text: string): void;
  /** Ends it without a word. */
  cut(): void;
}

export interface Middle {
  readonly port: number;
  /** Every connection there was, the oldest first. */
  readonly wires: Wire[];
  /** Everything that was ever said through here, both ways, addresses and headers of requests included. */
  readonly recorded: string[];
  /** Does with frames what it likes; undefined: lets them pass. */
  tamper: Tamper | undefined;
  close(): Promise<void>;
}

/**
 * The man in the middle: every WebSocket between remotes and the server goes through here, decoded. What he
 * records is what somebody hears who only listens: the frames are read without their masks.
 */
export async function startMiddle(target: () => number): Promise<Middle> {
  const http = createServer((_, response) => response.writeHead(404).end());
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const wires: Wire[] = [];
  const recorded: string[] = [];
  const middle: Middle = {
    port: 0,
    wires,
    recorded,
    tamper: undefined,
    async close() {
      for (const wire of wires) wire.cut();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };

  server.on('connection', (near: WebSocket, request: IncomingMessage) => {
    recorded.push(`${request.method} ${request.url}`, ...request.rawHeaders);
    const far = new WebSocket(`ws://127.0.0.1:${target()}${request.url}`, 'xmpp', {
      perMessageDeflate: false,
    });
    const early: string[] = [];
    const frames: Frame[] = [];
    const wire: Wire = {
      frames,
      inject(direction, text) {
        if (direction === 'up' && far.readyState === WebSocket.CONNECTING) early.push(text);
        else (direction === 'up' ? far : near).send(text, () => {});
      },
      cut() {
        near.terminate();
        far.terminate();
      },
    };
    wires.push(wire);
    const pass = (direction: Direction, text: string) => {
      const frame = { direction, text, wire };
      recorded.push(text);
      frames.push(frame);
      for (const instead of middle.tamper ? middle.tamper(frame) : [text])
        wire.inject(direction, instead);
    };
    far.on('open', () => {
      for (const text of early.splice(0)) far.send(text);
    });
    near.on('message', (data) => pass('up', data.toString()));
    far.on('message', (data) => pass('down', data.toString()));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.terminate());
      one.on('close', (code) => {
        if (other.readyState === WebSocket.OPEN && code >= 1000 && code < 1004) other.close(code);
        else other.terminate();
      });
    }
  });

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  return Object.assign(middle, {
    port: typeof address === 'object' && address ? address.port : 0,
  });
}

/** The next thing that this middle does to the frames for which `change` returns something. */
export function changing(
  direction: Direction,
  change: (element: Element, frame: Frame) => Element | readonly string[] | undefined,
): Tamper {
  return (frame) => {
    if (frame.direction !== direction || !frame.text.startsWith('<')) return [frame.text];
    const changed = change(parseElement(frame.text), frame);
    if (changed === undefined) return [frame.text];
    return Array.isArray(changed) ? changed : [changed.toString()];
  };
}

/** The frames that carry an element of this name, sealed or not. */
export function carrying(frames: readonly Frame[], name: string, direction: Direction): Frame[] {
  return frames.filter(
    (frame) => frame.direction === direction && frame.text.includes(`<${name} `),
  );
}

/** The same bytes, in Base64, with one bit changed. */
export function flipBit(base64: string, at = 0.5): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = Math.min(bytes.length - 1, Math.floor(bytes.length * at));
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString('base64');
}
