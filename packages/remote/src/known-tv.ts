import { connect as connectLink, type Link, type LinkOptions } from '@fjern/link';
import { bareJid } from '@fjern/protocol';
import { Remote } from './remote.ts';
import type { RemoteKey } from './store/key.ts';

/**
 * What an application keeps of a paired TV. The TV is `tv` and `tvKey`, never its address. Plain JSON if
 * `key.private` is a string; otherwise only IndexedDB can keep it, see `@fjern/remote/store`.
 */
export interface KnownTv {
  /** Bare JID of the TV. */
  tv: string;
  /** The TV's name when it was paired. */
  name: string;
  /** SHA-256 of the TV's identity key, base64url. */
  fingerprint: string;
  /** `ws:` or `wss:` URL at which it was last reached. Update it when the TV moves. */
  service: string;
  /** XMPP domain to log in to. */
  domain: string;
  /** Own bare JID. */
  jid: string;
  /** The login token; secret. */
  token: string;
  /** JID of the pairing service. */
  pairing: string;
  /** The TV's public key, base64url. */
  tvKey: string;
  /** Own key pair; secret. */
  key: RemoteKey;
  /** The TV has not been shown yet that the pairing is complete; `connect` does it. */
  provisional?: true;
  /** See `Remote.generation`. */
  generation?: number;
}

/** A TV reached over an account that is not from pairing: on a Prosody or ejabberd. */
export type AccountTv = Pick<KnownTv, 'tv' | 'service' | 'domain' | 'tvKey' | 'key'> &
  Partial<Pick<KnownTv, 'name' | 'pairing' | 'generation'>> & {
    credential: { username: string; password: string };
  };

export type ConnectOptions = Omit<LinkOptions, 'service' | 'domain' | 'credential'> & {
  /** Where to look instead of `known.service`: a URL, or what finds it before each attempt. */
  service?: LinkOptions['service'];
};

/** Starts at once and comes back by itself; follow it with `on('link')`. */
export function connect(known: KnownTv | AccountTv, options: ConnectOptions = {}): Remote {
  return new Remote(openLink(known, options), known);
}

export function openLink(known: KnownTv | AccountTv, options: ConnectOptions): Link {
  return connectLink({
    service: known.service,
    ...options,
    domain: known.domain,
    credential:
      'token' in known ? { username: localPart(known.jid), token: known.token } : known.credential,
  });
}

function localPart(jid: string): string {
  return bareJid(jid).split('@', 1)[0] ?? '';
}
