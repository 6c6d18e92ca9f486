/** What a remote keeps of a TV that it is paired with: plain JSON. The token is secret. */
export interface KnownTv {
  /** Bare JID of the TV: with the fingerprint, what makes it the same TV at every address. */
  tv: string;
  name: string;
  /** SHA-256 of the TV's identity key, base64url. */
  fingerprint: string;
  /** `ws:` or `wss:` URL of its hub. */
  service: string;
  domain: string;
  /** Own bare JID. */
  jid: string;
  token: string;
  /** The TV has not been shown yet that the token arrived: done at the next connection. */
  provisional?: true;
}
