import {
  type Element,
  type IqHandler,
  NS_CLIENT,
  NS_PING,
  NS_SASL2,
  type RequestOptions,
  type Session,
  SessionError,
  type SessionEvents,
  type SessionState,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { backoff } from './backoff.ts';
import { type Credential, type Login, login, type RenewedToken } from './credential.ts';
import { defaultLimits, type FrameLimits } from './guard.ts';
import { Liveness } from './liveness.ts';
import { type Clock, type Platform, systemClock } from './platform.ts';
import { Requests, randomId } from './requests.ts';
import { type Resumption, Stream } from './stream.ts';
import { pageWakeSource, type WakeSource } from './wake.ts';

/** All in seconds. */
export interface LinkTiming {
  /** For one attempt, from the look-up of the address until stanzas flow. */
  attempt: number;
  /** The first retry comes within this time, the next within twice this, and so on … */
  retryBase: number;
  /** … up to this. */
  retryCap: number;
  /** A session that lasted this long makes the next failure a first one. */
  settled: number;
  /** Silence after which the server is probed; `idle + probe` is how long a dead one goes unnoticed. */
  idle: number;
  probe: number;
  /** The same after `wake()`, when a dead connection is likely. */
  wakeProbe: number;
  /** For the answer to a request that names no time of its own. */
  request: number;
  /** For the server's goodbye. */
  close: number;
}

const defaultTiming: LinkTiming = {
  attempt: 10,
  retryBase: 0.2,
  retryCap: 15,
  settled: 10,
  idle: 6,
  probe: 6,
  wakeProbe: 2,
  request: 30,
  close: 1,
};

export interface UserAgent {
  /** A UUID that stays the same for this installation (XEP-0388 §2.2). */
  id: string;
  software?: string;
  device?: string;
}

export interface LinkOptions {
  /** `ws:` or `wss:` URL, or what finds it before each attempt, so that a TV that moved is followed. */
  service: string | (() => string | Promise<string>);
  domain: string;
  credential: Credential;
  /** The resource to ask for; a server with Bind 2 takes it as a tag and adds to it. */
  resource?: string;
  userAgent?: UserAgent;
  timing?: Partial<LinkTiming>;
  limits?: Partial<FrameLimits>;
  /** Default: the page's `online`, `pageshow` and `visibilitychange`. */
  wake?: WakeSource;
  /** Closes the link. */
  signal?: AbortSignal;
  /** The server renewed the token (XEP-0484); store it. The link itself goes on with it. */
  onToken?: (renewed: RenewedToken) => void;
  random?: () => number;
  clock?: Clock;
}

export interface Link extends Session {
  /**
   * Resolves as soon as the link is online.
   * @throws SessionError `aborted`, `timeout`, or why the link is closed
   */
  ready(options?: { signal?: AbortSignal; timeout?: number }): Promise<void>;
  /** The network or the page may be back: tries at once, or looks at once whether the server is there. */
  wake(): void;
}

type Listeners = { [E in keyof SessionEvents]: Set<SessionEvents[E]> };

export function createLink(options: LinkOptions, platform: Platform): Link {
  if (typeof options.service === 'string' && !/^wss?:\/\//.test(options.service))
    throw new TypeError(`Not a ws: or wss: URL: ${options.service}`);
  return new SupervisedLink(options, platform);
}

class SupervisedLink implements Link {
  jid = '';
  state: SessionState = { status: 'connecting' };
  private readonly options: LinkOptions;
  private readonly platform: Platform;
  private readonly clock: Clock;
  private readonly timing: LinkTiming;
  private readonly limits: FrameLimits;
  private readonly login: Login;
  private readonly requests: Requests;
  private readonly listeners: Listeners = {
    state: new Set(),
    message: new Set(),
    presence: new Set(),
  };
  private readonly forgetWake: () => void;
  private stream: Stream | undefined;
  private liveness: Liveness | undefined;
  private resumption: Resumption | undefined;
  /** The attempt's deadline while connecting, the retry while waiting. */
  private timer: unknown;
  /** Tells an attempt that another has taken its place. */
  private attempt = 0;
  private startedAt = 0;
  private onlineAt: number | undefined;
  private failures = 0;
  private pipeline: boolean;
  private closing: Promise<void> | undefined;
  /** Called when the stream that close() says goodbye on has ended. */
  private closed: (() => void) | undefined;

  constructor(options: LinkOptions, platform: Platform) {
    this.options = options;
    this.platform = platform;
    this.clock = options.clock ?? systemClock;
    this.timing = { ...defaultTiming, ...options.timing };
    this.limits = { ...defaultLimits, ...options.limits };
    this.login = login(options.credential, (renewed) => guarded(() => options.onToken?.(renewed)));
    this.pipeline = this.login.canPipeline;
    this.requests = new Requests({
      clock: this.clock,
      domain: options.domain,
      timeout: this.timing.request,
      jid: () => this.jid,
      send: (stanza) => this.send(stanza),
      answer: (stanza) => this.answer(stanza),
    });
    this.forgetWake = (options.wake ?? pageWakeSource)(() => this.wake());
    const signal = options.signal;
    if (signal?.aborted) void this.close();
    else {
      signal?.addEventListener('abort', this.onAbort);
      this.start();
    }
  }

  send(stanza: Element): void {
    if (this.state.status !== 'online' || !this.stream)
      throw new SessionError('not-online', `The session is not online (${this.state.status})`);
    this.stream.send(stanza);
  }

  request(iq: Element, options?: RequestOptions): Promise<Element> {
    return this.requests.request(iq, options);
  }

  handle(type: 'get' | 'set', xmlns: string, handler: IqHandler): () => void {
    return this.requests.handle(type, xmlns, handler);
  }

  on<E extends keyof SessionEvents>(event: E, listener: SessionEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  ready({ signal, timeout }: { signal?: AbortSignal; timeout?: number } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: unknown;
      const settle = (error?: SessionError) => {
        off();
        this.clock.clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        if (error) reject(error);
        else resolve();
      };
      const aborted = () => settle(new SessionError('aborted', 'Waiting for the link was aborted'));
      const look = (state: SessionState) => {
        if (state.status === 'online') settle();
        else if (state.status === 'closed')
          settle(state.error ?? new SessionError('closed', 'The link was closed'));
        else return false;
        return true;
      };
      const off = this.on('state', look);
      if (look(this.state)) return;
      if (signal?.aborted) return aborted();
      signal?.addEventListener('abort', aborted);
      if (timeout !== undefined)
        timer = this.clock.setTimeout(
          () => settle(new SessionError('timeout', `The link was not online within ${timeout} s`)),
          timeout * 1000,
        );
    });
  }

  wake(): void {
    const { status } = this.state;
    if (status === 'online') this.liveness?.check(this.timing.wakeProbe);
    // An attempt from before the sleep waits for packets that are gone.
    else if (status === 'waiting' || (status === 'connecting' && this.age() > 1)) {
      this.failures = 0;
      this.stop();
      this.start();
    }
  }

  close(): Promise<void> {
    // Later, so that a listener of the state that closes again finds the promise.
    this.closing ??= Promise.resolve().then(() => this.finish());
    return this.closing;
  }

  private readonly onAbort = () => void this.close();

  private age(): number {
    return (this.clock.now() - this.startedAt) / 1000;
  }

  private start(): void {
    const attempt = ++this.attempt;
    const fresh = () => attempt === this.attempt && this.state.status === 'connecting';
    this.startedAt = this.clock.now();
    this.enter({ status: 'connecting' });
    if (!fresh()) return;
    const { timing, options } = this;
    this.timer = this.clock.setTimeout(() => {
      const error = new SessionError('timeout', `Not online within ${timing.attempt} s`);
      if (this.stream) this.stream.end(error);
      else this.ended(error, false);
    }, timing.attempt * 1000);
    const { service } = options;
    if (typeof service === 'string') {
      this.open(service);
      return;
    }
    Promise.resolve()
      .then(service)
      .then(
        (url) => fresh() && this.open(url),
        (cause) =>
          fresh() &&
          this.ended(
            new SessionError('unreachable', 'The address was not found', { cause }),
            false,
          ),
      );
  }

  private open(url: string): void {
    const { options, pipeline, resumption } = this;
    let heard = false;
    const stream: Stream = new Stream(
      {
        url,
        domain: options.domain,
        resource: options.resource,
        userAgent: options.userAgent && userAgentElement(options.userAgent),
        login: this.login,
        limits: this.limits,
        platform: this.platform,
        resumption,
        deadline: this.timing.attempt * 1000,
        pipeline,
      },
      {
        heard: () => {
          heard = true;
          this.liveness?.heard();
        },
        ready: (resumed) => this.online(stream, resumed),
        stanza: (stanza) => this.receive(stanza),
        end: (error, final) => {
          this.closed?.();
          if (this.stream !== stream) return;
          this.resumption = final ? undefined : stream.resumption;
          this.stream = undefined;
          // A server that does not take all at once is asked step by step from now on.
          if (heard && this.state.status === 'connecting') this.pipeline = false;
          this.ended(error, final);
        },
      },
    );
    this.stream = stream;
    stream.start();
  }

  private online(stream: Stream, resumed: boolean): void {
    this.clock.clearTimeout(this.timer);
    this.jid = stream.jid;
    this.onlineAt = this.clock.now();
    if (!resumed) this.lose();
    this.liveness = new Liveness({
      clock: this.clock,
      idle: this.timing.idle,
      timeout: this.timing.probe,
      probe: () => this.probe(stream),
      dead: () => stream.end(new SessionError('unreachable', 'The server is silent')),
    });
    this.enter({ status: 'online', resumed });
  }

  private probe(stream: Stream): void {
    if (stream.acknowledges) {
      stream.requestAck();
      return;
    }
    // XEP-0199; any answer will do, so nobody waits for this one.
    const ping = xml('iq', { type: 'get', id: randomId(), to: this.options.domain });
    ping.cnode(xml('ping', { xmlns: NS_PING }));
    guarded(() => stream.send(ping));
  }

  private receive(stanza: Element): void {
    if (stanza.name === 'iq') this.requests.receive(stanza);
    else
      for (const listener of this.listeners[stanza.name === 'message' ? 'message' : 'presence'])
        guarded(() => listener(stanza));
  }

  private answer(stanza: Element): void {
    try {
      this.send(stanza);
    } catch (error) {
      // Too large, or not XML: the one who asked has to hear something.
      if (error instanceof SessionError && error.code === 'protocol') {
        this.refuse(stanza);
        return;
      }
      stanza.attrs.xmlns ??= NS_CLIENT;
      this.resumption?.queue.push({ stanza, stamp: new Date(this.clock.now()).toISOString() });
    }
  }

  private refuse(answer: Element): void {
    const { id, to, type } = answer.attrs as Record<string, string>;
    if (type === 'error') return;
    const error = new StanzaError('internal-server-error').toElement();
    this.answer(xml('iq', { type: 'error', id, to }, error));
  }

  /** The stream is gone, or the attempt failed before there was one. */
  private ended(error: SessionError, final: boolean): void {
    this.stop();
    if (!this.resumption || final) this.lose();
    if (error.code === 'refused' || error.code === 'conflict') {
      this.lose();
      this.finished(error);
      return;
    }
    if (
      this.onlineAt !== undefined &&
      this.clock.now() - this.onlineAt >= this.timing.settled * 1000
    )
      this.failures = 0;
    this.onlineAt = undefined;
    const { retryBase: base, retryCap: cap } = this.timing;
    const seconds = backoff(this.failures++, {
      base,
      cap,
      random: this.options.random ?? Math.random,
    });
    this.timer = this.clock.setTimeout(() => this.start(), seconds * 1000);
    this.enter({ status: 'waiting', error, retryAt: this.clock.now() + seconds * 1000 });
  }

  /** Ends what is going on, and keeps what is needed to resume it. */
  private stop(): void {
    this.attempt++;
    this.clock.clearTimeout(this.timer);
    this.liveness?.stop();
    this.liveness = undefined;
    const { stream } = this;
    if (!stream) return;
    this.stream = undefined;
    stream.end(new SessionError('aborted', 'Another attempt takes over'));
    this.resumption = stream.resumption;
  }

  private lose(): void {
    this.resumption = undefined;
    this.requests.rejectAll(
      new SessionError(
        'lost',
        'The session ended before the answer: whether it was handled is unknown',
      ),
    );
  }

  private finish(): Promise<void> {
    if (this.state.status === 'closed') return Promise.resolve();
    const { stream } = this;
    const online = this.state.status === 'online';
    if (!stream || !online) {
      this.stop();
      this.finished();
      return Promise.resolve();
    }
    this.stream = undefined;
    this.liveness?.stop();
    return new Promise((resolve) => {
      const end = () => stream.end(new SessionError('closed', 'The link was closed'), true);
      const timer = this.clock.setTimeout(end, this.timing.close * 1000);
      this.closed = () => {
        this.clock.clearTimeout(timer);
        resolve();
      };
      this.finished();
      stream.close();
    });
  }

  private finished(error?: SessionError): void {
    this.forgetWake();
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.resumption = undefined;
    this.enter(error ? { status: 'closed', error } : { status: 'closed' });
    this.requests.rejectAll(error ?? new SessionError('closed', 'The link was closed'));
  }

  private enter(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners.state) guarded(() => listener(state));
  }
}

/** A listener of the application that throws must not end the session, nor pass unseen. */
function guarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    console.error(error);
  }
}

function userAgentElement({ id, software, device }: UserAgent): Element {
  return xml(
    'user-agent',
    { xmlns: NS_SASL2, id },
    software === undefined ? undefined : xml('software', {}, software),
    device === undefined ? undefined : xml('device', {}, device),
  );
}
