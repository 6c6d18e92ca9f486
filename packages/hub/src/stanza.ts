import {
  attribute,
  Element,
  isXmlText,
  NS_CLIENT,
  type StanzaError,
  toText,
  toXmlText,
  xml,
} from '@fjern/protocol';

/** The text of a stanza as one frame. What XML cannot carry is left out: a peer would end its stream. */
export function toFrame(stanza: Element): string {
  const text = toText(stanza);
  return isXmlText(text) ? text : toXmlText(text);
}

/** The same stanza for another addressee. Shares the children, so that a broadcast copies no payload. */
export function addressedTo(stanza: Element, to: string): Element {
  const copy = new Element(stanza.name);
  Object.assign(copy.attrs, stanza.attrs, { to });
  copy.children = stanza.children;
  return copy;
}

/** Errors and results are never answered with an error (RFC 6120 §8.3.1, §8.2.3): two that did would never stop. */
export function mayBeRefused(stanza: Element): boolean {
  const type = attribute(stanza, 'type');
  return type !== 'error' && !(stanza.name === 'iq' && type === 'result');
}

/** RFC 6120 §8.3: answers a stanza with an error. The sender's payload is not sent back. */
export function errorReply(stanza: Element, error: StanzaError): Element {
  return xml(
    stanza.name,
    {
      xmlns: NS_CLIENT,
      type: 'error',
      id: attribute(stanza, 'id'),
      from: attribute(stanza, 'to'),
      to: attribute(stanza, 'from'),
    },
    error.toElement(),
  );
}

/** RFC 6120 §8.2.3. */
export function resultReply(iq: Element, payload?: Element): Element {
  return xml(
    'iq',
    {
      xmlns: NS_CLIENT,
      type: 'result',
      id: attribute(iq, 'id'),
      from: attribute(iq, 'to'),
      to: attribute(iq, 'from'),
    },
    payload,
  );
}

export function isStanza(element: Element): boolean {
  return element.name === 'iq' || element.name === 'message' || element.name === 'presence';
}
