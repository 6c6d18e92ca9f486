/// <reference path="./xmpp-types.d.ts" />
import {
  attribute,
  childElements,
  type Element,
  NS_BIND2,
  NS_CLIENT,
  NS_FAST,
  NS_FRAMING,
  NS_SASL,
  NS_SASL2,
  NS_SM,
  NS_STREAM,
  NS_STREAM_LIMITS,
  NS_STREAMS,
  SessionError,
  xml,
} from '@fjern/protocol';
import type { QueuedStanza } from '@xmpp/stream-management';
import { type ClientOwner, LinkClient, transport } from './client.ts';
import type { Login } from './credential.ts';
import { checkAddresses, type FrameLimits, serialize } from './guard.ts';
import { composeModules, type Modules } from './modules.ts';
import type { Platform } from './platform.ts';
import { streamError, toSessionError } from './reasons.ts';
import { SaslError } from './sasl/mechanism.ts';

/** What XEP-0198 §5 needs to continue a session on another connection. */
export interface Resumption {
  jid: string;
  id: string;
  inbound: number;
  outbound: number;
  queue: QueuedStanza[];
}

export interface StreamOptions {
  url: string;
  domain: string;
  resource: string | undefined;
  userAgent: Element | undefined;
  login: Login;
  limits: FrameLimits;
  platform: Platform;
  resumption: Resumption | undefined;
  /** Milliseconds that the supervisor gives the attempt. */
  deadline: number;
  /** Send `<authenticate/>` together with `<open/>` (XEP-0388 §2.4 allows it to who knows the server). */
  pipeline: boolean;
}

export interface StreamEvents {
  /** Bound, or resumed, and stream management settled: from now on stanzas may be sent. */
  ready(resumed: boolean): void;
  /** Only after `ready`, in the order of arrival. */
  stanza(stanza: Element): void;
  /** Anything at all came in. */
  heard(): void;
  /** Once, and last. `final` when the server closed the session, so that it cannot be resumed. */
  end(error: SessionError, final: boolean): void;
}

// More than any server sends before a session is up.
const maxHeld = 1000;
// So that the queue of what is unacknowledged stays short however fast we send.
const ackEvery = 64;
const maxUnacknowledged = 10_048;
const defaultMaxBytes = 256 * 1024;
const OPEN = 1;
const bindId = 'bind';

/**
 * One connection's worth of XMPP: opens the socket and negotiates with the modules of @xmpp/*. A new
 * one is made for each attempt, so that nothing of an attempt that died can touch the next.
 */
export class Stream implements ClientOwner {
  jid = '';
  private readonly client: LinkClient;
  private readonly modules: Modules;
  private readonly options: StreamOptions;
  private readonly events: StreamEvents;
  private bindReply: { resolve(iq: Element): void; reject(error: Error): void } | undefined;
  private bound = false;
  private resumed = false;
  private isReady = false;
  private ended = false;
  private authenticated = false;
  private maxBytes = defaultMaxBytes;
  /** Stanzas since stream management was enabled; what comes with `<enabled/>` is counted too. */
  private sinceEnabled = 0;
  private held: Element[] = [];

  constructor(options: StreamOptions, events: StreamEvents) {
    this.options = options;
    this.events = events;
    const { url, domain, deadline, resumption } = options;
    this.client = new LinkClient({ service: url, domain, timeout: deadline }, this);
    this.client.transports.push(transport(options.platform, options.limits));
    this.modules = composeModules({
      client: this.client,
      login: options.login,
      resource: options.resource,
      userAgent: options.userAgent,
      sendBind: (payload) => this.sendBind(payload),
    });
    if (resumption) {
      this.jid = resumption.jid;
      this.client._jid(resumption.jid);
      this.sm.id = resumption.id;
      this.sm.inbound = resumption.inbound;
      this.sm.outbound = resumption.outbound;
      this.sm.outbound_q = resumption.queue;
    }
  }

  start(): void {
    void this.open();
  }

  /** What to resume with after the end, if that is possible. */
  get resumption(): Resumption | undefined {
    const { id, inbound, outbound, outbound_q: queue } = this.sm;
    return id ? { jid: this.jid, id, inbound, outbound, queue } : undefined;
  }

  private get sm() {
    return this.modules.sm;
  }

  get acknowledges(): boolean {
    return this.sm.enabled;
  }

