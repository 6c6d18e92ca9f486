import { WebSocket } from 'ws';

/** Seconds for an answer, and for the connection that it needs. */
const answerLimit = 4;
/** Seconds between attempts to connect. */
const retryAfter = 0.5;

/** How a call failed. @see {@link ThunderError.code} */
export type ThunderErrorCode =
  /** Thunder is not there, or went away before it answered. */
  | 'unreachable'
  /** It did not answer in time. */
  | 'timeout'
  /** It answered with an error, or with `success: false`. */
  | 'refused';

export class ThunderError extends Error {
  override name = 'ThunderError';
  readonly code: ThunderErrorCode;

  constructor(code: ThunderErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

interface Call {
  method: string;
  resolve: (result: unknown) => void;
  reject: (error: ThunderError) => void;
  timer: ReturnType<typeof setTimeout>;
}

interface Subscription {
  callsign: string;
  event: string;
  listener: (params: unknown) => void;
}

/** Thunder's JSON-RPC 2.0 over one WebSocket, which is opened again whenever it is lost. */
export class Thunder {
  private readonly url: string;
  private readonly calls = new Map<number, Call>();
  private readonly subscriptions: Subscription[] = [];
  private readonly watchers = new Set<(isUp: boolean) => void>();
  /** Calls that wait for a connection. */
  private readonly queued = new Map<number, string>();
  private socket: WebSocket | undefined;
  private isUp = false;
  private isClosed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;

  /** @param url such as `ws://127.0.0.1:9998/jsonrpc` */
  constructor(url: string) {
    this.url = url;
    this.connect();
  }

  /**
   * Resolves with `result`. Waits for a connection if there is none.
   * @throws ThunderError
   */
  call(method: string, params: object = {}): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new ThunderError('unreachable', 'It was closed.'));
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      const timer = setTimeout(() => {
        const code = this.queued.delete(id) ? 'unreachable' : 'timeout';
        this.calls.delete(id);
        reject(new ThunderError(code, `${method}: no answer in ${answerLimit} s.`));
      }, answerLimit * 1000);
      this.calls.set(id, { method, resolve, reject, timer });
      const message = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      if (this.isUp) this.socket?.send(message);
      else this.queued.set(id, message);
    });
  }

  /** Events of a plugin, from now on and again after each reconnection. */
  subscribe(callsign: string, event: string, listener: (params: unknown) => void): void {
    const subscription = { callsign, event, listener };
    this.subscriptions.push(subscription);
    if (this.isUp) this.register(subscription);
  }

  /** Calls `listener` when the connection is there (at once if it is), and when it is lost. */
  onconnection(listener: (isUp: boolean) => void): void {
    this.watchers.add(listener);
    if (this.isUp) listener(true);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.watchers.clear();
    this.subscriptions.length = 0;
    this.fail('It was closed.');
    this.socket?.close();
  }

  private connect(): void {
    const socket = new WebSocket(this.url, 'notification');
    this.socket = socket;
    socket.on('open', () => {
      if (this.isClosed) {
        socket.close();
        return;
      }
      this.isUp = true;
      for (const subscription of this.subscriptions) this.register(subscription);
      for (const message of this.queued.values()) socket.send(message);
      this.queued.clear();
      for (const watcher of this.watchers) watcher(true);
    });
    socket.on('message', (data) => this.receive(String(data)));
    // `close` follows, and says what there is to do.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.isUp) {
        this.isUp = false;
        this.fail('The connection to Thunder was lost.');
        for (const watcher of this.watchers) watcher(false);
      }
      if (!this.isClosed) this.retry = setTimeout(() => this.connect(), retryAfter * 1000);
    });
  }

  private receive(data: string): void {
    let message: {
      id?: number;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { message?: string };
    };
    try {
      message = JSON.parse(data);
    } catch {
      return; // Not JSON-RPC.
    }
    if (message.method !== undefined) {
      this.notify(message.method, message.params);
      return;
    }
    const call = this.calls.get(message.id ?? 0);
    if (!call) return;
    this.calls.delete(message.id ?? 0);
    clearTimeout(call.timer);
    const { error, result } = message;
    // RDK's own plugins answer with success: false instead of an error.
    const refused = error !== undefined || (isRecord(result) && result.success === false);
    if (refused)
      call.reject(
        new ThunderError('refused', `${call.method}: ${error?.message ?? 'no success'}.`),
      );
    else call.resolve(result);
  }

  private notify(method: string, params: unknown): void {
    for (const { callsign, event, listener } of this.subscriptions)
      if (method === `${clientId(callsign)}.${event}`) listener(params);
  }

  /** What a plugin that is not active refuses, is made up for by registering when it is activated. */
  private register({ callsign, event }: Subscription): void {
    const params = { event, id: clientId(callsign) };
    this.call(`${callsign}.1.register`, params).catch(() => {});
  }

  private fail(message: string): void {
    for (const [id, call] of this.calls) {
      if (this.queued.has(id) && !this.isClosed) continue;
      this.calls.delete(id);
      this.queued.delete(id);
      clearTimeout(call.timer);
      call.reject(new ThunderError('unreachable', message));
    }
  }
}

/** What Thunder puts before the name of an event: one for each plugin, since names repeat. */
function clientId(callsign: string): string {
  return `fjern.${callsign}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
