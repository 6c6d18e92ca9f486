import {
  ProtocolError,
  type StanzaCondition,
  StanzaError,
  type StanzaErrorType,
} from './errors.ts';
import { type Role, roles } from './grants.ts';
import { NS_ERRORS, NS_PAIR } from './namespaces.ts';
import {
  expectElement,
  formatInstant,
  oneOf,
  optionalBoolean,
  optionalInstant,
  optionalText,
  required,
  requiredText,
  token,
} from './values.ts';
import { attribute, type Element, toXmlText, xml } from './xml.ts';

// The messages of `urn:xmpp:second-screen:pair:0` between a remote that has a code and the pairing service.

export const remoteKinds = ['phone', 'tablet', 'computer', 'other'] as const;
export type RemoteKind = (typeof remoteKinds)[number];

/** Which of an offer's two codes is the password: the secret of its QR code, or the PIN beside it. */
export const codeKinds = ['qr', 'pin'] as const;
export type CodeKind = (typeof codeKinds)[number];

/** A remote begins a password-authenticated key exchange (CPace). */
export interface PakeRequest {
  /** Chosen by the remote, 16 bytes, base64url. */
  sid: string;
  code: CodeKind;
  /** Of the offer, if it is known from the QR code. */
  offer?: string;
  /** Base64. */
  share: string;
}

export function encodePakeRequest({ sid, code, offer, share }: PakeRequest): Element {
  return xml('pake', { xmlns: NS_PAIR, sid, code, offer }, xml('share', {}, share));
}

/** @throws ProtocolError */
export function decodePakeRequest(element: Element): PakeRequest {
  expectElement(element, 'pake', NS_PAIR);
  const offer = attribute(element, 'offer');
  return {
    sid: sessionId(element),
    code: oneOf(element, 'code', codeKinds),
    ...(offer === undefined ? {} : { offer }),
    share: requiredText(element, 'share'),
  };
}

export interface PakeResponse {
  sid: string;
  /** Base64. */
  share: string;
  /** The viewer will be asked: the answer to the next request may take a minute. */
  approval: boolean;
}

export function encodePakeResponse({ sid, share, approval }: PakeResponse): Element {
  return xml('pake', { xmlns: NS_PAIR, sid, approval }, xml('share', {}, share));
}

/** @throws ProtocolError */
export function decodePakeResponse(element: Element): PakeResponse {
  expectElement(element, 'pake', NS_PAIR);
  return {
    sid: sessionId(element),
    share: requiredText(element, 'share'),
    approval: optionalBoolean(element, 'approval') ?? false,
  };
}

/** One side shows that it has the same key, and says under it who it is. */
export interface PakeConfirmation {
  sid: string;
  /** Base64. */
  tag: string;
  /** Base64: an envelope (XEP-0420), sealed with a key of the exchange. */
  sealed: string;
}

/** `confirm` from the remote, `confirmed` from the TV. */
export function encodeConfirmation(
  name: 'confirm' | 'confirmed',
  { sid, tag, sealed }: PakeConfirmation,
): Element {
  return xml(name, { xmlns: NS_PAIR, sid }, xml('tag', {}, tag), xml('sealed', {}, sealed));
}

/** @throws ProtocolError */
export function decodeConfirmation(
  name: 'confirm' | 'confirmed',
  element: Element,
): PakeConfirmation {
  expectElement(element, name, NS_PAIR);
  return {
    sid: sessionId(element),
    tag: requiredText(element, 'tag'),
    sealed: requiredText(element, 'sealed'),
  };
}

/** Characters of a remote's name; what is beyond is cut off. */
const longestName = 64;

/** What a remote says of itself under the key. */
export interface Introduction {
  /** Its public key (X25519), base64url: by this the TV knows it from now on. */
  key: string;
  /** For the TV's viewer: `Anna’s phone`. */
  name: string;
  kind: RemoteKind;
}

export function encodeIntroduction({ key, name, kind }: Introduction): Element {
  return xml('remote', { xmlns: NS_PAIR, kind, key }, xml('name', {}, toXmlText(name)));
}

/** @throws ProtocolError */
export function decodeIntroduction(element: Element): Introduction {
  expectElement(element, 'remote', NS_PAIR);
  const kind = attribute(element, 'kind');
  return {
    key: publicKey(element),
    name: Array.from(requiredText(element, 'name')).slice(0, longestName).join(''),
    kind: remoteKinds.find((known) => known === kind) ?? 'other',
  };
}

