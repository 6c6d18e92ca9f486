// The parts of @xmpp/* 0.14.0 (which ships no types) that this package touches, and no more.
// Every assumption about its internals is written down here.

declare module '@xmpp/events' {
  export class EventEmitter {
    on(event: string, listener: (...args: never[]) => void): this;
    removeListener(event: string, listener: (...args: never[]) => void): this;
    emit(event: string, ...args: unknown[]): boolean;
    listenerCount(event: string): number;
  }
}

declare module '@xmpp/client-core' {
  import type { EventEmitter } from '@xmpp/events';
  import type { Element } from 'ltx';

  export interface ConnectionSocket extends EventEmitter {
    /** The WebSocket; null when detached. */
    socket: import('./platform.ts').WebSocketLike | null;
    url: string | null;
    secure: boolean;
    write(data: string): void;
    _attachSocket(socket: import('./platform.ts').WebSocketLike): void;
    _detachSocket(): void;
  }
  export interface Bare {
    toString(): string;
    bare(): { toString(): string };
  }
  export interface ClientOptions {
    service: string;
    domain: string;
    /** Milliseconds for the answer to `<open/>`. */
    timeout: number;
  }

  export class Client extends EventEmitter {
    constructor(options: ClientOptions);
    jid: Bare | null;
    options: ClientOptions;
    socket: ConnectionSocket | null;
    parser: EventEmitter | null;
    root: Element | null;
    transports: unknown[];
    connect(service: string): Promise<void>;
    open(options: { domain: string }): Promise<Element>;
    send(element: Element): Promise<void>;
    hook(event: 'close', handler: () => Promise<void>): void;
    _onData(data: unknown): void;
    _onElement(element: Element): void;
    _jid(id: string): Bare;
    _ready(resumed?: boolean): void;
    _detachSocket(): void;
    _detachParser(): void;
  }
}

declare module '@xmpp/client-core/src/bind2/bind2.js' {
  import type { Client } from '@xmpp/client-core';
  import type { Sasl2 } from '@xmpp/sasl2';
  import type { Element } from 'ltx';
  export interface Bind2 {
    use(
      xmlns: string,
      request: (feature: Element) => Element | undefined,
      response: (element: Element) => void,
    ): void;
  }
  export default function bind2(
    parts: { sasl2: Sasl2; entity: Client },
    tag: string | undefined,
  ): Bind2;
}

declare module '@xmpp/connection' {
  import { Client } from '@xmpp/client-core';
  export default Client;
}

declare module '@xmpp/websocket/lib/Connection.js' {
  import { Client } from '@xmpp/client-core';
  export default class ConnectionWebSocket extends Client {
    Socket: unknown;
    Parser: unknown;
  }
}

declare module '@xmpp/websocket/lib/Socket.js' {
  import type { ConnectionSocket } from '@xmpp/client-core';
  import { EventEmitter } from '@xmpp/events';
  export function isSecure(url: string): boolean;
  export default class Socket extends EventEmitter implements ConnectionSocket {
    socket: ConnectionSocket['socket'];
    url: string | null;
    secure: boolean;
    connect(url: string): void;
    write(data: string): void;
    _attachSocket(socket: import('./platform.ts').WebSocketLike): void;
    _detachSocket(): void;
  }
}

declare module '@xmpp/stream-features' {
  import type { Client } from '@xmpp/client-core';
  import type { Element } from 'ltx';
  export interface Context {
    stanza: Element;
    entity: Client;
  }
  export type Handler = (context: Context, next: () => Promise<unknown>) => unknown;
  /** What the negotiation modules need of `@xmpp/middleware`. */
  export interface Middleware {
    use(handler: Handler): unknown;
    filter(handler: Handler): unknown;
  }
  export interface StreamFeatures {
    use(name: string, xmlns: string, handler: Handler): unknown;
  }
  export default function streamFeatures(parts: {
    middleware: Pick<Middleware, 'use'>;
  }): StreamFeatures;
}