  /** @throws SessionError `not-online`, `protocol` */
  send(stanza: Element): void {
    if (!this.isReady || this.client.socket?.socket?.readyState !== OPEN)
      throw new SessionError('not-online', 'The session is not online');
    stanza.attrs.xmlns ??= NS_CLIENT;
    this.client.socket.write(serialize(stanza, this.maxBytes));
    this.modules.queueOutbound(stanza);
    const { enabled, outbound_q: queue } = this.sm;
    if (!enabled || queue.length % ackEvery !== 0) return;
    if (queue.length < maxUnacknowledged) this.requestAck();
    else this.end(new SessionError('protocol', 'The server acknowledges nothing'), true);
  }

  requestAck(): void {
    this.client.socket?.write(`<r xmlns='${NS_SM}'/>`);
  }

  /** Tells the server that the session ends. The server's answer, or the socket's end, ends the stream. */
  close(): void {
    const { socket } = this.client;
    if (this.ended || socket?.socket?.readyState !== OPEN) {
      this.end(new SessionError('closed', 'Closed'), true);
      return;
    }
    if (this.sm.enabled) socket.write(`<a xmlns='${NS_SM}' h='${this.sm.inbound}'/>`);
    socket.write(`<close xmlns='${NS_FRAMING}'/>`);
  }

  /** Ends the connection now, without a word if `error` is not about what the server sent. */
  end(error: SessionError, final = false): void {
    if (this.ended) return;
    this.ended = true;
    const { client } = this;
    const { socket } = client;
    const web = socket?.socket;
    if (error.code === 'protocol' && web?.readyState === OPEN) {
      const condition = error.condition ?? 'undefined-condition';
      socket?.write(`<error xmlns='${NS_STREAM}'><${condition} xmlns='${NS_STREAMS}'/></error>`);
      socket?.write(`<close xmlns='${NS_FRAMING}'/>`);
    }
    client._detachParser();
    client._detachSocket();
    socket?._detachSocket();
    if (web) {
      // `ws` reports the end of a socket that was still connecting as an error.
      web.addEventListener('error', () => {});
      if (web.terminate) web.terminate();
      else web.close();
    }
    // Settles what @xmpp/* waits for and stops its timers; it keeps the queue for `resumption`.
    client.emit('error', error);
    client.emit('disconnect');
    this.bindReply?.reject(error);
    this.events.end(error, final);
  }

