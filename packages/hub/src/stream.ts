import type { Duplex } from 'node:stream';
import {
  attribute,
  type Element,
  NS_CLIENT,
  NS_FRAMING,
  NS_SM,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { type RawData, WebSocket } from 'ws';
import type { ClientSession } from './client-session.ts';
import { StreamFault } from './errors.ts';
import type { ParseFrame } from './frame.ts';
import { parseJid } from './jid.ts';
import type { HubLimits } from './limits.ts';
import { Negotiation } from './negotiation.ts';
import { addressKey, type Rates, TokenBucket } from './rates.ts';
import type { Sasl } from './sasl.ts';
import type { Sessions } from './sessions.ts';
import { isStanza } from './stanza.ts';
import { parseH } from './stream-management.ts';
import type { LoginThrottle } from './throttle.ts';

/** RFC 6455 §7.4.1: what a browser says when somebody leaves the page. Nobody is left to resume anything. */
const goingAway = 1001;

/** What a stream needs of its hub. */
export interface StreamContext {
  readonly domain: string;
  readonly limits: HubLimits;
  readonly parse: ParseFrame;
  readonly sasl: Sasl;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly rates: Rates;
  onLogin(session: ClientSession, stream: Stream, resumed: boolean): void;
  onClosed(stream: Stream): void;
  onError(error: unknown): void;
}

/** One client's XML stream over one WebSocket (RFC 7395): frames in and out, errors and the end. */
export class Stream {
  readonly address: string;
  /** By which its address is counted. */
  readonly addressKey: string;
  private readonly ws: WebSocket;
  private readonly socket: Duplex;
  private readonly context: StreamContext;
  private readonly negotiation: Negotiation;
  private session: ClientSession | undefined;
  private failing = false;
  private closing = false;
  private frames = 0;
  private lastHeard = performance.now();
  private second = { started: Number.NEGATIVE_INFINITY, stanzas: 0 };
  private readonly budget: TokenBucket;
  /** Set while nothing is read from a client that sends too fast. */
  private pauseTimer: NodeJS.Timeout | undefined;
  private lifeTimer: NodeJS.Timeout | undefined;
  private closeTimer: NodeJS.Timeout | undefined;
  private corked = false;
  private readonly uncork = (): void => {
    this.corked = false;
    this.socket.uncork();
  };
  private readonly onFlushed = (): void => {
    if (!this.congested) this.session?.onDrain();
  };

  constructor(ws: WebSocket, socket: Duplex, address: string, context: StreamContext) {
    this.ws = ws;
    this.socket = socket;
    this.address = address;
    this.addressKey = addressKey(address);
    this.budget = new TokenBucket(context.limits.stanzaBurst, context.limits.stanzasPerSecond);
    this.context = context;
    this.negotiation = new Negotiation(this, context);
    this.expireIn(context.limits.unauthenticatedSeconds, 'Authentication took too long.');
    ws.on('message', (data, binary) => this.onMessage(data, binary));
    ws.on('pong', () => this.heard());
    // Each is answered, whether the answers are read or not.
    ws.on('ping', () => this.attempt(() => this.pace()));
    // `close` follows each error of ws; what the peer did wrong at that layer is its own affair.
    ws.on('error', () => {});
    ws.on('close', (code) => this.onSocketClosed(code));
  }

  get bound(): boolean {
    return this.session !== undefined;
  }

  /** Whose session it carries, or whose it will be. */
  get username(): string | undefined {
    return this.session?.username ?? this.negotiation.username;
  }

  /** Half of what may wait for a slow reader waits: hold back what can be left out. */
  get congested(): boolean {
    return this.ws.bufferedAmount > this.context.limits.outboundBytes / 2;
  }

  send(frame: string): void {
    if (this.closing || this.ws.readyState !== WebSocket.OPEN) return;
    if (!this.corked) {
      // What one turn of the event loop produces goes out in one write: writing is what costs most.
      this.corked = true;
      this.socket.cork();
      process.nextTick(this.uncork);
    }
    this.ws.send(frame, this.onFlushed);
    if (!this.failing && this.ws.bufferedAmount > this.context.limits.outboundBytes)
      this.fail(new StreamFault('resource-constraint', 'Too much is waiting for you to read it.'));
  }

  /** A resource was bound, or a session resumed. */
  carry(session: ClientSession, resumed: boolean): void {
    this.session = session;
    clearTimeout(this.lifeTimer);
    if (session.kind === 'anonymous')
      this.expireIn(this.context.limits.anonymousSeconds, 'Anonymous streams are short.');
    this.context.onLogin(session, this, resumed);
  }

  /** RFC 6120 §4.9: says what is wrong and closes. Ends the session with it. */
  fail(fault: StreamFault): void {
    if (this.closing || this.failing) return;
    this.failing = true;
    this.negotiation.ensureOpened();
    this.send(fault.toElement().toString());
    this.close();
  }

  /** Ends without its session, which another stream carries on. */
  release(fault: StreamFault): void {
    this.session = undefined;
    this.fail(fault);
  }

  /** RFC 7395 §3.6. */
  close(): void {
    if (this.closing) return;
    this.send(xml('close', { xmlns: NS_FRAMING }).toString());
    this.closing = true;
    clearTimeout(this.lifeTimer);
    // Otherwise the other side's goodbye would never be read.
    this.resumeReading();
    this.ws.close(1000);
    this.closeTimer = setTimeout(
      () => this.ws.terminate(),
      this.context.limits.closeSeconds * 1000,
    );
    this.session?.end();
  }

  /** Called every few seconds: finds peers that went without a word. */
  checkAlive(now: number): void {
    if (this.pauseTimer) return;
    const silence = now - this.lastHeard;
    const limit = this.context.limits.deadPeerSeconds * 1000;
    if (silence >= limit) this.ws.terminate();
    else if (silence >= limit / 3 && this.ws.readyState === WebSocket.OPEN) this.ws.ping();
  }

  terminate(): void {
    this.ws.terminate();
  }

  private heard(): void {
    this.lastHeard = performance.now();
  }

  private onMessage(data: RawData, binary: boolean): void {
    if (this.closing) return;
    this.heard();
    this.attempt(() => {
      if (binary) throw new StreamFault('bad-format', 'Frames are text (RFC 7395 §3.2).');
      const { limits, parse } = this.context;
      const bytes = data instanceof Buffer ? data : Buffer.from(data.toString());
      if (
        bytes.length >
        (this.negotiation.authenticated ? limits.frameBytes : limits.unauthenticatedFrameBytes)
      )
        throw new StreamFault('policy-violation', 'The frame is too large.');
      this.onElement(parse(bytes.toString()));
    });
  }

  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (error instanceof StreamFault) {
        this.fail(error);
        return;
      }
      this.context.onError(error);
      this.fail(new StreamFault('internal-server-error'));
    }
  }

  private onElement(element: Element): void {
    const xmlns = element.getNS();
    if (xmlns === NS_FRAMING && element.name === 'close') {
      this.close();
      return;
    }
    if (this.session) {
      this.onBound(this.session, element, xmlns);
      return;
    }
    if (++this.frames > this.context.limits.unauthenticatedFrames)
      throw new StreamFault('policy-violation', 'Too many frames before a resource was bound.');
    this.negotiation.onElement(element, xmlns);
  }

  private onBound(session: ClientSession, element: Element, xmlns: string | undefined): void {
    if (session.kind === 'account') this.pace();
    else this.checkRate();
    if (xmlns === NS_CLIENT && isStanza(element)) {
      this.checkFrom(session, element);
      if (session.kind === 'anonymous' && !this.context.rates.anonymous.take(this.addressKey))
        session.refuse(element, tooMuch());
      else session.receive(element);
      return;
    }
    if (xmlns === NS_SM) {
      this.onManagement(session, element);
      return;
    }
    throw isStanza(element)
      ? new StreamFault('invalid-namespace', `Stanzas are in ${NS_CLIENT}.`)
      : new StreamFault('unsupported-stanza-type');
  }

  /** XEP-0198 §3 and §4. */
  private onManagement(session: ClientSession, element: Element): void {
    const { management } = session;
    if (element.name === 'enable') {
      this.negotiation.onEnable(session, element);
      return;
    }
    if (element.name === 'r' && management) {
      this.send(xml('a', { xmlns: NS_SM, h: management.h }).toString());
      return;
    }
    if (element.name === 'a' && management) {
      const h = parseH(attribute(element, 'h'));
      if (h === undefined)
        throw new StreamFault('bad-format', 'An acknowledgement has a number h.');
      session.onAck(h);
      return;
    }
    throw new StreamFault('unsupported-stanza-type', 'Stream management is not in use.');
  }

  /** RFC 6120 §8.1.2.1: the client may name itself, and nobody else. */
  private checkFrom(session: ClientSession, stanza: Element): void {
    const from = attribute(stanza, 'from');
    if (from === undefined) return;
    const full = parseJid(from)?.full;
    if (full !== session.jid && full !== session.bare) throw new StreamFault('invalid-from');
  }

  /**
   * A client that sends faster than it may is not read for as long as it takes to make up for it: TCP tells it to
   * wait, and nothing is lost. What had arrived before that is still handled.
   */
  private pace(): void {
    const left = this.budget.spend(this.lastHeard);
    if (left >= 0) return;
    if (left < -this.context.limits.stanzaBurst)
      throw new StreamFault('policy-violation', 'Far too many stanzas at once.');
    if (this.pauseTimer) return;
    this.ws.pause();
    this.pauseUntilPaid();
  }

  private pauseUntilPaid(): void {
    const debt = this.budget.msUntilPaid(performance.now());
    this.pauseTimer = setTimeout(() => {
      // More may have been on its way already when the pause began.
      if (this.budget.msUntilPaid(performance.now()) > 0) this.pauseUntilPaid();
      else this.resumeReading();
    }, debt);
  }

  private resumeReading(): void {
    if (!this.pauseTimer) return;
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
    this.heard();
    this.ws.resume();
  }

  private checkRate(): void {
    const now = this.lastHeard;
    if (now - this.second.started >= 1000) this.second = { started: now, stanzas: 0 };
    if (++this.second.stanzas > this.context.limits.anonymousStanzasPerSecond)
      throw new StreamFault('policy-violation', 'Too many stanzas a second.');
  }

  private expireIn(seconds: number, text: string): void {
    this.lifeTimer = setTimeout(
      () => this.fail(new StreamFault('connection-timeout', text)),
      seconds * 1000,
    );
  }

  private onSocketClosed(code: number): void {
    this.closing = true;
    clearTimeout(this.lifeTimer);
    clearTimeout(this.closeTimer);
    clearTimeout(this.pauseTimer);
    this.session?.detach(this, code === goingAway);
    this.context.onClosed(this);
  }
}

function tooMuch(): StanzaError {
  return new StanzaError('resource-constraint', {
    text: 'Too much was asked before pairing. Try again in a minute.',
  });
}