declare module '@xmpp/sasl' {
  import type { Client } from '@xmpp/client-core';
  import type { StreamFeatures } from '@xmpp/stream-features';
  import type { Element } from 'ltx';
  import type { Mechanism } from './sasl/mechanism.ts';
  /** The two members of `saslmechanisms` that are used. */
  export interface SaslFactory {
    _mechs: { name: string }[];
    create(names: string[]): Mechanism | null;
  }
  /** `authenticate` resolves when the server accepted. */
  export type OnAuthenticate = (
    authenticate: (
      credentials: Record<string, string>,
      mechanism: string | undefined,
      userAgent?: Element,
    ) => Promise<void>,
    mechanisms: string[],
    fast: unknown,
    entity: Client,
  ) => Promise<void>;
  export default function sasl(
    parts: { streamFeatures: StreamFeatures; saslFactory: SaslFactory },
    onAuthenticate: OnAuthenticate,
  ): void;
}

declare module '@xmpp/sasl/index.js' {
  export { default } from '@xmpp/sasl';
}

declare module '@xmpp/sasl2' {
  import type { Client } from '@xmpp/client-core';
  import type { OnAuthenticate, SaslFactory } from '@xmpp/sasl';
  import type { StreamFeatures } from '@xmpp/stream-features';
  import type { Element } from 'ltx';

  interface AuthenticateParts {
    entity: Client;
    userAgent: Element | undefined;
    streamFeatures: (Element | undefined)[];
    features: unknown;
    credentials: Record<string, string>;
  }
  export interface FastParts extends AuthenticateParts {
    authenticate(
      parts: AuthenticateParts & { saslFactory: SaslFactory; mechanism: string },
    ): Promise<void>;
  }
  export interface Fast {
    /** Null unless the server offers one that we have. */
    mechanism: string | null;
    /** Resolves with whether it authenticated; the password path follows when it did not. */
    auth(parts: FastParts): Promise<boolean>;
  }
  export interface Sasl2 {
    use(
      xmlns: string,
      request: (feature: Element) => Element | undefined,
      response: (element: Element) => void,
    ): void;
    setup(parts: { fast: Fast }): void;
  }
  export default function sasl2(
    parts: { streamFeatures: StreamFeatures; saslFactory: SaslFactory },
    onAuthenticate: OnAuthenticate,
  ): Sasl2;
}

declare module '@xmpp/resource-binding' {
  import type { StreamFeatures } from '@xmpp/stream-features';
  import type { Element } from 'ltx';
  export default function resourceBinding(
    parts: {
      streamFeatures: StreamFeatures;
      iqCaller: { set(payload: Element): Promise<Element> };
    },
    resource: string | undefined,
  ): void;
}

declare module '@xmpp/stream-management' {
  import type { Client } from '@xmpp/client-core';
  import type { Bind2 } from '@xmpp/client-core/src/bind2/bind2.js';
  import type { EventEmitter } from '@xmpp/events';
  import type { Sasl2 } from '@xmpp/sasl2';
  import type { Middleware, StreamFeatures } from '@xmpp/stream-features';
  import type { Element } from 'ltx';
  export interface QueuedStanza {
    stanza: Element;
    /** XEP-0082 date-time of the first sending. */
    stamp: string;
  }
  export interface StreamManagement extends EventEmitter {
    enabled: boolean;
    enableSent: boolean;
    /** The resumption id; empty when there is nothing to resume. */
    id: string;
    outbound_q: QueuedStanza[];
    outbound: number;
    inbound: number;
    /** Milliseconds; 0 turns its own dead-peer detection off. */
    timeout: number;
    requestAckInterval: number;
    requestAckDebounce: number;
  }
  export default function streamManagement(parts: {
    streamFeatures: StreamFeatures;
    entity: Client;
    middleware: Middleware;
    bind2: Bind2;
    sasl2: Sasl2;
  }): StreamManagement;
}
