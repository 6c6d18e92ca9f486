import {
  decodePairingStatus,
  type Element,
  encodePairingRequest,
  encodeUnpair,
  firstElement,
  NS_PAIR,
  type PairingStatus,
  ProtocolError,
  type RequestOptions,
  type Session,
  SessionError,
  xml,
} from '@fjern/protocol';
import { type Clock, monotonicClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { type Authorize, senderOf } from '../remotes.ts';

/** Milliseconds after which a question without an answer is asked again. */
const retryAfter = 2000;

export interface WatchOptions {
  signal?: AbortSignal;
  clock?: Clock;
}

export interface WatchEvents {
  change: (status: PairingStatus) => void;
  /** The status could not be brought up to date; the last one stays. */
  error: (error: unknown) => void;
}

/** What the TV's page knows of pairing, kept up to date. */
export interface PairingWatch {
  readonly status: PairingStatus;
  /** For `createTv`. */
  readonly authorize: Authorize;
  /** For `createTv`: bare JIDs. */
  readonly remotes: () => string[];
  /** Ends the pairing with the remote of this id. @throws StanzaError, SessionError */
  unpair(id: string, options?: RequestOptions): Promise<void>;
  on<E extends keyof WatchEvents>(event: E, listener: WatchEvents[E]): () => void;
  close(): void;
}

/**
 * Follows the pairing service of the TV's domain from a session of the TV's account. Resolves with the first
 * status; waits for the session to come online, and asks again when it has lost its past.
 * @throws StanzaError the domain has no pairing service for this account
 * @throws SessionError the session has ended, or `aborted`
 */
export function watchPairing(
  session: Session,
  domain: string,
  { signal, clock = monotonicClock }: WatchOptions = {},
): Promise<PairingWatch> {
  return new Promise((resolve, reject) => {
    const watch = new Watch(session, domain, clock);
    const settle = (outcome: Watch | { error: unknown }) => {
      stopState();
      stopFirst();
      stopError();
      signal?.removeEventListener('abort', onAbort);
      if (outcome instanceof Watch) return resolve(outcome);
      watch.close();
      reject(outcome.error);
    };
    const onAbort = () =>
      settle({
        error: new SessionError('aborted', 'Watching was aborted.', { cause: signal?.reason }),
      });
    const stopFirst = watch.on('change', () => settle(watch));
    const stopError = watch.on('error', (error) => settle({ error }));
    const stopState = session.on('state', (state) => {
      if (state.status === 'closed') settle({ error: state.error ?? closed() });
    });
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    else if (session.state.status === 'closed') settle({ error: session.state.error ?? closed() });
    else watch.start();
  });
}

function closed(): SessionError {
  return new SessionError('closed', 'The session is closed.');
}

class Watch implements PairingWatch {
  private readonly session: Session;
  private readonly domain: string;
  private readonly clock: Clock;
  private readonly events = new Emitter<WatchEvents>((error) => this.events.emit('error', error));
  private readonly abort = new AbortController();
  private readonly stops: (() => void)[];
  private current: PairingStatus = { name: '', remotes: [] };
  private names = new Map<string, string>();
  private retry: unknown;
  /** Counts questions and news: an answer that was overtaken by either is out of date. */
  private age = 0;

  constructor(session: Session, domain: string, clock: Clock) {
    this.session = session;
    this.domain = domain;
    this.clock = clock;
    this.stops = [
      session.on('state', (state) => {
        if (state.status === 'online' && !state.resumed) this.start();
      }),
      session.on('message', (message) => {
        const payload = message.getChild('pairing', NS_PAIR);
        if (senderOf(message) === domain && payload) this.take(payload);
      }),
    ];
  }

  get status(): PairingStatus {
    return this.current;
  }

  readonly authorize: Authorize = (jid) => {
    const name = this.names.get(jid);
    return name === undefined ? undefined : { name };
  };

  readonly remotes = (): string[] => [...this.names.keys()];

  async unpair(id: string, options?: RequestOptions): Promise<void> {
    await this.session.request(
      xml('iq', { type: 'set', to: this.domain }, encodeUnpair(id)),
      options,
    );
  }

  on<E extends keyof WatchEvents>(event: E, listener: WatchEvents[E]): () => void {
    return this.events.on(event, listener);
  }

  start(): void {
    if (this.session.state.status === 'online') void this.fetch();
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.clock.clearTimeout(this.retry);
    this.abort.abort();
    this.events.clear();
  }

  /** Never rejects. */
  private async fetch(): Promise<void> {
    const age = ++this.age;
    this.clock.clearTimeout(this.retry);
    try {
      const result = await this.session.request(
        xml('iq', { type: 'get', to: this.domain }, encodePairingRequest()),
        { signal: this.abort.signal, timeout: 10 },
      );
      if (age === this.age) this.take(firstElement(result) ?? result);
    } catch (error) {
      if (age !== this.age || this.abort.signal.aborted) return;
      // What fails for want of a connection is asked again when there is one.
      if (!(error instanceof SessionError)) this.events.emit('error', error);
      else if (error.code === 'timeout')
        this.retry = this.clock.setTimeout(() => this.start(), retryAfter);
    }
  }

  private take(payload: Element): void {
    try {
      this.current = decodePairingStatus(payload);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.events.emit('error', error);
      return;
    }
    this.age++;
    this.names = new Map(
      this.current.remotes.map(({ id, name }) => [`${id}@${this.domain}`, name]),
    );
    this.events.emit('change', this.current);
  }
}
