import {
  attribute,
  bareJid,
  decodeEnvelope,
  decodeHandshake,
  decodeSealed,
  type Element,
  encodeEarly,
  encodeEnvelope,
  encodeHandshake,
  encodeSealed,
  encodeSealedError,
  encodeSealedMessage,
  firstElement,
  type Handshake,
  InFlight,
  isToken,
  NS_CLIENT,
  NS_SEAL,
  ProtocolError,
  type Session,
  SessionError,
  StanzaError,
  sealError,
  toText,
  xml,
} from '@fjern/protocol';
import { SealError } from '../errors.ts';
import { type KeyPair, toBase64Url } from '../keys.ts';
import { maxMessageLength, NoiseHandshake } from '../noise.ts';
import { type Primitives, tagLength } from '../primitives/primitives.ts';
import { Channel, prologue } from './channel.ts';

/** One session of somebody at the other end. */
export interface SealedPeer {
  /** Full JID. */
  readonly jid: string;
  /** Its public key, base64url; undefined for one that came with the shared secret. */
  readonly key: string | undefined;
}

/** Whether the holder of a key gets a session; a farewell tells one that was known once why it gets none. */
export type Admission = 'welcome' | { farewell: Element } | undefined;

/**
 * Returns the payload of the result, or throws as an `IqHandler` does.
 * @param early it came with a handshake: perhaps not for the first time
 */
export type SealedHandler = (
  payload: Element,
  peer: SealedPeer,
  early: boolean,
) => Element | undefined | Promise<Element | undefined>;

export interface SealedServerOptions {
  session: Session;
  /** The TV's. */
  key: KeyPair;
  /** @param key public, base64url */
  admit(key: string): Admission;
  /** 32 bytes: lets in who has the same. */
  psk?: Uint8Array;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Takes what a handler threw that is no answer. */
  onerror(error: unknown): void;
}

export interface SealedServerEvents {
  /** Somebody has a session. */
  open: (peer: SealedPeer) => void;
  /** That session is over: nothing can be sent to this peer any more. */
  close: (peer: SealedPeer) => void;
}

const limits = {
  /** Sessions in all; the oldest gives way. */
  sessions: 512,
  /** Full JIDs of one key. */
  perKey: 16,
  /** Handshakes of one bare JID at once, and how many more it may make a second. */
  handshakeBurst: 16,
  handshakesPerSecond: 1,
  /** Bare JIDs whose handshakes are counted. */
  counted: 1024,
  /** First messages that are known again when they are repeated. */
  ephemerals: 4096,
};

interface Entry extends SealedPeer {
  /** Undefined until the second message of the handshake is written. */
  channel: Channel | undefined;
  /** Whether the other end has shown that it could read that: nobody who repeats a first message can. */
  confirmed: boolean;
  /** What is to be told as soon as there is a channel. */
  waiting: Element[];
  /** Answers that are not there yet, by the counter of their request. */
  readonly answering: InFlight<Promise<Element>>;
}

/** The end of sealed sessions that answers: a TV agent, a pairing service. Never throws at what comes in. */
export class SealedServer {
  private readonly primitives: Primitives;
  private readonly options: SealedServerOptions;
  private readonly handlers = new Map<string, { handler: SealedHandler; early: boolean }>();
  private readonly entries = new Set<Entry>();
  private readonly bySid = new Map<string, Entry>();
  private readonly ephemerals = new Set<string>();
  private readonly handshakes = new Map<string, { tokens: number; at: number }>();
  private readonly listeners: { [E in keyof SealedServerEvents]: Set<SealedServerEvents[E]> } = {
    open: new Set(),
    close: new Set(),
  };
  private readonly stops: (() => void)[];

  constructor(primitives: Primitives, options: SealedServerOptions) {
    const { session } = options;
    this.primitives = primitives;
    this.options = options;
    this.stops = [
      session.on('message', (message) => this.receive(message)),
      session.handle('get', NS_SEAL, (payload, iq) => this.answer('get', payload, iq)),
      session.handle('set', NS_SEAL, (payload, iq) => this.answer('set', payload, iq)),
      session.on('presence', (presence) => {
        if (attribute(presence, 'type') === 'unavailable') this.left(attribute(presence, 'from'));
      }),
      session.on('state', (state) => {
        // A session without a past: what was on its way to the others is lost, and so is their trust in order.
        if (state.status === 'closed' || (state.status === 'online' && !state.resumed))
          this.clear();
      }),
    ];
  }

