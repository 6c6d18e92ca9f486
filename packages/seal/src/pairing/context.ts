import { type CodeKind, NS_PAIR } from '@fjern/protocol';
import { lvCat } from '../bytes.ts';

/**
 * CPace's channel identifier (CI) here: what the run is for, and between whom.
 * @param remote full JID
 * @param service JID of the pairing service, without resource
 */
export function pairingContext(code: CodeKind, remote: string, service: string): Uint8Array {
  const encoder = new TextEncoder();
  return lvCat(...[NS_PAIR, code, remote, service].map((part) => encoder.encode(part)));
}
