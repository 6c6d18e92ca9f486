import { NS_STANZAS } from './namespaces.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

/** RFC 6120 §8.3.3: the defined conditions of a stanza error. */
export const stanzaConditions = [
  'bad-request',
  'conflict',
  'feature-not-implemented',
  'forbidden',
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-acceptable',
  'not-allowed',
  'not-authorized',
  'policy-violation',
  'recipient-unavailable',
  'redirect',
  'registration-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'subscription-required',
  'undefined-condition',
  'unexpected-request',
] as const;
export type StanzaCondition = (typeof stanzaConditions)[number];

/** RFC 6120 §8.3.2: what the sender may do about it. */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

export interface ApplicationCondition {
  name: string;
  xmlns: string;
  /** What arrived, for a condition that says more than its name. */
  element?: Element;
}

export interface StanzaErrorOptions {
  type?: StanzaErrorType;
  /** For people: what happened and what to do, one sentence. */
  text?: string;
  /** RFC 6120 §8.3.4: the application-specific condition. */
  application?: ApplicationCondition;
  cause?: unknown;
}

const defaultType: Partial<Record<StanzaCondition, StanzaErrorType>> = {
  'bad-request': 'modify',
  forbidden: 'auth',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  'registration-required': 'auth',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'subscription-required': 'auth',
  'unexpected-request': 'wait',
};

/** An error that travelled, or will travel, as an XMPP stanza error (RFC 6120 §8.3). */
export class StanzaError extends Error {
  override name = 'StanzaError';
  readonly condition: StanzaCondition;
  readonly type: StanzaErrorType;
  readonly application: ApplicationCondition | undefined;

  constructor(condition: StanzaCondition, options: StanzaErrorOptions = {}) {
    super(options.text ?? condition, options.cause === undefined ? {} : { cause: options.cause });
    this.condition = condition;
    this.type = options.type ?? defaultType[condition] ?? 'cancel';
    this.application = options.application;
  }

  /** The `<error/>` child of an error stanza. */
  toElement(): Element {
    const element = xml('error', { type: this.type }, xml(this.condition, { xmlns: NS_STANZAS }));
    if (this.message !== this.condition)
      element.cnode(xml('text', { xmlns: NS_STANZAS }, toXmlText(this.message)));
    if (this.application)
      element.cnode(
        this.application.element ?? xml(this.application.name, { xmlns: this.application.xmlns }),
      );
    return element;
  }

  /** Reads the error of a stanza of type `error`; lenient, as the peer may be anyone. */
  static fromStanza(stanza: Element): StanzaError {
    return StanzaError.fromElement(stanza.getChild('error'));
  }

  /** Reads an `<error/>`. */
  static fromElement(error: Element | undefined): StanzaError {
    let condition: StanzaCondition = 'undefined-condition';
    let application: ApplicationCondition | undefined;
    let text: string | undefined;
    for (const child of error ? childElements(error) : []) {
      const name = child.getName();
      const xmlns = child.getNS() ?? '';
      if (xmlns !== NS_STANZAS) application ??= { name, xmlns, element: child };
      else if (name === 'text') text = child.getText();
      else condition = stanzaConditions.find((known) => known === name) ?? condition;
    }
    const type = error && attribute(error, 'type');
    return new StanzaError(condition, {
      ...(isErrorType(type) ? { type } : {}),
      ...(text ? { text } : {}),
      ...(application ? { application } : {}),
    });
  }
}

function isErrorType(type: string | undefined): type is StanzaErrorType {
  return ['auth', 'cancel', 'continue', 'modify', 'wait'].includes(type ?? '');
}

export type ProtocolErrorCode =
  /** Not an element that the decoder knows, or one without a required part. */
  | 'malformed'
  /** A value that does not parse or lies outside its range. */
  | 'invalid-value'
  /** In our namespace, but no command (or facet, …) of this version. */
  | 'unknown';

/** The only thing that a decoder of this package throws. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  /** Where: element and attribute names, e.g. `seek@currentTime`. */
  readonly path: string;

  constructor(code: ProtocolErrorCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.code = code;
    this.path = path;
  }
}
