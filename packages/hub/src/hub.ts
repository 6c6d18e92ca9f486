import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Session } from '@fjern/protocol';
import { WebSocketServer } from 'ws';
import type { ClientSession } from './client-session.ts';
import { HubError, StreamFault } from './errors.ts';
import { createFrameParser } from './frame.ts';
import { webSocketPath } from './host-meta.ts';
import { answerRequest, type HttpOptions, type HubDocument, requestPath, tooMany } from './http.ts';
import { parseJid } from './jid.ts';
import { defaultLimits, type HubLimits } from './limits.ts';
import { createHttpServer, listen, listenOnDescriptor } from './listen.ts';
import { LocalSession } from './local-session.ts';
import { checkHost, checkOrigin, normalizeOrigin, type Refusal } from './origin.ts';
import { addressKey, createRates, type Rates } from './rates.ts';
import { Router } from './router.ts';
import { type Accounts, Sasl } from './sasl.ts';
import { answerDisco, answerPings, answerSessionRequests } from './service.ts';
import { Sessions } from './sessions.ts';
import type { Mounts } from './static.ts';
import { Stream, type StreamContext } from './stream.ts';
import { LoginThrottle } from './throttle.ts';

export interface HubOptions {
  /** The household domain. Clients address it in `<open to/>`, whatever address they connected to. */
  domain: string;
  accounts: Accounts;
  /** 0, the default: any that is free. */
  port?: number;
  /** Default: all addresses. */
  host?: string;
  /**
   * Instead of both: a listening TCP socket that was inherited (socket activation), by its descriptor. It is closed
   * with the hub, and this process cannot open it again.
   */
  fd?: number;
  /** PEM. With it, https and wss are spoken and nothing else. */
  tls?: { cert: string; key: string };
  /** Offers SASL ANONYMOUS: whoever comes in that way may pair, and nothing else. */
  anonymous?: boolean;
  /** Folders with the apps: `{ '/': phonePage, '/tv/': tvPage }`. */
  mounts?: Mounts;
  /** What is not a file, by path: `{ '/tv/config.json': () => ({ contentType, body }) }`. */
  documents?: Readonly<Record<string, () => HubDocument>>;
  /** DNS names under which the hub may be asked, beside addresses and localhost; all others are refused. */
  hosts?: () => readonly string[];
  /**
   * Origins whose pages may connect, beside the hub's own: `https://tv.example`. That of a proxy that ends TLS
   * before the hub has to be named here.
   */
  origins?: readonly string[];
  /**
   * Pages of this network may connect and read the documents, and the hub's own may connect to others: a phone page
   * then controls several TVs. Of this network is a page whose address has a private, link-local or loopback IP
   * address written out, or a name in `.local`. docs/security.md says why that is safe. Default: not.
   */
  lanPages?: boolean;
  limits?: Partial<HubLimits>;
  /** Keeps what is shown of unknown users the same across restarts (32 random bytes). */
  secret?: Uint8Array;
}

export interface Login {
  jid: string;
  /** Undefined for an anonymous stream. */
  username: string | undefined;
  /** Of the client: an IP address. */
  address: string;
  resumed: boolean;
}

export interface HubEvents {
  /** A resource was bound, or a session resumed. */
  login: (login: Login) => void;
  /** A client's session ended for good. */
  logout: (logout: Pick<Login, 'jid' | 'username'>) => void;
  /** A handler or listener of this process threw. Without a listener it is written to standard error. */
  error: (error: unknown) => void;
}

export interface Hub {
  readonly domain: string;
  readonly port: number;
  /** As it is reached from this machine: `http://localhost:5280`. */
  readonly url: string;
  /** The WebSocket, likewise. */
  readonly webSocketUrl: string;
  /** The domain's own session. What has a handler here is announced in the domain's disco#info. */
  readonly service: Session;
  /**
   * A session in this process for a full JID of the domain. As a login does, it displaces whoever has the
   * JID, or, with an `exclusive` account, any session of the account.
   * @throws HubError `bad-option`: not a full JID of this domain, or the hub is closed
   */
  attach(jid: string): Session;
  /**
   * Ends everything of an account at once, resumable sessions too. To keep it out, take it from the
   * accounts first.
   */
  disconnect(username: string, text?: string): void;
  on<E extends keyof HubEvents>(event: E, listener: HubEvents[E]): () => void;
  /** Says goodbye to every client and frees the port. May be repeated. */
  close(): Promise<void>;
}

