import { primitives } from '@fjern/seal';

const label = 'urn:xmpp:second-screen:seal:0 agent';

/** What the TV's screen and the pairing service have in common: made of the token the screen logs in with. */
export function screenPsk(token: string): Uint8Array {
  return primitives.sha256(primitives.toUtf8(label + token));
}
