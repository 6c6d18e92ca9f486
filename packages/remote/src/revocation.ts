import { decodeRevocation, type Element, NS_PAIR, type Revocation } from '@fjern/protocol';

/** The `<revoked/>` in what a peer says, if there is one that can be read. */
export function findRevocation(content: readonly Element[]): Revocation | undefined {
  const revoked = content.find((element) => element.is('revoked', NS_PAIR));
  try {
    return revoked && decodeRevocation(revoked);
  } catch {
    return undefined;
  }
}
