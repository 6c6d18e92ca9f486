import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../clock.ts';

/** An IPC command: positional, or an object with `name` and the command's named arguments. */
export type MpvCommand = readonly unknown[] | Readonly<Record<string, unknown>>;

export interface MpvEvent {
  event: string;
  readonly [field: string]: unknown;
}

export type MpvErrorCode =
  /** There is no mpv at the moment, or it went away before it answered. Wait for status `ready`. */
  | 'not-ready'
  /** mpv does not do it; the message has its own words. */
  | 'refused'
  /** mpv did not answer in time. */
  | 'timeout'
  /** The caller's signal. */
  | 'aborted';

export class MpvError extends Error {
  override name = 'MpvError';
  readonly code: MpvErrorCode;

  constructor(code: MpvErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Seconds for the answer. */
  limit?: number;
  /** Takes the answer at once: who awaits it hears of it after the events that came along with it. */
  onData?: (data: unknown) => void;
}

interface Pending {
  resolve(data: unknown): void;
  reject(error: MpvError): void;
  timer: unknown;
}

/** Longest line that can be mpv's: properties with whole track lists have some 10,000 characters. */
const longestLine = 4_000_000;

const refusals: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nobody listens',
  EACCES: 'this user may not connect',
};

/**
 * One connection to mpv's JSON IPC: a JSON object per line, requests answered by `request_id`, events in between.
 * mpv answers a request before it reports the events that it led to.
 */
export class MpvConnection {
  onEvent: (event: MpvEvent) => void = () => {};
  /** Resolves with a sentence when there is no connection any more. */
  readonly ended: Promise<string>;
  /** On the clock, milliseconds: when mpv last said anything. */
  lastHeard: number;
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly limit: number;
  private readonly pending = new Map<number, Pending>();
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private lastId = 0;
  private hasEnded = false;
  private readonly settleEnd: (reason: string) => void;

  /**
   * @param limit seconds for an answer
   * @throws MpvError `not-ready`: nobody listens there
   */
  static open(path: string, limit: number, clock: Clock): Promise<MpvConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      const timer = clock.setTimeout(
        () => fail(new Error('it does not accept connections')),
        limit * 1000,
      );
      const fail = (cause: NodeJS.ErrnoException) => {
        clock.clearTimeout(timer);
        socket.destroy();
        const why = refusals[cause.code ?? ''] ?? cause.message;
        reject(new MpvError('not-ready', `No mpv at ${path}: ${why}.`, { cause }));
      };
      socket.once('error', fail);
      socket.once('connect', () => {
        clock.clearTimeout(timer);
        socket.off('error', fail);
        resolve(new MpvConnection(socket, limit, clock));
      });
    });
  }

  private constructor(socket: Socket, limit: number, clock: Clock) {
    this.socket = socket;
    this.limit = limit;
    this.clock = clock;
    this.lastHeard = clock.now();
    let settleEnd: (reason: string) => void = () => {};
    this.ended = new Promise((resolve) => {
      settleEnd = resolve;
    });
    this.settleEnd = settleEnd;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.end(`The connection to mpv failed: ${error.message}.`));
    socket.on('close', () => this.end('mpv closed the connection.'));
  }

  /** @throws MpvError */
  request(
    command: MpvCommand,
    { signal, limit = this.limit, onData }: RequestOptions = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal));
      if (this.hasEnded) return reject(new MpvError('not-ready', 'mpv is gone.'));
      const id = ++this.lastId;
      const settle = () => {
        this.pending.delete(id);
        this.clock.clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        settle();
        reject(aborted(signal));
      };
      const timer = this.clock.setTimeout(() => {
        settle();
        reject(new MpvError('timeout', `mpv did not answer in ${limit} s.`));
      }, limit * 1000);
      this.pending.set(id, {
        timer,
        resolve: (data) => {
          settle();
          onData?.(data);
          resolve(data);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort);
      this.socket.write(`${JSON.stringify({ command, request_id: id })}\n`);
    });
  }

  close(): void {
    this.end('The connection to mpv was closed.');
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = this.clock.now();
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.hasEnded) return;
      const message = parse(line);
      if (message) this.handle(message);
      else this.end('What answers there does not speak as mpv does.');
    }
    if (this.rest.length > longestLine) this.end('What answers there does not speak as mpv does.');
  }

  private handle(message: Record<string, unknown>): void {
    const { event, request_id: id, error, data } = message;
    if (typeof event === 'string') {
      this.onEvent({ ...message, event });
      return;
    }
    const pending = typeof id === 'number' ? this.pending.get(id) : undefined;
    if (!pending) return;
    if (error === 'success') pending.resolve(data);
    else pending.reject(new MpvError('refused', `mpv does not do this: ${String(error)}.`));
  }

  private end(reason: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.socket.destroy();
    for (const { reject } of [...this.pending.values()]) reject(new MpvError('not-ready', reason));
    this.settleEnd(reason);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function aborted(signal: AbortSignal | undefined): MpvError {
  return new MpvError('aborted', 'The command was given up.', { cause: signal?.reason });
}
