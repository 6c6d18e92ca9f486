import { randomUUID } from 'node:crypto';
import {
  attribute,
  type Element,
  firstElement,
  type IqHandler,
  NS_CLIENT,
  ProtocolError,
  type RequestOptions,
  type Session,
  SessionError,
  type SessionEvents,
  type SessionState,
  StanzaError,
} from '@fjern/protocol';
import type { Endpoint, Router } from './router.ts';
import { errorReply, resultReply } from './stanza.ts';

const defaultTimeout = 30;

interface Pending {
  to: string | undefined;
  settle(outcome: Element | Error): void;
}

export interface LocalSessionOptions {
  jid: string;
  bare: string;
  kind: 'account' | 'service';
  router: Router;
  /** Takes what a handler or listener threw, other than to answer with it. */
  onError: (error: unknown) => void;
}

/** A session of this process: no socket and no text, elements go straight to the handlers. */
export class LocalSession implements Session, Endpoint {
  readonly jid: string;
  readonly bare: string;
  readonly kind: 'account' | 'service';
  presence: Element | undefined;
  readonly directed = new Set<Endpoint>();
  private currentState: SessionState = { status: 'online', resumed: false };
  private readonly router: Router;
  private readonly onError: (error: unknown) => void;
  private readonly handlers = new Map<string, IqHandler>();
  private readonly pending = new Map<string, Pending>();
  private readonly listeners: { [E in keyof SessionEvents]: Set<SessionEvents[E]> } = {
    state: new Set(),
    message: new Set(),
    presence: new Set(),
  };

  constructor(options: LocalSessionOptions) {
    this.jid = options.jid;
    this.bare = options.bare;
    this.kind = options.kind;
    this.router = options.router;
    this.onError = options.onError;
  }

  get state(): SessionState {
    return this.currentState;
  }

  /** The namespaces that have a handler: what disco#info says of the service. */
  get handledNamespaces(): string[] {
    return [...new Set([...this.handlers.keys()].map((key) => key.slice(key.indexOf(' ') + 1)))];
  }

  send(stanza: Element): void {
    this.assertOnline();
    stanza.attrs.xmlns = NS_CLIENT;
    this.router.route(this, stanza);
  }

  request(iq: Element, options: RequestOptions = {}): Promise<Element> {
    const { signal, timeout = defaultTimeout } = options;
    return new Promise((resolve, reject) => {
      this.assertOnline();
      if (signal?.aborted)
        throw new SessionError('aborted', 'The request was aborted.', { cause: signal.reason });
      const id = randomUUID();
      const settle = (outcome: Element | Error) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.pending.delete(id);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const onAbort = () =>
        settle(new SessionError('aborted', 'The request was aborted.', { cause: signal?.reason }));
      const timer = setTimeout(
        () => settle(new SessionError('timeout', `No answer within ${timeout} s.`)),
        timeout * 1000,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, { to: attribute(iq, 'to'), settle });
      Object.assign(iq.attrs, { xmlns: NS_CLIENT, id });
      this.router.route(this, iq);
    });
  }

  handle(type: 'get' | 'set', xmlns: string, handler: IqHandler): () => void {
    const key = `${type} ${xmlns}`;
    if (this.handlers.has(key)) throw new Error(`There is a handler for ${key} already.`);
    this.handlers.set(key, handler);
    return () => {
      if (this.handlers.get(key) === handler) this.handlers.delete(key);
    };
  }

  on<E extends keyof SessionEvents>(event: E, listener: SessionEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  async close(): Promise<void> {
    this.end(undefined);
  }

  displace(): void {
    this.end(
      new SessionError('conflict', 'Another session of this account took its place.', {
        condition: 'conflict',
      }),
    );
  }

  /** From the router. */
  deliver(stanza: Element): void {
    if (this.currentState.status !== 'online') return;
    if (stanza.name === 'message') {
      this.emit('message', stanza);
      return;
    }
    if (stanza.name === 'presence') {
      this.emit('presence', stanza);
      return;
    }
    const type = attribute(stanza, 'type');
    if (type === 'get' || type === 'set') this.answer(type, stanza);
    else this.settle(stanza);
  }

  private answer(type: 'get' | 'set', iq: Element): void {
    const payload = firstElement(iq);
    const handler = payload && this.handlers.get(`${type} ${payload.getNS()}`);
    if (!handler) {
      this.refuse(iq, new StanzaError('service-unavailable'));
      return;
    }
    // Answered in the same turn when the handler is synchronous: this path is hot.
    try {
      const result = handler(payload, iq);
      if (result instanceof Promise) {
        result.then(
          (value) => this.reply(resultReply(iq, value)),
          (error: unknown) => this.refuse(iq, error),
        );
      } else this.reply(resultReply(iq, result));
    } catch (error) {
      this.refuse(iq, error);
    }
  }

  private refuse(iq: Element, error: unknown): void {
    this.reply(errorReply(iq, this.toStanzaError(error)));
  }

  private toStanzaError(error: unknown): StanzaError {
    if (error instanceof StanzaError) return error;
    if (error instanceof ProtocolError)
      return new StanzaError('bad-request', { text: error.message });
    this.onError(error);
    return new StanzaError('internal-server-error');
  }

  private reply(stanza: Element): void {
    if (this.currentState.status === 'online') this.router.route(this, stanza);
  }

  private settle(answer: Element): void {
    const pending = this.pending.get(attribute(answer, 'id') ?? '');
    // Only from whom it was asked; the own account answers without a `from` what was sent to nobody.
    if (!pending || attribute(answer, 'from') !== pending.to) return;
    pending.settle(attribute(answer, 'type') === 'error' ? StanzaError.fromStanza(answer) : answer);
  }

  private end(error: SessionError | undefined): void {
    if (this.currentState.status === 'closed') return;
    this.currentState = { status: 'closed', ...(error ? { error } : {}) };
    this.router.remove(this);
    for (const { settle } of [...this.pending.values()])
      settle(new SessionError('lost', 'The session ended before the answer came.'));
    this.emit('state', this.currentState);
  }

  private emit<E extends keyof SessionEvents>(
    event: E,
    value: Parameters<SessionEvents[E]>[0],
  ): void {
    for (const listener of [...this.listeners[event]]) {
      try {
        (listener as (value: Parameters<SessionEvents[E]>[0]) => void)(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  private assertOnline(): void {
    if (this.currentState.status !== 'online')
      throw new SessionError('not-online', 'The session is closed.');
  }
}
