/** The little of xmpp.js that is used here: it brings no types. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';
  import type { Element } from '@fjern/protocol';

  export interface Client extends EventEmitter {
    jid: { toString(): string } | null;
    start(): Promise<{ toString(): string }>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
    iqCaller: { request(iq: Element, timeout?: number): Promise<Element> };
    iqCallee: { get(xmlns: string, name: string, handler: () => Element): void };
    streamManagement: EventEmitter;
    reconnect: { delay: number };
  }

  export function client(options: {
    service: string;
    domain: string;
    resource?: string;
    username?: string;
    password?: string;
  }): Client;
  export function xml(name: string, attrs?: object, ...children: (Element | string)[]): Element;
}