  /** Those who have shown that they hold their key. */
  get peers(): SealedPeer[] {
    return [...this.entries].filter(({ confirmed }) => confirmed);
  }

  /**
   * Answers sealed requests of `type` whose payload is in `xmlns`; one handler each.
   * Returns the function that removes it.
   * @param early whether it may come with the handshake, that is more than once
   */
  handle(
    type: 'get' | 'set',
    xmlns: string,
    handler: SealedHandler,
    { early = false }: { early?: boolean } = {},
  ): () => void {
    const registered = { handler, early };
    const name = `${type} ${xmlns}`;
    this.handlers.set(name, registered);
    return () => {
      if (this.handlers.get(name) === registered) this.handlers.delete(name);
    };
  }

  /** Tells a peer. Nothing happens if its session is over. */
  send(peer: SealedPeer, payload: Element): void {
    const entry = peer as Entry;
    if (!this.entries.has(entry)) return;
    if (entry.channel) this.tell(entry, entry.channel, payload);
    else entry.waiting.push(payload);
  }

  /** Ends every session of a key, after a last word. */
  end(key: string, farewell?: Element): void {
    for (const entry of [...this.entries]) {
      if (entry.key !== key) continue;
      if (farewell) this.send(entry, farewell);
      this.remove(entry);
    }
  }

  on<E extends keyof SealedServerEvents>(event: E, listener: SealedServerEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.clear();
  }

  private receive(message: Element): void {
    const from = attribute(message, 'from') ?? '';
    const element = message.getChild('handshake', NS_SEAL);
    if (attribute(message, 'type') === 'error') {
      if (!element) this.bounced(from, message.getChild('sealed', NS_SEAL));
      return;
    }
    if (!element) return;
    let handshake: Handshake;
    try {
      handshake = decodeHandshake(element);
    } catch (error) {
      // Without an id there is nothing to answer to.
      const id = attribute(element, 'id');
      if (id !== undefined && isToken(id)) this.refuse(from, { id, pattern: 'IK' }, error);
      return;
    }
    this.respond(from, handshake).catch((error: unknown) => this.refuse(from, handshake, error));
  }

  private async respond(from: string, { id, pattern, message }: Handshake): Promise<void> {
    const { primitives } = this;
    const { session, key: s, psk, admit } = this.options;
    this.countHandshake(bareJid(from));
    this.refuseRepeat(message);
    if (pattern === 'NNpsk0' && !psk) throw refused();
    const noise = new NoiseHandshake(primitives, {
      pattern,
      role: 'responder',
      prologue: prologue(primitives, NS_SEAL, bareJid(session.jid), from),
      ...(pattern === 'NNpsk0' && psk ? { psk } : { s }),
    });
    const opened = await noise.read(primitives.fromBase64(message));
    const key = noise.remoteStatic && toBase64Url(noise.remoteStatic);
    const admission = key === undefined ? 'welcome' : admit(key);
    if (!admission) throw refused();
    const reply = async (content: string) => {
      const second = await noise.write(primitives.toUtf8(encodeEnvelope(content)));
      return encodeHandshake(from, { id, pattern, message: primitives.toBase64(second) });
    };
    if (admission !== 'welcome') {
      session.send(await reply(admission.farewell.toString()));
      return;
    }
    const entry: Entry = {
      jid: from,
      key,
      channel: undefined,
      confirmed: false,
      waiting: [],
      answering: new InFlight(),
    };
    this.add(entry);
    try {
      const requests = decodeEnvelope(primitives.fromUtf8(opened));
      const answers = await Promise.all(requests.map((iq) => this.answerEarly(iq, entry)));
      const second = await reply(fitting(primitives, answers));
      if (!this.entries.has(entry)) return;
      const channel = new Channel(primitives, noise, 'responder');
      session.send(second);
      entry.channel = channel;
      this.bySid.set(channel.sid, entry);
      for (const payload of entry.waiting.splice(0)) this.tell(entry, channel, payload);
    } catch (error) {
      this.remove(entry);
      throw error;
    }
  }

