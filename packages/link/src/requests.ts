import {
  attribute,
  childElements,
  type Element,
  InFlight,
  type IqHandler,
  NS_PING,
  ProtocolError,
  type RequestOptions,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { Clock } from './platform.ts';

export interface RequestsOptions {
  clock: Clock;
  domain: string;
  /** Seconds; for calls that give none. */
  timeout: number;
  /** Our full JID now. */
  jid(): string;
  /** @throws SessionError when the stanza cannot be sent */
  send(stanza: Element): void;
  /** Sends an answer, also when the session is down but may be resumed; else drops it. Never throws. */
  answer(stanza: Element): void;
}

interface Pending {
  id: string;
  to: string | undefined;
  resolve(result: Element): void;
  reject(error: Error): void;
  timer: unknown;
  abandon: (() => void) | undefined;
}

/** IQ, both ways (RFC 6120 §8.2.3): what we asked, and what we answer. */
export class Requests {
  private readonly pending = new InFlight<Pending>();
  private readonly handlers = new Map<string, IqHandler>();
  private readonly options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.pending.size;
  }

  request(iq: Element, { signal, timeout = this.options.timeout }: RequestOptions = {}) {
    return new Promise<Element>((resolve, reject) => {
      const abort = signal as (AbortSignal & EventTarget) | undefined;
      if (abort?.aborted) throw new SessionError('aborted', 'The request was aborted');
      const id = randomId();
      iq.attrs.id = id;
      this.options.send(iq);
      const give = (error: SessionError) => this.take(id)?.reject(error);
      const timer = this.options.clock.setTimeout(
        () => give(new SessionError('timeout', `No answer within ${timeout} s`)),
        timeout * 1000,
      );
      let abandon: (() => void) | undefined;
      if (abort) {
        const onAbort = () => give(new SessionError('aborted', 'The request was aborted'));
        abort.addEventListener('abort', onAbort);
        abandon = () => abort.removeEventListener('abort', onAbort);
      }
      this.pending.set(id, { id, to: attribute(iq, 'to'), resolve, reject, timer, abandon });
    });
  }

  handle(type: 'get' | 'set', xmlns: string, handler: IqHandler): () => void {
    const key = `${type} ${xmlns}`;
    if (this.handlers.has(key)) throw new Error(`IQs of type ${key} already have a handler`);
    this.handlers.set(key, handler);
    return () => {
      if (this.handlers.get(key) === handler) this.handlers.delete(key);
    };
  }

  /** Rejects everything that waits. */
  rejectAll(error: SessionError): void {
    for (const { id } of this.pending.all()) this.take(id)?.reject(error);
  }

  /** Takes an IQ that came in. Never throws. */
  receive(iq: Element): void {
    const type = attribute(iq, 'type');
    if (type === 'result' || type === 'error') this.settle(iq, type);
    else if (attribute(iq, 'id') !== undefined) void this.serve(iq, type);
  }

  private settle(iq: Element, type: 'result' | 'error'): void {
    const id = attribute(iq, 'id');
    const pending = id === undefined ? undefined : this.pending.get(id);
    if (!id || !pending || !this.isFrom(attribute(iq, 'from'), pending.to)) return;
    this.take(id);
    if (type === 'result') pending.resolve(iq);
    else pending.reject(StanzaError.fromStanza(iq));
  }

  private take(id: string): Pending | undefined {
    const pending = this.pending.take(id);
    if (!pending) return undefined;
    this.options.clock.clearTimeout(pending.timer);
    pending.abandon?.();
    return pending;
  }

  /**
   * Whether an answer from `from` answers what was asked of `to`. A server answers for our account
   * and for itself with no `from`, our bare or full JID, or its domain (RFC 6120 §8.1.2.1, §10.3).
   */
  private isFrom(from: string | undefined, to: string | undefined): boolean {
    const asked = to === undefined ? undefined : comparable(to);
    const answered = from === undefined ? undefined : comparable(from);
    if (answered === asked) return true;
    const domain = this.options.domain.toLowerCase();
    const own = comparable(this.options.jid());
    const ownBare = own.split('/', 1)[0];
    if (asked === undefined) return answered === ownBare || answered === own || answered === domain;
    return answered === undefined && (asked === ownBare || asked === domain);
  }

  private async serve(iq: Element, type: string | undefined): Promise<void> {
    const reply = (kind: 'result' | 'error', child: Element | undefined) =>
      this.options.answer(
        xml('iq', { type: kind, id: attribute(iq, 'id'), to: attribute(iq, 'from') }, child),
      );
    try {
      const [payload, second] = childElements(iq);
      if ((type !== 'get' && type !== 'set') || !payload || second)
        throw new StanzaError('bad-request');
      const xmlns = payload.getNS() ?? '';
      const handler = this.handlers.get(`${type} ${xmlns}`);
      const isPing = type === 'get' && xmlns === NS_PING;
      if (!handler && !isPing) throw new StanzaError('service-unavailable');
      // Awaited only if it must be: the answer leaves in the turn in which the question came.
      const result = handler?.(payload, iq);
      reply('result', result instanceof Promise ? await result : result);
    } catch (error) {
      reply('error', asStanzaError(error).toElement());
    }
  }
}

function asStanzaError(error: unknown): StanzaError {
  if (error instanceof StanzaError) return error;
  if (error instanceof ProtocolError)
    return new StanzaError('bad-request', { text: error.message });
  // What went wrong inside is nobody's business outside.
  return new StanzaError('internal-server-error');
}

/** Local part and domain compare without regard to case (RFC 7622 §3.2, §3.3), the resource with. */
function comparable(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid.toLowerCase() : jid.slice(0, slash).toLowerCase() + jid.slice(slash);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const pool = new Uint8Array(8192);
let drawn = pool.length;

/** 16 characters, 96 bits: nobody guesses the id of a request that was not sent to them. */
export function randomId(): string {
  if (drawn === pool.length) {
    crypto.getRandomValues(pool);
    drawn = 0;
  }
  let id = '';
  for (let i = 0; i < 16; i++) id += alphabet.charAt((pool[drawn++] ?? 0) & 63);
  return id;
}
