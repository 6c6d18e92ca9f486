import {
  type Approval,
  childElements,
  decodeIdentity,
  decodeKnownRemote,
  decodePairingStatus,
  type Element,
  encodeApproval,
  encodeEdit,
  encodeIdentityRequest,
  encodeOfferRequest,
  encodePairingRequest,
  encodeRevoke,
  NS_PAIR,
  type PairingStatus,
  ProtocolError,
  type RemoteEdit,
  type RequestOptions,
  type Revocation,
  type Role,
  type Session,
  SessionError,
  StanzaError,
} from '@fjern/protocol';
import {
  createSealedClient,
  fromBase64Url,
  type SealedClient,
  UndeliveredError,
} from '@fjern/seal';
import { type Clock, monotonicClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import type { PairedKey, RemoteDirectory } from '../remotes.ts';
import { screenPsk } from './screen-psk.ts';

/** Milliseconds after which what had no answer is tried again. */
const retryAfter = 2000;
/** Seconds for each question. */
const questionTimeout = 10;

export interface WatchOptions {
  /** The token that this session logged in with; secret. */
  token: string;
  signal?: AbortSignal;
  clock?: Clock;
}

export interface WatchEvents {
  change: (status: PairingStatus) => void;
  /** The status could not be brought up to date; the last one stays. */
  error: (error: unknown) => void;
}

/**
 * What the TV's page knows of pairing, kept up to date, and what it may do about it. What it does fails with
 * StanzaError as answered, with UndeliveredError or SessionError where it may not have arrived.
 */
export interface PairingWatch {
  readonly status: PairingStatus;
  /** The TV's private key, 32 bytes: for `createTv`. */
  readonly identity: Uint8Array;
  /** For `createTv`. */
  readonly directory: RemoteDirectory;
  /** Lets a waiting remote in or not, with another role than the offer's if one is given. */
  approve(id: string, allow: boolean, role?: Role, options?: RequestOptions): Promise<void>;
  /** Shows another code, for this role. */
  offer(role: Role, options?: RequestOptions): Promise<void>;
  revoke(id: string, options?: RequestOptions): Promise<void>;
  edit(edit: RemoteEdit, options?: RequestOptions): Promise<void>;
  on<E extends keyof WatchEvents>(event: E, listener: WatchEvents[E]): () => void;
  close(): void;
}

/**
 * Follows the pairing service of the TV's domain from a session of the TV's account. Resolves with the first
 * status; waits for the session to come online, and asks again when it has lost its past.
 * @throws StanzaError the service knows no such token
 * @throws SessionError the session has ended, or `aborted`
 */
export function watchPairing(
  session: Session,
  domain: string,
  { token, signal, clock = monotonicClock }: WatchOptions,
): Promise<PairingWatch> {
  return new Promise((resolve, reject) => {
    const watch = new Watch(session, domain, token, clock);
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

/** Who is in the status, by key. */
interface Known {
  remotes: Map<string, PairedKey>;
  revoked: Map<string, Revocation>;
  jids: string[];
}

class Watch implements PairingWatch {
  readonly directory: RemoteDirectory = {
    find: (key) => this.find(key),
    jids: () => this.known.jids,
  };
  private readonly session: Session;
  private readonly domain: string;
  private readonly clock: Clock;
  private readonly client: SealedClient;
  private readonly events = new Emitter<WatchEvents>((error) => this.events.emit('error', error));
  private readonly abort = new AbortController();
  private readonly stops: (() => void)[];
  private current: PairingStatus = { name: '', requests: [], remotes: [], revoked: [] };
  private privateKey: Uint8Array = new Uint8Array(0);
  private known: Known = { remotes: new Map(), revoked: new Map(), jids: [] };
  private retry: unknown;
  /** The last attempt; resolves whatever comes of it. */
  private opening: Promise<void> = Promise.resolve();
  /** Counts attempts: what an earlier one brings is out of date. */
  private attempt = 0;

  constructor(session: Session, domain: string, token: string, clock: Clock) {
    this.session = session;
    this.domain = domain;
    this.clock = clock;
    this.client = createSealedClient({ session, peer: domain, keys: { psk: screenPsk(token) } });
    this.stops = [
      session.on('state', (state) => {
        if (state.status === 'online' && !state.resumed) this.start();
      }),
      this.client.on('message', (content) => {
        for (const element of content) if (element.is('pairing', NS_PAIR)) this.take(element);
      }),
      this.client.on('gap', () => this.start()),
      this.client.on('error', (error) => this.events.emit('error', error)),
    ];
  }

  get status(): PairingStatus {
    return this.current;
  }

  get identity(): Uint8Array {
    return this.privateKey;
  }

  approve(id: string, allow: boolean, role?: Role, options?: RequestOptions): Promise<void> {
    const approval: Approval = { id, allow, ...(role === undefined ? {} : { role }) };
    return this.act(encodeApproval(approval), options);
  }

  offer(role: Role, options?: RequestOptions): Promise<void> {
    return this.act(encodeOfferRequest(role), options);
  }

  revoke(id: string, options?: RequestOptions): Promise<void> {
    return this.act(encodeRevoke(id), options);
  }

  edit(edit: RemoteEdit, options?: RequestOptions): Promise<void> {
    return this.act(encodeEdit(edit), options);
  }

  on<E extends keyof WatchEvents>(event: E, listener: WatchEvents[E]): () => void {
    return this.events.on(event, listener);
  }

  start(): void {
    if (this.session.state.status === 'online') this.opening = this.open();
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.clock.clearTimeout(this.retry);
    this.abort.abort();
    this.client.close();
    this.events.clear();
  }

  /** Never rejects. */
  private async open(): Promise<void> {
    const attempt = ++this.attempt;
    this.clock.clearTimeout(this.retry);
    const { client } = this;
    const options = { signal: this.abort.signal, timeout: questionTimeout };
    try {
      await client.open([], options);
      const identity = await client.request('get', encodeIdentityRequest(), options);
      const status = await client.request('get', encodePairingRequest(), options);
      if (attempt !== this.attempt || !identity || !status) return;
      this.privateKey = fromBase64Url(decodeIdentity(identity));
      this.take(status);
    } catch (error) {
      if (attempt !== this.attempt || this.abort.signal.aborted) return;
      this.onFailure(error);
    }
  }

  /** What fails for want of a connection is asked again when there is one; what may pass, after a while. */
  private onFailure(error: unknown): void {
    if (error instanceof SessionError && error.code !== 'timeout') return;
    const passes =
      error instanceof SessionError ||
      error instanceof UndeliveredError ||
      (error instanceof StanzaError && error.type === 'wait');
    if (passes) this.retry = this.clock.setTimeout(() => this.start(), retryAfter);
    else this.events.emit('error', error);
  }

  private async act(payload: Element, options?: RequestOptions): Promise<void> {
    await this.opening;
    try {
      await this.client.request('set', payload, options);
    } catch (error) {
      // The service has been started anew: nobody has read it.
      if (!(error instanceof UndeliveredError) || error.code !== 'no-session') throw error;
      this.start();
      await this.opening;
      await this.client.request('set', payload, options);
    }
  }

  private find(key: string): PairedKey | { revoked: Revocation } | undefined {
    const remote = this.known.remotes.get(key);
    if (remote) return remote;
    const revoked = this.known.revoked.get(key);
    return revoked && { revoked };
  }

  private take(element: Element): void {
    try {
      const status = decodePairingStatus(element);
      this.known = read(status, systemRemotes(element), this.domain);
      this.current = status;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.events.emit('error', error);
      return;
    }
    this.events.emit('change', this.current);
  }
}

function read(
  { remotes, revoked }: PairingStatus,
  system: PairingStatus['remotes'],
  domain: string,
): Known {
  return {
    remotes: new Map([...remotes, ...system].map(({ key, name, grant }) => [key, { name, grant }])),
    revoked: new Map(revoked.map(({ key, ...revocation }) => [key, revocation])),
    jids: remotes.map(({ id }) => `${id}@${domain}`),
  };
}

/** Those of the TV itself. @throws ProtocolError */
function systemRemotes(element: Element): PairingStatus['remotes'] {
  return element
    .getChildren('system', NS_PAIR)
    .flatMap((system) => childElements(system).map(decodeKnownRemote));
}
