import {
  attribute,
  bareJid,
  decodeEnvelope,
  decodeHandshake,
  decodeSealed,
  decodeSealedError,
  type Element,
  encodeEarly,
  encodeEnvelope,
  encodeHandshake,
  encodeSealed,
  firstElement,
  NS_SEAL,
  ProtocolError,
  type RequestOptions,
  type SealCondition,
  type Sealed,
  type Session,
  SessionError,
  StanzaError,
  sealCondition,
  toText,
  xml,
} from '@fjern/protocol';
import { SealError } from '../errors.ts';
import { type KeyPair, toBase64Url } from '../keys.ts';
import { NoiseHandshake } from '../noise.ts';
import type { Primitives } from '../primitives/primitives.ts';
import { Channel, prologue } from './channel.ts';

export interface SealedClientOptions {
  session: Session;
  /** Bare JID of the TV, or the JID of its pairing service. */
  peer: string;
  /** How the two know each other: by their keys, or by a secret of 32 bytes that both were given. */
  keys: { own: KeyPair; peer: Uint8Array } | { psk: Uint8Array };
}

export interface EarlyRequest {
  type: 'get' | 'set';
  payload: Element;
}

/** In the order of the requests. */
export type EarlyAnswer = { payload: Element | undefined } | { error: StanzaError };

/** The peer knows this key and will not have it (any more): it says so itself, and why. */
export class PeerRefusal extends Error {
  override name = 'PeerRefusal';
  readonly content: Element[];

  constructor(content: Element[]) {
    super('The peer has ended its acquaintance with this key.');
    this.content = content;
  }
}

/** A sealed request reached nobody that could open it: an error from somewhere on the way, not the peer's word. */
export class UndeliveredError extends Error {
  override name = 'UndeliveredError';
  readonly code: SealCondition | 'bounced';
  override readonly cause: StanzaError;

  constructor(cause: StanzaError) {
    super(cause.message);
    this.code = sealCondition(cause) ?? 'bounced';
    this.cause = cause;
  }
}

export interface SealedClientEvents {
  /** What the peer tells of its own accord: the content of one envelope. */
  message: (content: Element[]) => void;
  /** Something that the peer sent has not arrived: what is known of its state may be out of date. */
  gap: () => void;
  /** Something was dropped that claimed to be from the peer. */
  error: (error: Error) => void;
}

export interface OpenOptions extends RequestOptions {
  /** A resource of the peer; without it, whichever is there answers. */
  to?: string;
  /** Called when the first message leaves and when the second is here: what it took between is the way's alone. */
  onstep?(step: 'sent' | 'answered'): void;
}

/** Seconds for the second message of a handshake. */
const handshakeTimeout = 10;
/** Milliseconds that a message may be late. */
const patience = 1000;
/** Milliseconds in which the peer's own answer may still follow an error, which anybody can make. */
const grace = 500;
/** Messages that are kept while the second message of a handshake is read; more is not honest. */
const maxHeld = 256;

/**
 * The end of a sealed session that starts it (a remote, a TV page). One session at a time: `open` makes a new one
 * and gives the one before up.
 */
export class SealedClient {
  private readonly primitives: Primitives;
  private readonly options: SealedClientOptions;
  private readonly listeners: { [E in keyof SealedClientEvents]: Set<SealedClientEvents[E]> } = {
    message: new Set(),
    gap: new Set(),
    error: new Set(),
  };
  private readonly stop: () => void;
  private current: { jid: string; channel: Channel } | undefined;
  private opening: ((message: Element) => void) | undefined;
  private giveUp: ((error: Error) => void) | undefined;
  /** Counts handshakes: one that another has followed has no effect any more. */
  private attempt = 0;
  /** What came while the second message was read, and may be of the session that it makes. */
  private held: Sealed[] | undefined;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(primitives: Primitives, options: SealedClientOptions) {
    this.primitives = primitives;
    this.options = options;
    this.stop = options.session.on('message', (message) => this.receive(message));
  }

  /** Full JID of the peer (its bare one if it has no resource); undefined while there is no session. */
  get jid(): string | undefined {
    return this.current?.jid;
  }