  private async answerEarly(iq: Element, peer: SealedPeer): Promise<Element> {
    const id = attribute(iq, 'id') ?? '';
    const type = attribute(iq, 'type');
    const payload = firstElement(iq);
    try {
      if (iq.getName() !== 'iq' || (type !== 'get' && type !== 'set') || !payload)
        throw new StanzaError('bad-request');
      const known = this.handlers.get(`${type} ${payload.getNS()}`);
      if (!known) throw new StanzaError('service-unavailable');
      if (!known.early)
        throw new StanzaError('not-allowed', { text: 'This is not asked with a handshake.' });
      return encodeEarly('result', id, await known.handler(payload, peer, true));
    } catch (error) {
      return encodeEarly('error', id, this.toStanzaError(error).toElement());
    }
  }

  private answer(type: 'get' | 'set', payload: Element, iq: Element): Element | Promise<Element> {
    const from = attribute(iq, 'from');
    const sealed = decodeSealed(payload);
    const { n, sid } = sealed;
    const entry = this.bySid.get(sid);
    const channel = entry?.channel;
    if (!channel || entry.jid !== from) throw sealError('no-session', 'There is no such session.');
    // A way that says everything twice would otherwise have the refusal of the one before the answer to the other.
    const underWay = entry.answering.get(String(n));
    if (underWay) return underWay;
    let request: Element | undefined;
    try {
      [request] = channel.open(type, sealed);
    } catch {
      throw sealError('unsealable', 'It does not open.');
    }
    this.confirm(entry);
    const succeed = (result: Element | undefined) =>
      encodeSealed(channel.seal(`result ${n}`, result ? toText(result) : ''));
    const fail = (error: unknown) => {
      const element = this.toStanzaError(error).toElement();
      element.attrs.xmlns = NS_CLIENT;
      return encodeSealedError(channel.seal(`error ${n}`, toText(element)));
    };
    try {
      const known = request && this.handlers.get(`${type} ${request.getNS()}`);
      if (!request || !known) throw new StanzaError('service-unavailable');
      const result = known.handler(request, entry, false);
      if (!(result instanceof Promise)) return succeed(result);
      const answer = result.then(
        (value) => {
          entry.answering.take(String(n));
          return succeed(value);
        },
        (error: unknown) => {
          entry.answering.take(String(n));
          throw fail(error);
        },
      );
      entry.answering.set(String(n), answer);
      return answer;
    } catch (error) {
      throw fail(error);
    }
  }

  /** From now on this session is the one of its JID. */
  private confirm(entry: Entry): void {
    if (entry.confirmed) return;
    entry.confirmed = true;
    for (const other of [...this.entries])
      if (other !== entry && other.jid === entry.jid) this.remove(other);
    this.emit('open', entry);
  }

  private add(entry: Entry): void {
    const mine = [...this.entries].filter(({ key }) => key === entry.key);
    const before = mine.filter(({ jid, confirmed }) => jid === entry.jid && !confirmed);
    for (const other of before) this.remove(other);
    const jids = new Set(mine.map(({ jid }) => jid));
    const [oldest] = mine;
    if (oldest && !jids.has(entry.jid) && jids.size >= limits.perKey) this.remove(oldest);
    const [first] = this.entries;
    if (first && this.entries.size >= limits.sessions) this.remove(first);
    this.entries.add(entry);
  }

  private remove(entry: Entry): void {
    if (!this.entries.delete(entry)) return;
    if (entry.channel) this.bySid.delete(entry.channel.sid);
    entry.waiting = [];
    this.emit('close', entry);
  }

  private left(jid: string | undefined): void {
    for (const entry of [...this.entries]) if (entry.jid === jid) this.remove(entry);
  }

  /** A notification came back. Its receiver, if there is one, cannot know what it missed: it shall start anew. */
  private bounced(jid: string, sealed: Element | undefined): void {
    const sid = sealed && attribute(sealed, 'sid');
    if (sid === undefined) this.left(jid);
    else
      for (const entry of [...this.entries])
        if (entry.jid === jid && entry.channel?.sid === sid) this.remove(entry);
  }

