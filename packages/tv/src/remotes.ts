import {
  attribute,
  type CommandName,
  commandError,
  type Element,
  encodeRevocation,
  type Grant,
  type Revocation,
  type Role,
  type StanzaError,
} from '@fjern/protocol';
import type { Admission } from '@fjern/seal';

/** A session of a remote that may control this TV. */
export interface Remote {
  /** Full JID. */
  jid: string;
  /** Its public key, base64url: by this the TV knows it, whatever its address. */
  key: string;
  /** For people. */
  name: string;
}

/** What the TV knows of a remote that it is paired with. */
export interface PairedKey {
  name: string;
  grant: Grant;
}

/** Who may control this TV, and what. */
export interface RemoteDirectory {
  /** Who holds a public key (base64url). Asked for every handshake and request; fast. */
  find(key: string): PairedKey | { revoked: Revocation } | undefined;
  /** Bare JIDs that are told by directed presence when the TV comes online. */
  jids(): string[];
}

/** As `RemoteDirectory.find`, but what has expired has ended. @param now milliseconds since the Unix epoch */
export function lookUp(
  remotes: RemoteDirectory,
  key: string,
  now: number,
): PairedKey | { revoked: Revocation } | undefined {
  const found = remotes.find(key);
  if (!found || 'revoked' in found) return found;
  const { expires } = found.grant;
  if (expires === undefined || now < expires) return found;
  return { revoked: { at: expires, reason: 'expired' } };
}

/**
 * What a sealed server asks of every key: remotes that were paired once hear why they are not any more.
 * @param now milliseconds since the Unix epoch
 */
export function admission(remotes: RemoteDirectory, key: string, now: number): Admission {
  const found = lookUp(remotes, key, now);
  if (!found) return undefined;
  return 'revoked' in found ? { farewell: encodeRevocation(found.revoked) } : 'welcome';
}

export function notPaired(): StanzaError {
  return commandError('not-permitted', 'This TV is not paired with you: pair again.');
}

const holders: Record<Role, string> = { owner: 'Owners', member: 'Members', guest: 'Guests' };

const deeds: Record<CommandName, string> = {
  load: 'choose what plays',
  play: 'start what is loaded',
  pause: 'pause what plays',
  stop: 'stop what plays',
  seek: 'seek in what plays',
  setRate: 'change the speed',
  setVolume: 'change the volume',
  setMuted: 'mute the sound',
};

/** A command, or following the state at all. */
export function notGranted(role: Role, what: CommandName | 'follow'): StanzaError {
  const deed = what === 'follow' ? 'see what this TV does' : deeds[what];
  const advice = role === 'owner' ? ' on this TV' : ': ask the owner of this TV';
  return commandError('not-permitted', `${holders[role]} may not ${deed}${advice}.`);
}

/** The sender's full JID as the server stamped it. */
export function senderOf(stanza: Element): string {
  return attribute(stanza, 'from') ?? '';
}
