import { decodeGrant, encodeGrant, type Grant, type Role, roles } from './grants.ts';
import { NS, NS_CAM, NS_PAIR } from './namespaces.ts';
import { publicKey, type RemoteKind, remoteKinds } from './pairing.ts';
import {
  expectElement,
  formatInstant,
  instant,
  oneOf,
  optionalBoolean,
  optionalInstant,
  optionalText,
  required,
} from './values.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

// What paired remotes say to the pairing service, sealed: about themselves, and about each other
// (XEP-0494 and, for what that lacks, `urn:xmpp:second-screen:pair:0`).

/** Completes a pairing: the credential works, the TV may show the remote as paired. May be repeated. */
export function encodeComplete(): Element {
  return xml('complete', { xmlns: NS_PAIR });
}

export interface PairedRemote {
  /** Local part of its JID. */
  id: string;
  name: string;
  kind: RemoteKind;
  grant: Grant;
  /** Milliseconds since the Unix epoch. */
  pairedAt: number;
  /** The same; absent before it was connected once. */
  lastSeen?: number;
  /** Whether it is connected now. */
  online: boolean;
  /** It is the one that asked. */
  own?: boolean;
}

/** Payload of the IQ get (XEP-0494 §4.1). */
export function encodeListRequest(): Element {
  return xml('list', { xmlns: NS_CAM });
}

const statusOf: Record<Role, string> = {
  owner: 'unrestricted',
  member: 'normal',
  guest: 'restricted',
};

/** Payload of its result. */
export function encodeList(remotes: readonly PairedRemote[]): Element {
  return xml(
    'clients',
    { xmlns: NS_CAM },
    ...remotes.map((remote) =>
      xml(
        'client',
        { id: remote.id, connected: remote.online, type: 'session' },
        xml('first-seen', {}, formatInstant(remote.pairedAt)),
        remote.lastSeen === undefined
          ? undefined
          : xml('last-seen', {}, formatInstant(remote.lastSeen)),
        xml('auth', {}, xml('fast')),
        xml('permission', { status: statusOf[remote.grant.role] }, encodeGrant(remote.grant)),
        xml('user-agent', {}, xml('device', {}, toXmlText(remote.name))),
        xml('remote', { xmlns: NS_PAIR, kind: remote.kind, own: remote.own }),
      ),
    ),
  );
}

/** Clients that are no remotes of this version are left out. @throws ProtocolError */
export function decodeList(element: Element): PairedRemote[] {
  expectElement(element, 'clients', NS_CAM);
  const remotes: PairedRemote[] = [];
  for (const client of element.getChildren('client', NS_CAM)) {
    const permission = client.getChild('permission')?.getChild('grant', NS);
    const remote = client.getChild('remote', NS_PAIR);
    if (!permission || !remote) continue;
    const kind = attribute(remote, 'kind');
    const lastSeen = timeOf(client, 'last-seen');
    remotes.push({
      id: required(client, 'id'),
      name: client.getChild('user-agent')?.getChildText('device') ?? '',
      kind: remoteKinds.find((known) => known === kind) ?? 'other',
      grant: decodeGrant(permission),
      pairedAt: timeOf(client, 'first-seen') ?? 0,
      ...(lastSeen === undefined ? {} : { lastSeen }),
      online: optionalBoolean(client, 'connected') ?? false,
      ...(optionalBoolean(remote, 'own') ? { own: true } : {}),
    });
  }
  return remotes;
}

function timeOf(client: Element, name: string): number | undefined {
  const time = Date.parse(client.getChildText(name) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Payload of the IQ set that ends a pairing (XEP-0494 §4.2): another's, or the sender's own. */
export function encodeRevoke(id: string): Element {
  return xml('revoke', { xmlns: NS_CAM, id });
}

/** @throws ProtocolError */
export function decodeRevoke(element: Element): string {
  expectElement(element, 'revoke', NS_CAM);
  return required(element, 'id');
}

/** Changes what is given and leaves the rest. */
export interface RemoteEdit {
  id: string;
  name?: string;
  role?: Role;
}

export function encodeEdit({ id, name, role }: RemoteEdit): Element {
  return xml(
    'edit',
    { xmlns: NS_PAIR, id, role },
    name === undefined ? undefined : xml('name', {}, toXmlText(name)),
  );
}

/** @throws ProtocolError */
export function decodeEdit(element: Element): RemoteEdit {
  expectElement(element, 'edit', NS_PAIR);
  const name = optionalText(element, 'name');
  return {
    id: required(element, 'id'),
    ...(name === undefined ? {} : { name }),
    ...(attribute(element, 'role') === undefined ? {} : { role: oneOf(element, 'role', roles) }),
  };
}

export const revocationReasons = ['removed', 'expired', 'upgrade'] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** Why a remote is not paired any more: told in a session that it can still be known by. */
export interface Revocation {
  /** Milliseconds since the Unix epoch. */
  at: number;
  reason: RevocationReason;
  /** Name of the remote that did it; absent: it was done at the TV. */
  by?: string;
}

export function encodeRevocation({ at, reason, by }: Revocation): Element {
  return xml('revoked', {
    xmlns: NS_PAIR,
    at: formatInstant(at),
    reason,
    by: by === undefined ? undefined : toXmlText(by),
  });
}

/** @throws ProtocolError */
export function decodeRevocation(element: Element): Revocation {
  expectElement(element, 'revoked', NS_PAIR);
  const by = attribute(element, 'by');
  return {
    at: instant(element, 'at'),
    reason: oneOf(element, 'reason', revocationReasons),
    ...(by ? { by } : {}),
  };
}

/** A remote as the agent knows it: by its key. */
export interface KnownRemote extends PairedRemote {
  /** Its public key (X25519), base64url. */
  key: string;
}

export function encodeKnownRemote(remote: KnownRemote): Element {
  return xml(
    'remote',
    {
      xmlns: NS_PAIR,
      id: remote.id,
      key: remote.key,
      kind: remote.kind,
      since: formatInstant(remote.pairedAt),
      'last-seen': remote.lastSeen === undefined ? undefined : formatInstant(remote.lastSeen),
      online: remote.online,
    },
    xml('name', {}, toXmlText(remote.name)),
    encodeGrant(remote.grant),
  );
}

/** @throws ProtocolError */
export function decodeKnownRemote(element: Element): KnownRemote {
  expectElement(element, 'remote', NS_PAIR);
  const lastSeen = optionalInstant(element, 'last-seen');
  const grant = childElements(element).find((child) => child.is('grant', NS));
  return {
    id: required(element, 'id'),
    key: publicKey(element),
    name: optionalText(element, 'name') ?? '',
    kind: oneOf(element, 'kind', remoteKinds),
    grant: decodeGrant(grant ?? xml('grant')),
    pairedAt: instant(element, 'since'),
    ...(lastSeen === undefined ? {} : { lastSeen }),
    online: optionalBoolean(element, 'online') ?? false,
  };
}
