import {
  attribute,
  type Element,
  firstElement,
  type IqHandler,
  parseElement,
  type RequestOptions,
  type Session,
  SessionError,
  type SessionEvents,
  type SessionState,
  StanzaError,
  xml,
} from '@fjern/protocol';

export const tvJid = 'tv@house.local';

/** The server between the two: sees each stanza and does with it what it likes, once, twice, later or never. */
export type Server = (stanza: Element, deliver: (stanza: Element) => void) => void;
export type Way = 'to tv' | 'to remote';

const honest: Server = (stanza, deliver) => deliver(stanza);

abstract class EndSession implements Session {
  abstract jid: string;
  state: SessionState = { status: 'connecting' };
  private readonly handlers = new Map<string, IqHandler>();
  private readonly listeners: { [E in keyof SessionEvents]: Set<SessionEvents[E]> } = {
    state: new Set(),
    message: new Set(),
    presence: new Set(),
  };

  abstract send(stanza: Element): void;
  abstract request(iq: Element, options?: RequestOptions): Promise<Element>;

  handle(type: 'get' | 'set', xmlns: string, handler: IqHandler): () => void {
    this.handlers.set(`${type} ${xmlns}`, handler);
    return () => this.handlers.delete(`${type} ${xmlns}`);
  }

  on<E extends keyof SessionEvents>(event: E, listener: SessionEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  get listenerCount(): number {
    return Object.values(this.listeners).reduce((count, { size }) => count + size, 0);
  }

  async close(): Promise<void> {
    this.end();
  }

  end(error?: SessionError): void {
    if (this.state.status !== 'closed')
      this.enter(error ? { status: 'closed', error } : { status: 'closed' });
  }

  receive(stanza: Element): void {
    const event = stanza.getName() === 'message' ? 'message' : 'presence';
    for (const listener of [...this.listeners[event]]) listener(stanza);
  }

  protected async serve(iq: Element): Promise<Element> {
    const { id, to, from, type } = iq.attrs as Record<string, string>;
    const answer = { id, to: from, from: to };
    try {
      const payload = firstElement(iq);
      const handler = payload && this.handlers.get(`${type} ${payload.getNS()}`);
      if (!handler) throw new StanzaError('service-unavailable');
      const result = handler(payload, iq);
      // What is answered at once is answered in order.
      const done = result instanceof Promise ? await result : result;
      return xml('iq', { ...answer, type: 'result' }, done);
    } catch (error) {
      const known = error instanceof StanzaError ? error : new StanzaError('bad-request');
      return xml('iq', { ...answer, type: 'error' }, known.toElement());
    }
  }

  protected enter(state: SessionState): void {
    this.state = state;
    for (const listener of [...this.listeners.state]) listener(state);
  }
}

/** The remote's session. Its network is the test: see `server`. */
export class TestSession extends EndSession {
  jid = 'anna@house.local/phone';
  /** What the server does with what goes in either direction. */
  readonly server: Record<Way, Server> = { 'to tv': honest, 'to remote': honest };
  /** Everything that either end has sent, oldest first. */
  readonly sent: { way: Way; stanza: Element }[] = [];
  readonly tvs = new Set<TvSession>();
  private readonly pending = new Map<
    string,
    { resolve(iq: Element): void; reject(error: Error): void }
  >();
  private ids = 0;
  /** What arrives while the session may still be resumed. */
  private queue: Element[] = [];

  send(stanza: Element): void {
    if (this.state.status !== 'online') throw new SessionError('not-online', 'Not online');
    this.pass('to tv', stanza);
  }

  request(iq: Element, { signal, timeout = 30 }: RequestOptions = {}): Promise<Element> {
    return new Promise((resolve, reject) => {
      this.ids++;
      const id = `iq${this.ids}`;
      iq.attrs.id = id;
      this.send(iq);
      const settle = () => {
        clearTimeout(timer);
        abort?.removeEventListener('abort', onAbort);
        this.pending.delete(id);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => fail(new SessionError('timeout', 'Late')), timeout * 1000);
      const onAbort = () => fail(new SessionError('aborted', 'Aborted'));
      const abort = signal as (AbortSignal & EventTarget) | undefined;
      abort?.addEventListener('abort', onAbort);
      this.pending.set(id, {
        resolve(answer) {
          settle();
          resolve(answer);
        },
        reject: fail,
      });
    });
  }

  /** How often the remote has sent such a child. */
  count(way: Way, child: string): number {
    return this.sent.filter((entry) => entry.way === way && entry.stanza.getChild(child)).length;
  }

  online(resumed = false): void {
    const { queue } = this;
    this.queue = [];
    if (!resumed) this.rejectAll('lost');
    this.enter({ status: 'online', resumed });
    if (resumed) for (const stanza of queue) this.arrive(stanza);
  }

  down(): void {
    const error = new SessionError('unreachable', 'Cut');
    this.enter({ status: 'waiting', error, retryAt: Date.now() + 1000 });
  }

  override end(error?: SessionError): void {
    super.end(error);
    this.rejectAll('closed');
  }

  /** Through the server. Both ends parse what they get: they share no elements. */
  pass(way: Way, stanza: Element): void {
    const copy = parseElement(stanza.toString());
    this.sent.push({ way, stanza: copy });
    const deliver = (delivered: Element) => {
      const arrived = parseElement(delivered.toString());
      // Not within the turn in which it was sent.
      queueMicrotask(() => (way === 'to tv' ? this.route(arrived) : this.arrive(arrived)));
    };
    this.server[way](copy, deliver);
  }

  /** To the TVs with that address: RFC 6121 §8.5. */
  private route(stanza: Element): void {
    const to = attribute(stanza, 'to');
    stanza.attrs.from = this.jid;
    const reached = [...this.tvs].filter(
      ({ jid, state }) => state.status === 'online' && (to === tvJid || to === jid),
    );
    for (const tv of reached) tv.take(stanza);
    if (reached.length === 0 && stanza.getName() === 'iq')
      this.arrive(
        xml(
          'iq',
          { type: 'error', id: stanza.attrs.id, from: to },
          new StanzaError('service-unavailable').toElement(),
        ),
      );
  }

  private arrive(stanza: Element): void {
    if (this.state.status === 'waiting') this.queue.push(stanza);
    if (this.state.status !== 'online') return;
    if (stanza.getName() !== 'iq') {
      this.receive(stanza);
      return;
    }
    const pending = this.pending.get(attribute(stanza, 'id') ?? '');
    if (attribute(stanza, 'type') === 'result') pending?.resolve(stanza);
    else pending?.reject(StanzaError.fromStanza(stanza));
  }

  private rejectAll(code: 'lost' | 'closed'): void {
    for (const { reject } of [...this.pending.values()]) reject(new SessionError(code, code));
  }
}

/** The TV's session at the other end of a TestSession. */
export class TvSession extends EndSession {
  readonly jid: string;
  private readonly other: TestSession;

  constructor(other: TestSession, resource: string) {
    super();
    this.other = other;
    this.jid = `${tvJid}/${resource}`;
    this.state = { status: 'online', resumed: false };
    other.tvs.add(this);
  }

  send(stanza: Element): void {
    stanza.attrs.from = this.jid;
    this.other.pass('to remote', stanza);
  }

  request(): Promise<Element> {
    return Promise.reject(new SessionError('not-online', 'A TV asks nobody.'));
  }

  take(stanza: Element): void {
    if (stanza.getName() === 'iq') void this.serve(stanza).then((answer) => this.send(answer));
    else this.receive(stanza);
  }

  override end(): void {
    super.end();
    this.other.tvs.delete(this);
  }
}
