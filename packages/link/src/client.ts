/// <reference path="./xmpp-types.d.ts" />
import { type Element, SessionError } from '@fjern/protocol';
import { Client, type ConnectionSocket } from '@xmpp/client-core';
import ConnectionWebSocket from '@xmpp/websocket/lib/Connection.js';
import Socket, { isSecure } from '@xmpp/websocket/lib/Socket.js';
import { type FrameLimits, frameParser } from './guard.ts';
import type { Platform } from './platform.ts';

/** Whom a client tells what happens. */
export interface ClientOwner {
  /** A WebSocket message; `parse` hands on what is in it, or throws. */
  data(data: unknown, parse: (frame: string) => void): void;
  element(element: Element): void;
  /** The server gave us this address. */
  bind(jid: string): void;
  /** A resource is bound, or the old session resumed. */
  settled(resumed: boolean): void;
  end(error: SessionError, final?: boolean): void;
}

/** The entity that the modules share. What it overrides is where stock code would follow, throw or stall. */
export class LinkClient extends Client {
  private readonly owner: ClientOwner;

  constructor(options: { service: string; domain: string; timeout: number }, owner: ClientOwner) {
    super(options);
    this.owner = owner;
    this.on('close', () =>
      owner.end(new SessionError('stream-error', 'The server closed the stream'), true),
    );
    let cause: Error | undefined;
    this.on('error', (error: Error) => {
      cause = error;
    });
    this.on('disconnect', () =>
      owner.end(
        cause
          ? new SessionError('unreachable', `The connection failed: ${cause.message}`, { cause })
          : new SessionError('unreachable', 'The connection was lost'),
      ),
    );
  }

  override _onData(data: unknown): void {
    this.owner.data(data, (frame) => {
      if (!this.parser) throw new SessionError('protocol', 'The server spoke before <open/>');
      super._onData(frame);
    });
  }

  override _onElement(element: Element): void {
    this.owner.element(element);
  }

  // Not a JID of @xmpp/jid, whose escaping needs String.replaceAll (Chromium 85).
  override _jid(id: string) {
    this.owner.bind(id);
    const bare = { toString: () => id.split('/', 1)[0] ?? id };
    this.jid = { toString: () => id, bare: () => bare };
    return this.jid;
  }

  override _ready(resumed = false): void {
    this.owner.settled(resumed);
  }
}

/** The WebSocket transport with our socket and our parser. */
export function transport(platform: Platform, limits: FrameLimits): unknown {
  class LinkSocket extends Socket implements ConnectionSocket {
    override connect(url: string): void {
      this.url = url;
      this.secure = isSecure(url);
      try {
        this._attachSocket(platform.openSocket(url, limits.maxFrame));
      } catch (cause) {
        throw new SessionError('unreachable', `Cannot open ${url}`, { cause });
      }
    }
  }
  class Transport extends ConnectionWebSocket {}
  Transport.prototype.Socket = LinkSocket;
  Transport.prototype.Parser = frameParser(limits);
  return Transport;
}
