import type { Element } from './xml.ts';

declare global {
  // Merges with the platform's own; this package is compiled without any platform's types.
  interface AbortSignal {}
}

/**
 * What the agent and the remote need of an XMPP session, however it is carried: `@fjern/link`
 * implements it over a WebSocket, the hub implements it in memory for an agent in its own process.
 */
export interface Session {
  /** The bound full JID; the empty string before the first bind. */
  readonly jid: string;
  readonly state: SessionState;

  /**
   * Sends a message or presence. `from` is stamped by the server.
   * @throws SessionError `not-online` when the session is not online and cannot queue (nothing is dropped in silence)
   */
  send(stanza: Element): void;

  /**
   * Sends an IQ of type get or set and resolves with the result stanza. The id is chosen here. Only an
   * answer from whom it was asked is accepted (RFC 6120 §8.1.2.1, §8.2.3). A request survives a
   * resumption (XEP-0198 §5).
   * @throws StanzaError as answered
   * @throws SessionError `not-online`, `timeout`, `aborted`, or `lost` (the session ended without
   *   resumption: whether the request was handled is unknown)
   */
  request(iq: Element, options?: RequestOptions): Promise<Element>;

  /**
   * Answers IQs of `type` whose payload is in `xmlns`. One handler each; registering a second throws.
   * Returns the function that removes it.
   */
  handle(type: 'get' | 'set', xmlns: string, handler: IqHandler): () => void;

  on<E extends keyof SessionEvents>(event: E, listener: SessionEvents[E]): () => void;

  /** Ends the session for good: closes the stream, rejects what is pending. Never throws; may be repeated. */
  close(): Promise<void>;
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Seconds; default 30. */
  timeout?: number;
}

/**
 * Returns the payload of the result, or nothing for an empty result, or throws: a StanzaError is
 * answered as it is, a ProtocolError as bad-request, anything else as internal-server-error.
 */
export type IqHandler = (
  payload: Element,
  iq: Element,
) => Element | undefined | Promise<Element | undefined>;

export interface SessionEvents {
  state: (state: SessionState) => void;
  message: (stanza: Element) => void;
  presence: (stanza: Element) => void;
}

export type SessionState =
  /** An attempt is under way. */
  | { status: 'connecting' }
  /** Authenticated and bound (or resumed); stanzas flow. `resumed` is false for a session without a past. */
  | { status: 'online'; resumed: boolean }
  /** The connection is down; the next attempt starts at `retryAt` (ms since the Unix epoch) or when the network returns. */
  | { status: 'waiting'; error: SessionError; retryAt: number }
  /** Final: closed by us (no error), or by a reason that trying again cannot mend. */
  | { status: 'closed'; error?: SessionError };

export type SessionErrorCode =
  | 'aborted'
  | 'closed'
  /** Another session took this resource (RFC 6120 §4.9.3.3). */
  | 'conflict'
  /** The session ended with the request unanswered: its outcome is unknown. */
  | 'lost'
  | 'not-online'
  /** The peer sent what is not XMPP, or broke a rule of it. */
  | 'protocol'
  /** The credential is not, or no longer, accepted. */
  | 'refused'
  /** The server ended the stream with an error; `condition` says which. */
  | 'stream-error'
  | 'timeout'
  | 'unreachable';

export class SessionError extends Error {
  override name = 'SessionError';
  readonly code: SessionErrorCode;
  /** The stream or SASL error condition (RFC 6120 §4.9.3, §6.5), if the peer gave one. */
  readonly condition: string | undefined;

  constructor(
    code: SessionErrorCode,
    message: string,
    options: { condition?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.condition = options.condition;
  }
}
