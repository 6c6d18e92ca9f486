/** The part of the platform's `WebSocket` that is used; `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(): void;
  /** Only `ws`: drops the connection without the closing handshake. */
  terminate?(): void;
  /** Only in Node: the login is over, from now on messages may come several in one turn. */
  flow?(): void;
  addEventListener(type: 'error', listener: () => void): void;
}

/** What the link needs of where it runs. */
export interface Platform {
  /** Opens a WebSocket with subprotocol `xmpp` (RFC 7395 §3.1) that takes messages up to `maxFrame` bytes. */
  openSocket(url: string, maxFrame: number): WebSocketLike;
}

/** Injectable time. `now` is in milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
