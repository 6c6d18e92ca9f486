import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type Element,
  NS_BIND,
  NS_BIND2,
  NS_FAST,
  NS_FRAMING,
  NS_SASL,
  NS_SASL2,
  NS_SM,
  NS_STREAM,
} from '@fjern/protocol';
import { parse } from 'ltx';
import { type WebSocket, WebSocketServer } from 'ws';

export const token = 'secret-token';
export const domain = 'fake.local';

export interface Behaviour {
  /** Where it stops to answer, for good. */
  silentFrom?: 'open' | 'features' | 'login' | 'bind' | 'enable' | 'online' | 'close';
  /** Login and bind as RFC 6120 has them, with this mechanism and no questions asked. */
  sasl1?: string;
  /** Offers XEP-0198. */
  sm?: boolean;
  resume?: boolean;
  /** Sent in the same turn as the frame that ends the login. */
  afterLogin?: string[];
  /** Sees every frame first; `true` says that it answered. */
  intercept?: (connection: FakeConnection, frame: Element) => boolean | undefined;
}

const stages = ['open', 'features', 'login', 'bind', 'enable', 'online', 'close'];

/** An XMPP server of a few lines that misbehaves as told. Any username may log in with `token`. */
export class FakeServer {
  behaviour: Behaviour;
  readonly connections: FakeConnection[] = [];
  /** Stanzas received in the session that can be resumed. */
  handled = 0;
  private readonly server: WebSocketServer;
  private arrived: (() => void)[] = [];

  private constructor(server: WebSocketServer, behaviour: Behaviour) {
    this.server = server;
    this.behaviour = behaviour;
    server.on('connection', (socket) => {
      this.connections.push(new FakeConnection(this, socket));
      for (const wake of this.arrived.splice(0)) wake();
    });
  }

  static async start(behaviour: Behaviour = {}, port = 0): Promise<FakeServer> {
    const server = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
    await once(server, 'listening');
    return new FakeServer(server, behaviour);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (!last) throw new Error('Nobody connected');
    return last;
  }

  /** The connection with this number, from 1; waits for it. */
  async connection(number: number): Promise<FakeConnection> {
    while (this.connections.length < number)
      await new Promise<void>((resolve) => this.arrived.push(resolve));
    return this.connections[number - 1] as FakeConnection;
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export class FakeConnection {
  readonly socket: WebSocket;
  readonly received: Element[] = [];
  readonly closed: Promise<unknown>;
  private readonly server: FakeServer;
  private authenticated = false;
  private waiting: (() => void)[] = [];

  constructor(server: FakeServer, socket: WebSocket) {
    this.server = server;
    this.socket = socket;
    this.closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const frame = parse(data.toString());
      this.received.push(frame);
      if (!server.behaviour.intercept?.(this, frame)) this.answer(frame);
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  send(...frames: (string | Buffer)[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  /** The first frame that came and matches; waits for it. */
  async frame(matches: (frame: Element) => boolean): Promise<Element> {
    for (;;) {
      const found = this.received.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  named(name: string): Promise<Element> {
    return this.frame((frame) => frame.getName() === name);
  }

  private speaks(stage: string): boolean {
    const { silentFrom } = this.server.behaviour;
    return silentFrom === undefined || stages.indexOf(stage) < stages.indexOf(silentFrom);
  }

  private answer(frame: Element): void {
    const { behaviour } = this.server;
    const { sasl1, sm = true, resume = true, afterLogin = [] } = behaviour;
    const xmlns = frame.getNS();
    const name = frame.getName();
    const enabled = `<enabled xmlns='${NS_SM}' id='r1' ${resume ? "resume='true'" : ''}/>`;
    if (name === 'open') {
      if (this.speaks('open'))
        this.send(`<open xmlns='${NS_FRAMING}' from='${domain}' id='1' version='1.0'/>`);
      if (this.speaks('features')) this.send(this.features(sasl1, sm));
    } else if (name === 'auth' && xmlns === NS_SASL) {
      this.authenticated = true;
      if (this.speaks('login')) this.send(`<success xmlns='${NS_SASL}'/>`);
    } else if (name === 'authenticate') {
      if (this.speaks('login')) this.send(this.success(frame, enabled, sm), ...afterLogin);
    } else if (name === 'iq' && frame.getChild('bind', NS_BIND)) {
      if (this.speaks('bind'))
        this.send(
          `<iq xmlns='jabber:client' type='result' id='${frame.attrs.id}'><bind xmlns='${NS_BIND}'><jid>me@${domain}/r</jid></bind></iq>`,
          ...(sm ? [] : afterLogin),
        );
    } else if (name === 'enable') {
      this.server.handled = 0;
      if (this.speaks('enable')) this.send(enabled, ...afterLogin);
    } else if (name === 'resume') {
      this.send(`<resumed xmlns='${NS_SM}' previd='r1' h='${this.server.handled}'/>`);
    } else if (name === 'iq' || name === 'message' || name === 'presence') {
      this.server.handled++;
      const ping = frame.attrs.to === domain;
      if (this.speaks('online') && ping && !frame.getChild('bind'))
        this.send(
          `<iq xmlns='jabber:client' type='result' id='${frame.attrs.id}' from='${domain}'/>`,
        );
    } else if (name === 'r') {
      if (this.speaks('online')) this.send(`<a xmlns='${NS_SM}' h='${this.server.handled}'/>`);
    } else if (name === 'close') {
      if (this.speaks('close')) {
        this.send(`<close xmlns='${NS_FRAMING}'/>`);
        this.socket.close();
      }
    }
  }

  private features(sasl1: string | undefined, sm: boolean): string {
    const inline = `<bind xmlns='${NS_BIND2}'><inline>${sm ? `<feature var='${NS_SM}'/>` : ''}</inline></bind>${sm ? `<sm xmlns='${NS_SM}'/>` : ''}<fast xmlns='${NS_FAST}'><mechanism>HT-SHA-256-NONE</mechanism></fast>`;
    const login = sasl1
      ? `<mechanisms xmlns='${NS_SASL}'><mechanism>${sasl1}</mechanism></mechanisms>`
      : `<authentication xmlns='${NS_SASL2}'><mechanism>ANONYMOUS</mechanism><inline>${inline}</inline></authentication>`;
    const session = `<bind xmlns='${NS_BIND}'/>${sm ? `<sm xmlns='${NS_SM}'/>` : ''}`;
    return `<stream:features xmlns:stream='${NS_STREAM}'>${this.authenticated ? session : login}</stream:features>`;
  }

  private success(authenticate: Element, enabled: string, sm: boolean): string {
    const proof = createHmac('sha256', token).update('Responder').digest('base64');
    const resumes = authenticate.getChild('resume', NS_SM) !== undefined;
    this.authenticated = true;
    if (!resumes) this.server.handled = 0;
    const session = resumes
      ? `<resumed xmlns='${NS_SM}' previd='r1' h='${this.server.handled}'/>`
      : `<bound xmlns='${NS_BIND2}'>${sm ? enabled : ''}</bound>`;
    return `<success xmlns='${NS_SASL2}'><additional-data>${proof}</additional-data><authorization-identifier>me@${domain}/r</authorization-identifier>${session}</success>`;
  }
}