/** What the remote gets: the TV's identity, and an account of its own at the TV's domain. */
export interface PairResult {
  /** Bare JID of the new account. */
  jid: string;
  /** Its login token (XEP-0484); secret, long-lived. */
  token: string;
  /** Bare JID of the TV. */
  tv: string;
  /** JID of the pairing service. */
  pairing: string;
  /** The TV's public key (X25519), base64url. */
  key: string;
  /** The TV's name. */
  name: string;
  role: Role;
  /** Milliseconds since the Unix epoch; absent: until it is removed. */
  expires?: number;
}

export function encodePairResult(result: PairResult): Element {
  const { jid, token, tv, pairing, key, name, role, expires } = result;
  return xml(
    'paired',
    {
      xmlns: NS_PAIR,
      jid,
      tv,
      pairing,
      key,
      role,
      expires: expires === undefined ? undefined : formatInstant(expires),
    },
    xml('token', {}, token),
    xml('name', {}, toXmlText(name)),
  );
}

/** @throws ProtocolError */
export function decodePairResult(element: Element): PairResult {
  expectElement(element, 'paired', NS_PAIR);
  const expires = optionalInstant(element, 'expires');
  return {
    jid: required(element, 'jid'),
    tv: required(element, 'tv'),
    pairing: required(element, 'pairing'),
    key: publicKey(element),
    token: requiredText(element, 'token'),
    name: optionalText(element, 'name') ?? '',
    role: oneOf(element, 'role', roles),
    ...(expires === undefined ? {} : { expires }),
  };
}

function sessionId(element: Element): string {
  const sid = token(element, 'sid');
  if (!/^[\w-]{22}$/.test(sid))
    throw new ProtocolError('invalid-value', `${element.getName()}@sid`, 'is not 16 bytes');
  return sid;
}

/** 32 bytes, base64url. @throws ProtocolError */
export function publicKey(element: Element): string {
  const key = required(element, 'key');
  if (!/^[\w-]{43}$/.test(key))
    throw new ProtocolError('invalid-value', `${element.getName()}@key`, 'is not a public key');
  return key;
}

const pairingErrors = {
  /** The two sides do not have the same code. */
  'code-wrong': ['not-authorized', 'auth'],
  'code-expired': ['gone', 'cancel'],
  /** Somebody paired with it already. */
  'code-used': ['gone', 'cancel'],
  /** The TV is not showing a code. */
  'pairing-closed': ['not-allowed', 'cancel'],
  /** Too many wrong tries; a later one may succeed. */
  locked: ['policy-violation', 'wait'],
  /** Too many remotes are pairing at this moment. */
  busy: ['resource-constraint', 'wait'],
  /** The TV's viewer said no. */
  declined: ['not-allowed', 'cancel'],
  /** The TV's viewer said nothing. */
  'approval-timeout': ['not-allowed', 'wait'],
} as const satisfies Record<string, readonly [StanzaCondition, StanzaErrorType]>;

export type PairingErrorCondition = keyof typeof pairingErrors;
export const pairingErrorConditions = /*#__PURE__*/ Object.keys(
  pairingErrors,
) as PairingErrorCondition[];

/** @param retryAfter seconds until it is worth trying again */
export function pairingError(
  condition: PairingErrorCondition,
  text: string,
  retryAfter?: number,
): StanzaError {
  const [stanzaCondition, type] = pairingErrors[condition];
  const element = xml(condition, { xmlns: NS_ERRORS, 'retry-after': retryAfter });
  return new StanzaError(stanzaCondition, {
    type,
    text,
    application: { name: condition, xmlns: NS_ERRORS, element },
  });
}

/** Seconds until it is worth trying again, if the TV said so. */
export function pairingRetryAfter({ application }: StanzaError): number | undefined {
  const text = application?.element && attribute(application.element, 'retry-after');
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

export function pairingErrorCondition(error: StanzaError): PairingErrorCondition | undefined {
  if (error.application?.xmlns !== NS_ERRORS) return undefined;
  const { name } = error.application;
  return pairingErrorConditions.find((condition) => condition === name);
}
