import {
  attribute,
  type Element,
  NS_HINTS,
  NS_PUBSUB_EVENT,
  NS_SM,
  type StanzaError,
  xml,
} from '@fjern/protocol';
import { StreamFault } from './errors.ts';
import type { Endpoint, Router } from './router.ts';
import { errorReply, mayBeRefused, toFrame } from './stanza.ts';
import type { Stream } from './stream.ts';
import type { StreamManagement } from './stream-management.ts';

// How often the hub asks for acknowledgements: after so many stanzas, and after a burst.
const stanzasPerAckRequest = 20;
const ackRequestDelay = 1000;
/** Recoverable messages that wait for a slow client, the newest of each item. */
const maxHeld = 64;

export interface ClientSessionOptions {
  jid: string;
  bare: string;
  username: string;
  anonymous: boolean;
  stream: Stream;
  router: Router;
  /** How long it waits for its client once the connection is gone. */
  resumeSeconds: number;
  onEnd: (session: ClientSession) => void;
}

/** What a client got by binding a resource. With stream management it outlives its stream. */
export class ClientSession implements Endpoint {
  readonly jid: string;
  readonly bare: string;
  readonly username: string;
  readonly kind: 'account' | 'anonymous';
  presence: Element | undefined;
  readonly directed = new Set<Endpoint>();
  readonly resumeSeconds: number;
  management: StreamManagement | undefined;
  /** Undefined while it waits to be resumed. */
  private stream: Stream | undefined;
  private ended = false;
  private readonly router: Router;
  private readonly onEnd: (session: ClientSession) => void;
  private resumeTimer: NodeJS.Timeout | undefined;
  private ackTimer: NodeJS.Timeout | undefined;
  private sinceAckRequest = 0;
  private readonly held = new Map<string, Element>();

  constructor(options: ClientSessionOptions) {
    this.jid = options.jid;
    this.bare = options.bare;
    this.username = options.username;
    this.kind = options.anonymous ? 'anonymous' : 'account';
    this.stream = options.stream;
    this.router = options.router;
    this.resumeSeconds = options.resumeSeconds;
    this.onEnd = options.onEnd;
  }

  /** Of its client; undefined while it waits to be resumed. */
  get address(): string | undefined {
    return this.stream?.address;
  }

  get detached(): boolean {
    return this.stream === undefined;
  }

  /** A stanza from the client, of which the stream has checked the form. */
  receive(stanza: Element): void {
    this.management?.handled();
    this.router.route(this, stanza);
  }

  /** A stanza that goes no further. */
  refuse(stanza: Element, error: StanzaError): void {
    this.management?.handled();
    if (mayBeRefused(stanza)) this.deliver(errorReply(stanza, error));
  }

  /** A stanza for the client. */
  deliver(stanza: Element): void {
    if (this.ended) return;
    // While older ones wait, newer ones may not overtake them.
    if ((this.stream?.congested || this.held.size > 0) && this.hold(stanza)) return;
    this.transmit(stanza);
  }

  private transmit(stanza: Element): void {
    const frame = toFrame(stanza);
    const complete = this.management?.push(stanza, frame) ?? true;
    if (this.stream) {
      this.stream.send(frame);
      this.maybeRequestAck();
    } else if (!complete) {
      // Nobody could resume it without loss any more.
      this.end();
    }
  }

  /** The socket is writable again: what was held back follows. */
  onDrain(): void {
    for (const [key, stanza] of this.held) {
      if (this.stream?.congested) return;
      this.held.delete(key);
      this.transmit(stanza);
    }
  }

  /** XEP-0198 §4: the peer's `h`. */
  onAck(h: number): void {
    const management = this.management;
    if (!management || management.acknowledge(h)) return;
    throw new StreamFault(
      'undefined-condition',
      undefined,
      xml('handled-count-too-high', { xmlns: NS_SM, h, 'send-count': management.sent }),
    );
  }

  /** The connection is gone, without a goodbye. `left`: its client has gone as well, and for good. */
  detach(stream: Stream, left: boolean): void {
    if (this.stream !== stream || this.ended) return;
    this.stream = undefined;
    const resumable = this.management?.id !== undefined && this.management.complete;
    if (!resumable || left) {
      this.end();
      return;
    }
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.deliverHeld();
    this.resumeTimer = setTimeout(() => this.end(), this.resumeSeconds * 1000);
  }

  /**
   * XEP-0198 §5. The old stream, if there is one still, ends with `conflict`. False: what the peer lacks
   * is no longer here. `greet` sends what comes before the stanzas that are sent again.
   */
  resume(stream: Stream, h: number, greet: () => void): boolean {
    const management = this.management;
    if (!management || this.ended) return false;
    this.onAck(h);
    if (!management.complete) {
      this.end(new StreamFault('conflict', 'The session could not be resumed.'));
      return false;
    }
    clearTimeout(this.resumeTimer);
    const old = this.stream;
    this.stream = stream;
    old?.release(new StreamFault('conflict', 'The session was resumed elsewhere.'));
    greet();
    for (const frame of management.unackedFrames) stream.send(frame);
    this.sinceAckRequest = management.unackedCount;
    this.maybeRequestAck();
    return true;
  }

  displace(): void {
    this.end(new StreamFault('conflict', 'Another session of this account took its place.'));
  }

  /** For good. May be repeated. */
  end(fault?: StreamFault): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.resumeTimer);
    clearTimeout(this.ackTimer);
    const stream = this.stream;
    this.stream = undefined;
    if (fault) stream?.fail(fault);
    else stream?.close();
    this.router.remove(this);
    this.onEnd(this);
    for (const stanza of this.management?.takeUnacked() ?? []) this.router.returnToSender(stanza);
  }

  /**
   * State notifications say how things are now. When the client is slow, only the newest of each item
   * waits for it, so that the last value always arrives and the backlog stays bounded.
   */
  private hold(stanza: Element): boolean {
    const key = itemKey(stanza);
    if (key === undefined || this.held.size >= maxHeld) return false;
    this.held.delete(key);
    this.held.set(key, stanza);
    return true;
  }

  private deliverHeld(): void {
    const held = [...this.held.values()];
    this.held.clear();
    for (const stanza of held) this.transmit(stanza);
  }

  private maybeRequestAck(): void {
    if (!this.management || this.ended) return;
    if (++this.sinceAckRequest >= stanzasPerAckRequest) {
      this.requestAck();
      return;
    }
    this.ackTimer ??= setTimeout(() => this.requestAck(), ackRequestDelay);
  }

  private requestAck(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.sinceAckRequest = 0;
    if (this.management?.unackedCount) this.stream?.send(ackRequest);
  }
}

const ackRequest = `<r xmlns="${NS_SM}"/>`;

/** Names what a recoverable message is about: a pubsub notification (XEP-0060 §7.1) that need not be stored. */
function itemKey(stanza: Element): string | undefined {
  if (stanza.name !== 'message' || !stanza.getChild('no-store', NS_HINTS)) return undefined;
  const items = stanza.getChild('event', NS_PUBSUB_EVENT)?.getChild('items');
  const item = items?.getChild('item');
  if (!items || !item) return undefined;
  return [attribute(stanza, 'from'), attribute(items, 'node'), attribute(item, 'id')].join('\n');
}
