import { type Element, NS_STREAM, NS_STREAMS, xml } from '@fjern/protocol';

export type HubErrorCode =
  /** Another process has the port: choose another one, or stop that process. */
  | 'port-in-use'
  /** The operating system refused to listen; `cause` has its error. */
  | 'listen-failed'
  /** Certificate and key cannot be used together, or at all. */
  | 'bad-tls'
  /** An option or argument has a value that cannot work. */
  | 'bad-option';

export class HubError extends Error {
  override name = 'HubError';
  readonly code: HubErrorCode;

  constructor(code: HubErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** RFC 6120 §4.9.3: the stream error conditions that the hub uses. */
export type StreamCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-unknown'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-stanza-type'
  | 'unsupported-version';

/** Thrown by whatever finds that a stream cannot go on; the stream sends it and closes. */
export class StreamFault extends Error {
  override name = 'StreamFault';
  readonly condition: StreamCondition;
  private readonly application: Element | undefined;

  constructor(condition: StreamCondition, text?: string, application?: Element) {
    super(text ?? condition);
    this.condition = condition;
    this.application = application;
  }

  toElement(): Element {
    return xml(
      'stream:error',
      { 'xmlns:stream': NS_STREAM },
      xml(this.condition, { xmlns: NS_STREAMS }),
      this.message === this.condition
        ? undefined
        : xml('text', { xmlns: NS_STREAMS, 'xml:lang': 'en' }, this.message),
      this.application,
    );
  }
}