/**
 * Starts the embedded XMPP endpoint: RFC 7395 streams and the apps' pages on one port.
 * @throws HubError `port-in-use`, `listen-failed`, `bad-tls`, `bad-option`
 */
export async function createHub(options: HubOptions): Promise<Hub> {
  const domain = parseJid(options.domain);
  if (!domain || domain.bare !== domain.domain || domain.resource !== undefined)
    throw new HubError('bad-option', `"${options.domain}" is not a domain.`);
  const hub = new EmbeddedHub({ ...options, domain: domain.domain });
  await hub.listen();
  return hub;
}

class EmbeddedHub implements Hub, StreamContext {
  readonly domain: string;
  readonly limits: HubLimits;
  readonly service: LocalSession;
  readonly sasl: Sasl;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly rates: Rates;
  readonly parse;
  port = 0;
  private readonly options: HubOptions;
  private readonly http: HttpOptions;
  private readonly router: Router;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  /** How many are open, by address. */
  private readonly connections = new Map<string, number>();
  private readonly streams = new Set<Stream>();
  private readonly attached = new Set<LocalSession>();
  private readonly events = new EventEmitter();
  private aliveTimer: NodeJS.Timeout | undefined;
  private closed: Promise<void> | undefined;

  constructor(options: HubOptions) {
    const { domain, accounts, secret } = options;
    this.options = options;
    this.domain = domain;
    this.limits = { ...defaultLimits, ...options.limits };
    this.http = {
      secure: options.tls !== undefined,
      mounts: options.mounts ?? {},
      documents: options.documents ?? {},
      hosts: options.hosts ?? (() => []),
      origins: (options.origins ?? []).map(normalizeOrigin),
      lanPages: options.lanPages ?? false,
      admits: (request) => this.rates.requests.take(addressKey(addressOf(request.socket))),
    };
    this.parse = createFrameParser(this.limits);
    this.router = new Router(domain);
    this.sasl = new Sasl({
      accounts,
      domain,
      anonymous: options.anonymous ?? false,
      ...(secret ? { secret } : {}),
    });
    this.throttle = new LoginThrottle(this.limits);
    this.rates = createRates(this.limits);
    this.sessions = new Sessions({
      domain,
      limits: this.limits,
      router: this.router,
      onLogout: (session) =>
        this.emit('logout', { jid: session.jid, username: accountOf(session) }),
    });
    this.service = this.createLocal(domain, domain, 'service');
    answerPings(this.service, this.router);
    answerDisco(this.service, this.router);
    answerSessionRequests(this.router);
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Somewhat larger than the limit, so that most offenders are told in XMPP what was wrong.
      maxPayload: 2 * this.limits.frameBytes,
      handleProtocols: () => 'xmpp',
    });
    this.server = createHttpServer(options.tls);
    this.server.headersTimeout = 10_000;
    this.server.maxConnections = this.limits.connections;
    // First of all listeners: before a TLS handshake costs anything.
    this.server.prependListener('connection', (socket: Socket) => this.onConnection(socket));
    this.server.on('request', (request, response) => {
      answerRequest(request, response, this.http).catch((error: unknown) => {
        this.onError(error);
        response.destroy();
      });
    });
    this.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    const { port = 0, host, fd } = this.options;
    this.port =
      fd === undefined
        ? await listen(this.server, port, host)
        : await listenOnDescriptor(this.server, fd);
    this.server.on('error', (error) => this.onError(error));
    const check = () => {
      const now = performance.now();
      for (const stream of this.streams) stream.checkAlive(now);
    };
    this.aliveTimer = setInterval(check, (this.limits.deadPeerSeconds * 1000) / 3);
  }

  get url(): string {
    const { host, tls } = this.options;
    const everywhere = host === undefined || host === '::' || host === '0.0.0.0';
    const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `${tls ? 'https' : 'http'}://${name}:${this.port}`;
  }

  get webSocketUrl(): string {
    return `${this.url.replace(/^http/, 'ws')}${webSocketPath}`;
  }

  attach(text: string): Session {
    const jid = parseJid(text);
    if (this.closed) throw new HubError('bad-option', 'The hub is closed.');
    if (!jid || jid.local === undefined || jid.resource === undefined || jid.domain !== this.domain)
      throw new HubError('bad-option', `"${text}" is not a full JID of ${this.domain}.`);
    const exclusive = this.options.accounts.find(jid.local)?.exclusive === true;
    const session = this.createLocal(jid.full, jid.bare, 'account', exclusive);
    this.attached.add(session);
    session.on('state', () => this.attached.delete(session));
    return session;
  }

  disconnect(username: string, text = 'The account is no longer allowed in.'): void {
    const fault = () => new StreamFault('not-authorized', text);
    for (const session of this.sessions.of(username)) session.end(fault());
    // Authenticated, but without a resource yet.
    for (const stream of this.streams) if (stream.username === username) stream.fail(fault());
  }

  on<E extends keyof HubEvents>(event: E, listener: HubEvents[E]): () => void {
    this.events.on(event, listener);
    return () => this.events.off(event, listener);
  }

  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  onLogin(session: ClientSession, stream: Stream, resumed: boolean): void {
    const { jid } = session;
    this.emit('login', { jid, username: accountOf(session), address: stream.address, resumed });
  }

  onClosed(stream: Stream): void {
    this.streams.delete(stream);
    if (this.streams.size === 0) this.events.emit('idle');
  }

  onError(error: unknown): void {
    if (this.events.listenerCount('error') === 0) console.error(error);
    else this.emit('error', error);
  }

  private createLocal(jid: string, bare: string, kind: 'account' | 'service', exclusive = false) {
    const onError = (error: unknown) => this.onError(error);
    const session = new LocalSession({ jid, bare, kind, router: this.router, onError });
    this.router.add(session, exclusive);
    return session;
  }

  private onConnection(socket: Socket): void {
    const key = addressKey(addressOf(socket));
    const open = this.connections.get(key) ?? 0;
    if (open >= this.limits.connectionsPerAddress || !this.rates.connections.take(key)) {
      socket.destroy();
      return;
    }
    this.connections.set(key, open + 1);
    socket.once('close', () => {
      const left = (this.connections.get(key) ?? 0) - 1;
      if (left > 0) this.connections.set(key, left);
      else this.connections.delete(key);
    });
  }

  private onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const address = addressOf(request.socket);
    const refused = this.checkUpgrade(request, address);
    if (refused) {
      refuseUpgrade(socket, refused);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (ws) => {
      this.streams.add(new Stream(ws, socket, address, this));
    });
  }

  private checkUpgrade(request: IncomingMessage, address: string): Refusal | undefined {
    if (this.closed) return { status: 503, text: 'The hub is shutting down.' };
    const key = addressKey(address);
    if (!this.rates.upgrades.take(key)) return tooMany;
    const refused = checkHost(request, this.http) ?? checkOrigin(request, this.http);
    if (refused) return refused;
    if (requestPath(request) !== webSocketPath)
      return { status: 404, text: `The WebSocket is at ${webSocketPath}.` };
    const protocols = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
    if (!protocols.includes('xmpp'))
      return { status: 400, text: 'The subprotocol is xmpp (RFC 7395 §3.1).' };
    let same = 0;
    for (const stream of this.streams) if (stream.addressKey === key) same++;
    if (same >= this.limits.streamsPerAddress)
      return { status: 429, text: 'There are too many connections from your address.' };
    return undefined;
  }

  private emit<E extends keyof HubEvents>(event: E, value: Parameters<HubEvents[E]>[0]): void {
    try {
      this.events.emit(event, value);
    } catch (error) {
      // A listener's own fault may not take a stream with it.
      if (event === 'error') console.error(error);
      else this.onError(error);
    }
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.aliveTimer);
    const serverClosed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.sessions.endAll();
    for (const stream of this.streams) stream.fail(new StreamFault('system-shutdown'));
    for (const session of [...this.attached, this.service]) await session.close();
    if (this.streams.size > 0)
      await new Promise<void>((resolve) => this.events.once('idle', resolve));
    this.sockets.close();
    this.server.closeAllConnections();
    await serverClosed;
  }
}

function accountOf(session: ClientSession): string | undefined {
  return session.kind === 'account' ? session.username : undefined;
}

/** IPv4 in the notation of IPv4. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function refuseUpgrade(socket: Duplex, { status, text }: Refusal): void {
  const body = `${text}\n`;
  // Whoever does not close its side would keep the socket for ever.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