  private async open(): Promise<void> {
    try {
      const { url, domain, pipeline } = this.options;
      await this.client.connect(url);
      const opened = this.client.open({ domain });
      if (pipeline) this.negotiate(expectedFeatures(this.options.login.pipelined));
      await opened;
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.end(toSessionError(error));
  }

  /** Called by the client for each frame. Whatever is in it, nothing is thrown. */
  data(data: unknown, parse: (frame: string) => void): void {
    if (this.ended) return;
    this.events.heard();
    try {
      if (typeof data !== 'string')
        throw new SessionError('protocol', 'The server sent a binary frame', {
          condition: 'not-well-formed',
        });
      parse(data);
    } catch (error) {
      this.fail(error);
    }
  }

  element(element: Element): void {
    const xmlns = element.getNS();
    const name = element.getName();
    if (name === 'iq' || name === 'message' || name === 'presence') {
      if (xmlns === undefined || xmlns === NS_CLIENT) this.stanza(element);
      return;
    }
    if (xmlns === NS_STREAM && name === 'error') {
      this.end(streamError(element), true);
      return;
    }
    if (xmlns === NS_STREAM && name === 'features') {
      // What is announced to strangers is smaller.
      if (this.authenticated) this.readLimits(element);
      // The real features after the expected ones, and those after an inline bind, change nothing.
      if (!this.bound && !this.resumed && (this.authenticated || !this.options.pipeline))
        this.negotiate(element);
      return;
    }
    if (xmlns === NS_SM) this.acknowledgement(name, element);
    if ((xmlns === NS_SASL || xmlns === NS_SASL2) && name === 'success') this.success(element);
    this.client.emit('nonza', element);
  }

  /** XEP-0478 §2. */
  private readLimits(features: Element): void {
    const bytes = features.getChild('limits', NS_STREAM_LIMITS)?.getChildText('max-bytes');
    if (bytes && /^\d{4,9}$/.test(bytes)) this.maxBytes = Number(bytes);
  }

  private stanza(stanza: Element): void {
    if (!this.authenticated)
      throw new SessionError('protocol', 'The server sent a stanza before the login', {
        condition: 'not-authorized',
      });
    checkAddresses(stanza);
    this.sinceEnabled++;
    this.modules.countInbound();
    if (this.isReady) {
      this.events.stanza(stanza);
      return;
    }
    if (this.bindReply && stanza.attrs.id === bindId) {
      const { type } = stanza.attrs as { type?: string };
      if (type === 'result') this.bindReply.resolve(stanza);
      else this.bindReply.reject(new SessionError('stream-error', 'The server refused to bind'));
      return;
    }
    if (this.held.push(stanza) > maxHeld)
      throw new SessionError('protocol', 'The server sent stanzas before the session was up', {
        condition: 'policy-violation',
      });
  }

  /** `<a/>`, `<resumed/>` and `<failed/>` carry a count that the module trusts; here it is checked. */
  private acknowledgement(name: string, element: Element): void {
    if (name === 'enabled') this.enabled(element);
    const h = attribute(element, 'h');
    if (name === 'a' || name === 'resumed') {
      const count = /^\d{1,10}$/.test(h ?? '') ? Number(h) : Number.NaN;
      if (!(count <= this.sm.outbound + this.sm.outbound_q.length))
        throw new SessionError(
          'protocol',
          `The server acknowledged ${h} stanzas, more than were sent`,
          {
            condition: 'undefined-condition',
          },
        );
    }
    if (name === 'a' || name === 'r') this.modules.acknowledge(element);
  }

  private enabled(element: Element): void {
    this.sinceEnabled = 0;
    // Without `resume` the id, if any, means nothing (XEP-0198 §3).
    if (!/^(true|1)$/.test(attribute(element, 'resume') ?? '')) element.attrs.id = '';
  }

  private success(element: Element): void {
    const data =
      element.getNS() === NS_SASL ? element.getText() : element.getChildText('additional-data');
    const { mechanism } = this.modules;
    if (!mechanism) throw new SaslError('The server accepted before it was asked');
    // @xmpp/sasl never asks this, and @xmpp/sasl2 only if the server sent data.
    mechanism.final(data && data !== '=' ? atob(data) : '');
    this.authenticated = true;
    const bound = element.getChild('bound', NS_BIND2);
    const enabled = bound?.getChild('enabled', NS_SM);
    if (enabled) this.enabled(enabled);
    const failed = element.getChild('failed', NS_SM);
    if (failed) {
      // @xmpp/sasl2 goes through the children in order; the old session ends before the new begins.
      element.remove(failed);
      element.prepend(failed);
    }
    const resumed = element.getChild('resumed', NS_SM);
    if (resumed) this.acknowledgement('resumed', resumed);
  }

  private negotiate(stanza: Element): void {
    // Else a server that knows no secret would bind us without a login.
    const login =
      stanza.getChild('authentication', NS_SASL2) ?? stanza.getChild('mechanisms', NS_SASL);
    if (!this.authenticated && !login)
      throw new SessionError('protocol', 'The server offers no way to log in', {
        condition: 'unsupported-feature',
      });
    this.modules.negotiate(stanza).then(
      () => {
        if (this.bound) this.ready();
      },
      (error) => this.fail(error),
    );
  }

  private ready(): void {
    if (this.isReady || this.ended) return;
    this.isReady = true;
    this.client.socket?.socket?.flow?.();
    if (!this.resumed) this.sm.inbound = this.sinceEnabled;
    this.events.ready(this.resumed);
    const { held } = this;
    this.held = [];
    for (const stanza of held) if (!this.ended) this.events.stanza(stanza);
  }

  bind(jid: string): void {
    if (this.jid === '' || jid.includes('/')) this.jid = jid;
  }

  settled(resumed: boolean): void {
    if (resumed) {
      this.resumed = true;
      this.ready();
    } else this.bound = true;
  }

  private async sendBind(bind: Element): Promise<Element> {
    const reply = new Promise<Element>((resolve, reject) => {
      this.bindReply = { resolve, reject };
    });
    // Also when the sending fails, and nobody waits for it.
    reply.catch(() => {});
    await this.client.send(xml('iq', { type: 'set', id: bindId }, bind));
    const [result] = childElements(await reply);
    this.bindReply = undefined;
    if (!result?.getChildText('jid'))
      throw new SessionError('protocol', 'The server bound no address');
    return result;
  }
}

/** The features of a server that gave out the token: SASL2 with Bind 2 and stream management inline. */
function expectedFeatures(mechanism: string): Element {
  return xml(
    'stream:features',
    { 'xmlns:stream': NS_STREAM },
    xml(
      'authentication',
      { xmlns: NS_SASL2 },
      xml(
        'inline',
        {},
        xml('bind', { xmlns: NS_BIND2 }, xml('inline', {}, xml('feature', { var: NS_SM }))),
        xml('sm', { xmlns: NS_SM }),
        xml('fast', { xmlns: NS_FAST }, xml('mechanism', {}, mechanism)),
      ),
    ),
  );
}
