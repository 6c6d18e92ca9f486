import {
  ProtocolError,
  type StanzaCondition,
  StanzaError,
  type StanzaErrorType,
} from './errors.ts';
import { NS_ERRORS, NS_PAIR } from './namespaces.ts';
import { expectElement, oneOf, optionalText, required } from './values.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

// The messages of `urn:xmpp:second-screen:pair:0`.

export const remoteKinds = ['phone', 'tablet', 'computer', 'other'] as const;
export type RemoteKind = (typeof remoteKinds)[number];

/** A remote introduces itself and shows that it saw the code. */
export interface PairRequest {
  secret: string;
  /** For the TV's viewer: `Anna’s phone`. */
  name: string;
  kind: RemoteKind;
}

export function encodePairRequest({ secret, name, kind }: PairRequest): Element {
  return xml(
    'pair',
    { xmlns: NS_PAIR, kind },
    xml('secret', {}, secret),
    xml('name', {}, toXmlText(name)),
  );
}

/** @throws ProtocolError */
export function decodePairRequest(element: Element): PairRequest {
  expectElement(element, 'pair', NS_PAIR);
  const kind = attribute(element, 'kind');
  return {
    secret: requiredText(element, 'secret'),
    name: requiredText(element, 'name').slice(0, 64),
    kind: remoteKinds.find((known) => known === kind) ?? 'other',
  };
}

/** What the remote gets: an account of its own at the TV's domain. */
export interface PairResult {
  /** Bare JID of the new account. */
  jid: string;
  /** Its login token (XEP-0484); secret, long-lived. */
  token: string;
  /** Bare JID of the TV. */
  tv: string;
  /** The TV's name. */
  name: string;
}

export function encodePairResult({ jid, token, tv, name }: PairResult): Element {
  return xml(
    'paired',
    { xmlns: NS_PAIR, jid, tv },
    xml('token', {}, token),
    xml('name', {}, toXmlText(name)),
  );
}

/** @throws ProtocolError */
export function decodePairResult(element: Element): PairResult {
  expectElement(element, 'paired', NS_PAIR);
  return {
    jid: required(element, 'jid'),
    tv: required(element, 'tv'),
    token: requiredText(element, 'token'),
    name: optionalText(element, 'name') ?? '',
  };
}

function requiredText(element: Element, name: string): string {
  const text = optionalText(element, name);
  if (text === undefined)
    throw new ProtocolError('malformed', `${element.getName()}/${name}`, 'is required');
  return text;
}

export interface PairedRemote {
  /** Local part of its JID. */
  id: string;
  name: string;
  kind: RemoteKind;
  /** Milliseconds since the Unix epoch. */
  pairedAt: number;
  /** Whether it is connected now. */
  online: boolean;
}

/** What the TV's screen shows about pairing. */
export interface PairingStatus {
  /** The TV's name. */
  name: string;
  /** The code to show; absent while none is on offer. */
  offer?: { url: string; expires: number };
  /** The last try with a wrong, used or expired code; absent when nobody has tried one since the last pairing. */
  refused?: RefusedCode;
  remotes: PairedRemote[];
}

/** Milliseconds since the Unix epoch, by the wall clock of the pairing service. */
export interface RefusedCode {
  at: number;
  /** Present while there were too many: no code is taken before then. */
  lockedUntil?: number;
}

/** Payload of the TV account's IQ get to its domain; changes follow as messages with the same element. */
export function encodePairingRequest(): Element {
  return xml('pairing', { xmlns: NS_PAIR });
}

export function encodePairingStatus(status: PairingStatus): Element {
  return xml(
    'pairing',
    { xmlns: NS_PAIR },
    xml('name', {}, toXmlText(status.name)),
    status.offer && xml('offer', { expires: dateTime(status.offer.expires) }, status.offer.url),
    status.refused && encodeRefused(status.refused),
    ...status.remotes.map((remote) =>
      xml(
        'remote',
        {
          id: remote.id,
          kind: remote.kind,
          since: dateTime(remote.pairedAt),
          online: remote.online,
        },
        toXmlText(remote.name),
      ),
    ),
  );
}

function encodeRefused({ at, lockedUntil }: RefusedCode): Element {
  return xml('refused', {
    at: dateTime(at),
    lockedUntil: lockedUntil === undefined ? undefined : dateTime(lockedUntil),
  });
}

/** @throws ProtocolError */
export function decodePairingStatus(element: Element): PairingStatus {
  expectElement(element, 'pairing', NS_PAIR);
  const status: PairingStatus = { name: optionalText(element, 'name') ?? '', remotes: [] };
  for (const child of childElements(element)) {
    if (child.getNS() !== NS_PAIR) continue;
    if (child.getName() === 'offer')
      status.offer = { url: child.getText(), expires: instant(child, 'expires') };
    if (child.getName() === 'refused')
      status.refused = {
        at: instant(child, 'at'),
        ...(attribute(child, 'lockedUntil') === undefined
          ? {}
          : { lockedUntil: instant(child, 'lockedUntil') }),
      };
    if (child.getName() === 'remote')
      status.remotes.push({
        id: required(child, 'id'),
        name: child.getText(),
        kind: oneOf(child, 'kind', remoteKinds),
        pairedAt: instant(child, 'since'),
        online: attribute(child, 'online') === 'true',
      });
  }
  return status;
}

/** XEP-0082 DateTime. */
function dateTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function instant(element: Element, name: string): number {
  const value = Date.parse(required(element, name));
  if (Number.isNaN(value))
    throw new ProtocolError(
      'invalid-value',
      `${element.getName()}@${name}`,
      'is not a date and time',
    );
  return value;
}

const pairingErrors = {
  /** No such code. */
  'code-wrong': ['not-authorized', 'auth'],
  'code-expired': ['gone', 'cancel'],
  /** Somebody paired with it already. */
  'code-used': ['gone', 'cancel'],
  /** The TV is not showing a code. */
  'pairing-closed': ['not-allowed', 'cancel'],
  /** Too many wrong tries; a later one may succeed. */
  locked: ['policy-violation', 'wait'],
} as const satisfies Record<string, readonly [StanzaCondition, StanzaErrorType]>;

export type PairingErrorCondition = keyof typeof pairingErrors;
export const pairingErrorConditions = Object.keys(pairingErrors) as PairingErrorCondition[];

export function pairingError(condition: PairingErrorCondition, text: string): StanzaError {
  const [stanzaCondition, type] = pairingErrors[condition];
  return new StanzaError(stanzaCondition, {
    type,
    text,
    application: { name: condition, xmlns: NS_ERRORS },
  });
}

export function pairingErrorCondition(error: StanzaError): PairingErrorCondition | undefined {
  if (error.application?.xmlns !== NS_ERRORS) return undefined;
  const { name } = error.application;
  return pairingErrorConditions.find((condition) => condition === name);
}