  /**
   * Makes a session: one round trip, in which `requests` are answered as well. They may reach the peer twice,
   * so they only read, or do what may be done again.
   * What the peer tells from then on is heard after the promise has resolved.
   * @throws SessionError `timeout`, `aborted`, `not-online`
   * @throws PeerRefusal; StanzaError when it was refused by somebody who may not be the peer
   * @throws SealError when what answered has not the peer's key
   */
  async open(
    requests: readonly EarlyRequest[],
    { to = this.options.peer, signal, timeout = handshakeTimeout, onstep }: OpenOptions = {},
  ): Promise<EarlyAnswer[]> {
    const { primitives } = this;
    const { session, peer, keys } = this.options;
    this.drop();
    const { attempt } = this;
    const noise = new NoiseHandshake(primitives, {
      pattern: 'psk' in keys ? 'NNpsk0' : 'IK',
      role: 'initiator',
      prologue: prologue(primitives, NS_SEAL, peer, session.jid),
      ...('psk' in keys ? { psk: keys.psk } : { s: keys.own, rs: keys.peer }),
    });
    const id = toBase64Url(primitives.random(9));
    const written = requests.map(({ type, payload }, index) =>
      encodeEarly(type, String(index), payload).toString(),
    );
    const first = await noise.write(primitives.toUtf8(encodeEnvelope(written.join(''))));
    if (signal?.aborted) throw aborted(signal);
    this.check(attempt);
    const answer = this.awaitAnswer(id, signal, timeout);
    try {
      const pattern = 'psk' in keys ? 'NNpsk0' : 'IK';
      session.send(encodeHandshake(to, { id, pattern, message: primitives.toBase64(first) }));
      onstep?.('sent');
    } catch (error) {
      this.giveUp?.(error instanceof Error ? error : new Error(String(error)));
    }
    const { from, message } = await answer;
    onstep?.('answered');
    try {
      const plaintext = await noise.read(primitives.fromBase64(message));
      this.check(attempt);
      const content = decodeEnvelope(primitives.fromUtf8(plaintext));
      if (content.some((element) => element.getName() !== 'iq')) throw new PeerRefusal(content);
      const channel = new Channel(primitives, noise, 'initiator');
      this.current = { jid: from, channel };
      const held = this.held ?? [];
      const hearAll = () => {
        for (const sealed of held) this.hear(sealed);
      };
      // After whoever waits for the answers has them.
      if (held.length > 0) setTimeout(hearAll);
      return requests.map((_, index) => earlyAnswer(content[index]));
    } finally {
      if (attempt === this.attempt) this.held = undefined;
    }
  }

  /**
   * Asks the peer, sealed. Resolves with the answer's payload.
   * @throws StanzaError as the peer answered
   * @throws UndeliveredError, SessionError; SealError when the answer is not the peer's
   */
  async request(
    type: 'get' | 'set',
    payload: Element,
    options?: RequestOptions,
  ): Promise<Element | undefined> {
    const { session } = this.options;
    const { current } = this;
    if (!current) throw new SessionError('not-online', 'There is no sealed session.');
    const { jid, channel } = current;
    const sealed = channel.seal(type, toText(payload));
    const { n } = sealed;
    let answer: Element;
    try {
      answer = await session.request(xml('iq', { type, to: jid }, encodeSealed(sealed)), options);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const [said] = this.opened(channel, () => {
        const inner = decodeSealedError(error);
        if (!inner) throw new UndeliveredError(error);
        return channel.open(`error ${n}`, inner);
      });
      throw StanzaError.fromElement(said);
    }
    const [result] = this.opened(channel, () => {
      const inner = firstElement(answer);
      if (!inner) throw new SealError('forged', 'The answer is not sealed.');
      return channel.open(`result ${n}`, decodeSealed(inner));
    });
    return result;
  }