  private clear(): void {
    for (const entry of [...this.entries]) this.remove(entry);
  }

  private tell(entry: Entry, channel: Channel, payload: Element): void {
    try {
      const sealed = channel.seal('message', toText(payload));
      this.options.session.send(encodeSealedMessage(entry.jid, sealed));
    } catch (error) {
      // Whoever misses it sees a gap, or makes a new session when the TV is back.
      if (!(error instanceof SessionError)) this.options.onerror(error);
    }
  }

  /** RFC 6120 §8.3; the handshake's own element tells which one it was. */
  private refuse(
    from: string,
    { id, pattern }: Pick<Handshake, 'id' | 'pattern'>,
    error: unknown,
  ): void {
    const known = error instanceof StanzaError ? error : this.whyNot(error);
    const message = xml(
      'message',
      { type: 'error', to: from },
      xml('handshake', { xmlns: NS_SEAL, id, pattern }),
      known.toElement(),
    );
    try {
      this.options.session.send(message);
    } catch (sending) {
      if (!(sending instanceof SessionError)) this.options.onerror(sending);
    }
  }

  private whyNot(error: unknown): StanzaError {
    if (error instanceof SealError || error instanceof ProtocolError || error instanceof TypeError)
      return sealError('unsealable', 'It does not open.');
    if (!(error instanceof SessionError)) this.options.onerror(error);
    return new StanzaError('internal-server-error');
  }

  private toStanzaError(error: unknown): StanzaError {
    if (error instanceof StanzaError) return error;
    if (error instanceof ProtocolError)
      return new StanzaError('bad-request', { text: error.message });
    this.options.onerror(error);
    return new StanzaError('internal-server-error');
  }

  /**
   * Nobody makes the same ephemeral key twice: it is somebody else who repeats what he heard. He could not read
   * the answer, but a session that has just been made should not have to give way to his. @throws StanzaError
   */
  private refuseRepeat(message: string): void {
    const ephemeral = message.slice(0, 42);
    if (this.ephemerals.has(ephemeral)) throw sealError('unsealable', 'This was said before.');
    this.ephemerals.add(ephemeral);
    const [oldest] = this.ephemerals;
    if (oldest !== undefined && this.ephemerals.size > limits.ephemerals)
      this.ephemerals.delete(oldest);
  }

  /** A handshake costs more than anything else that a stranger can ask for. @throws StanzaError */
  private countHandshake(bare: string): void {
    const now = this.options.now();
    const { tokens, at } = this.handshakes.get(bare) ?? { tokens: limits.handshakeBurst, at: now };
    const refilled = tokens + ((now - at) / 1000) * limits.handshakesPerSecond;
    const left = Math.min(refilled, limits.handshakeBurst) - 1;
    this.handshakes.delete(bare);
    this.handshakes.set(bare, { tokens: Math.max(left, -1), at: now });
    const [oldest] = this.handshakes.keys();
    if (oldest !== undefined && this.handshakes.size > limits.counted)
      this.handshakes.delete(oldest);
    if (left < 0)
      throw new StanzaError('resource-constraint', { text: 'Too many handshakes: wait a moment.' });
  }

  private emit<E extends keyof SealedServerEvents>(event: E, peer: SealedPeer): void {
    for (const listener of [...this.listeners[event]]) {
      try {
        listener(peer);
      } catch (error) {
        this.options.onerror(error);
      }
    }
  }
}

function refused(): StanzaError {
  return new StanzaError('forbidden', { text: 'This TV is not paired with you: pair again.' });
}

/** Noise §3: a message has at most 65535 bytes. What does not fit is asked for again, later. */
function fitting(primitives: Primitives, answers: readonly Element[]): string {
  const room = maxMessageLength - 32 - 2 * tagLength - 256;
  let taken = 0;
  const fit = answers.map((answer) => {
    const text = answer.toString();
    const { length } = primitives.toUtf8(text);
    if (taken + length > room) {
      const tooLong = new StanzaError('resource-constraint', { type: 'modify' });
      return encodeEarly('error', attribute(answer, 'id') ?? '', tooLong.toElement()).toString();
    }
    taken += length;
    return text;
  });
  return fit.join('');
}
