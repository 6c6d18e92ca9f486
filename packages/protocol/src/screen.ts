import { type Role, roles } from './grants.ts';
import { NS_PAIR } from './namespaces.ts';
import { publicKey, type RemoteKind, remoteKinds } from './pairing.ts';
import {
  decodeKnownRemote,
  encodeKnownRemote,
  type KnownRemote,
  type RevocationReason,
  revocationReasons,
} from './remotes.ts';
import {
  expectElement,
  formatInstant,
  instant,
  oneOf,
  optionalInstant,
  optionalText,
  required,
} from './values.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

// What the screen and the pairing service say to each other where they are different processes: sealed, in a
// session that only the process which was started with the screen's token can make.

/** What the TV's screen shows about pairing, and what an agent behind it needs to know. */
export interface PairingStatus {
  /** The TV's name. */
  name: string;
  /** What it was to be called, where another TV on the network has that name. */
  renamedFrom?: string;
  /** The code to show; absent while none is on offer. */
  offer?: ShownOffer;
  /** The last try with a wrong, used or expired code; absent when nobody has tried one since the last pairing. */
  refused?: RefusedCode;
  /** Remotes that have the code and wait for the viewer to let them in, oldest first. */
  requests: ApprovalRequest[];
  remotes: KnownRemote[];
  /** Keys that were known once. */
  revoked: RevokedKey[];
}

export interface ShownOffer {
  /** What the QR code says. */
  url: string;
  /** Six digits, to be typed. */
  pin: string;
  /** Milliseconds since the Unix epoch. */
  expires: number;
  /** What whoever pairs with it becomes. */
  role: Role;
}

/** Milliseconds since the Unix epoch, by the wall clock of the pairing service. */
export interface RefusedCode {
  at: number;
  /** Present while there were too many: no code is taken before then. */
  lockedUntil?: number;
}

export interface ApprovalRequest {
  id: string;
  name: string;
  kind: RemoteKind;
  /** What it becomes if the viewer agrees and says no more. */
  role: Role;
  /** Until then it waits; milliseconds since the Unix epoch. */
  expires: number;
}

export interface RevokedKey {
  key: string;
  at: number;
  reason: RevocationReason;
  by?: string;
}

/** Payload of the screen's IQ get; changes follow as messages with the same element. */
export function encodePairingRequest(): Element {
  return xml('pairing', { xmlns: NS_PAIR });
}

export function encodePairingStatus(status: PairingStatus): Element {
  const { offer, refused, renamedFrom } = status;
  return xml(
    'pairing',
    {
      xmlns: NS_PAIR,
      renamedFrom: renamedFrom === undefined ? undefined : toXmlText(renamedFrom),
    },
    xml('name', {}, toXmlText(status.name)),
    offer &&
      xml(
        'offer',
        { expires: formatInstant(offer.expires), pin: offer.pin, role: offer.role },
        offer.url,
      ),
    refused &&
      xml('refused', {
        at: formatInstant(refused.at),
        lockedUntil:
          refused.lockedUntil === undefined ? undefined : formatInstant(refused.lockedUntil),
      }),
    ...status.requests.map(({ id, name, kind, role, expires }) =>
      xml('request', { id, kind, role, expires: formatInstant(expires) }, toXmlText(name)),
    ),
    ...status.remotes.map(encodeKnownRemote),
    ...status.revoked.map(({ key, at, reason, by }) =>
      xml('revoked', { key, at: formatInstant(at), reason, by }),
    ),
  );
}

/** @throws ProtocolError */
export function decodePairingStatus(element: Element): PairingStatus {
  expectElement(element, 'pairing', NS_PAIR);
  const renamedFrom = attribute(element, 'renamedFrom');
  const status: PairingStatus = {
    name: optionalText(element, 'name') ?? '',
    ...(renamedFrom ? { renamedFrom } : {}),
    requests: [],
    remotes: [],
    revoked: [],
  };
  for (const child of childElements(element))
    if (child.getNS() === NS_PAIR) readers.get(child.getName())?.(child, status);
  return status;
}

const readers = /*#__PURE__*/ new Map<string, (child: Element, status: PairingStatus) => void>(
  /*#__PURE__*/ Object.entries({
    offer(child: Element, status: PairingStatus) {
      status.offer = {
        url: child.getText(),
        pin: required(child, 'pin'),
        expires: instant(child, 'expires'),
        role: oneOf(child, 'role', roles),
      };
    },
    refused(child: Element, status: PairingStatus) {
      const lockedUntil = optionalInstant(child, 'lockedUntil');
      status.refused = {
        at: instant(child, 'at'),
        ...(lockedUntil === undefined ? {} : { lockedUntil }),
      };
    },
    request(child: Element, status: PairingStatus) {
      status.requests.push({
        id: required(child, 'id'),
        name: child.getText(),
        kind: oneOf(child, 'kind', remoteKinds),
        role: oneOf(child, 'role', roles),
        expires: instant(child, 'expires'),
      });
    },
    remote(child: Element, status: PairingStatus) {
      status.remotes.push(decodeKnownRemote(child));
    },
    revoked(child: Element, status: PairingStatus) {
      const by = attribute(child, 'by');
      status.revoked.push({
        key: publicKey(child),
        at: instant(child, 'at'),
        reason: oneOf(child, 'reason', revocationReasons),
        ...(by ? { by } : {}),
      });
    },
  }),
);

/** Payload of the IQ set that decides on a waiting remote. */
export interface Approval {
  /** Of the request. */
  id: string;
  allow: boolean;
  /** Another role than the offer's. */
  role?: Role;
}

export function encodeApproval({ id, allow, role }: Approval): Element {
  return xml('approve', { xmlns: NS_PAIR, id, decision: allow ? 'allow' : 'deny', role });
}

/** @throws ProtocolError */
export function decodeApproval(element: Element): Approval {
  expectElement(element, 'approve', NS_PAIR);
  return {
    id: required(element, 'id'),
    allow: oneOf(element, 'decision', ['allow', 'deny']) === 'allow',
    ...(attribute(element, 'role') === undefined ? {} : { role: oneOf(element, 'role', roles) }),
  };
}

/** Payload of the IQ set that replaces the offer by one for this role. */
export function encodeOfferRequest(role: Role): Element {
  return xml('offer', { xmlns: NS_PAIR, role });
}

/** @throws ProtocolError */
export function decodeOfferRequest(element: Element): Role {
  expectElement(element, 'offer', NS_PAIR);
  return oneOf(element, 'role', roles);
}

/** Payload of the IQ get for the TV's private key, and of its result. */
export function encodeIdentityRequest(): Element {
  return xml('identity', { xmlns: NS_PAIR });
}

/** @param privateKey raw X25519, base64url */
export function encodeIdentity(privateKey: string): Element {
  return xml('identity', { xmlns: NS_PAIR, key: privateKey });
}

/** @throws ProtocolError */
export function decodeIdentity(element: Element): string {
  expectElement(element, 'identity', NS_PAIR);
  return publicKey(element);
}