  on<E extends keyof SealedClientEvents>(event: E, listener: SealedClientEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  /** Forgets the session, keys and all. What is being asked fails when its answer comes, or times out. */
  drop(): void {
    this.attempt += 1;
    this.held = undefined;
    clearTimeout(this.gapTimer);
    this.gapTimer = undefined;
    this.current = undefined;
    this.giveUp?.(overtaken());
  }

  close(): void {
    this.stop();
    this.drop();
  }

  private awaitAnswer(
    id: string,
    signal: AbortSignal | undefined,
    timeout: number,
  ): Promise<{ from: string; message: string }> {
    return new Promise((resolve, reject) => {
      let refusal: ReturnType<typeof setTimeout> | undefined;
      const settle = () => {
        clearTimeout(timer);
        clearTimeout(refusal);
        (signal as (AbortSignal & EventTarget) | undefined)?.removeEventListener('abort', onAbort);
        this.opening = undefined;
        this.giveUp = undefined;
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      const onAbort = () => fail(aborted(signal));
      const timer = setTimeout(
        () => fail(new SessionError('timeout', `No answer to the handshake within ${timeout} s.`)),
        timeout * 1000,
      );
      (signal as (AbortSignal & EventTarget) | undefined)?.addEventListener('abort', onAbort);
      this.giveUp = fail;
      this.opening = (stanza) => {
        const element = stanza.getChild('handshake', NS_SEAL);
        if (!element) return;
        try {
          const handshake = decodeHandshake(element);
          if (handshake.id !== id) return;
          if (attribute(stanza, 'type') === 'error') {
            const error = StanzaError.fromStanza(stanza);
            // So says the peer of a first message that somebody on the way has repeated, too.
            if (sealCondition(error) === 'unsealable')
              refusal ??= setTimeout(() => fail(error), grace);
            else fail(error);
            return;
          }
          settle();
          this.held = [];
          resolve({ from: attribute(stanza, 'from') ?? '', message: handshake.message });
        } catch (error) {
          this.report(error);
        }
      };
    });
  }

  private receive(stanza: Element): void {
    const from = attribute(stanza, 'from') ?? '';
    if (bareJid(from) !== this.options.peer) return;
    this.opening?.(stanza);
    const element = stanza.getChild('sealed', NS_SEAL);
    if (!element || attribute(stanza, 'type') === 'error') return;
    try {
      const sealed = decodeSealed(element);
      if (!this.held) this.hear(sealed);
      else if (this.held.length < maxHeld) this.held.push(sealed);
    } catch (error) {
      this.report(error);
    }
  }

  private hear(sealed: Sealed): void {
    const { current } = this;
    // From the session before: what it says comes again.
    if (!current || sealed.sid !== current.channel.sid) return;
    const { channel } = current;
    try {
      const content = this.opened(channel, () => channel.open('message', sealed));
      for (const listener of [...this.listeners.message]) listener(content);
    } catch (error) {
      this.report(error);
    }
  }

  private check(attempt: number): void {
    if (attempt !== this.attempt) throw overtaken();
  }

  private opened(channel: Channel, open: () => Element[]): Element[] {
    try {
      return open();
    } catch (error) {
      if (error instanceof SealError || error instanceof UndeliveredError) throw error;
      throw new SealError('malformed', 'What came is nothing sealed.', { cause: error });
    } finally {
      if (channel.missing > 0) this.awaitMissing(channel);
    }
  }

  /** What is late may be on its way through the session; what does not come was lost, or held back. */
  private awaitMissing(channel: Channel): void {
    this.gapTimer ??= setTimeout(() => {
      this.gapTimer = undefined;
      if (this.current?.channel !== channel || channel.missing === 0) return;
      channel.forgetMissing();
      for (const listener of [...this.listeners.gap]) listener();
    }, patience);
  }

  private report(error: unknown): void {
    const known = error instanceof SealError || error instanceof ProtocolError;
    const told = known ? error : new SealError('malformed', String(error), { cause: error });
    for (const listener of [...this.listeners.error]) listener(told);
  }
}

function earlyAnswer(iq: Element | undefined): EarlyAnswer {
  if (!iq) return { error: new StanzaError('service-unavailable') };
  if (attribute(iq, 'type') === 'error') return { error: StanzaError.fromStanza(iq) };
  return { payload: firstElement(iq) };
}

function overtaken(): SessionError {
  return new SessionError('aborted', 'Another handshake took the place of this one.');
}

function aborted(signal: AbortSignal | undefined): SessionError {
  const { reason } = (signal ?? {}) as { reason?: unknown };
  return new SessionError('aborted', 'The handshake was aborted.', { cause: reason });
}
