import {
  attribute,
  capsInput,
  commandNames,
  type Element,
  encodeCapabilities,
  encodePublicIdentity,
  facetNames,
  type Grant,
  NS,
  NS_CAPS,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { sha1 } from '@noble/hashes/legacy.js';
import type { PlayerCapabilities } from './player.ts';
import { base64 } from './random.ts';

/** What names this software in its entity capabilities (XEP-0115 §4). */
const software = `${NS}#tv`;

/** Everybody may know it, so it says nothing of this TV: neither its name nor what it can do. */
const version = base64(sha1(new TextEncoder().encode(capsInput(encodePublicIdentity()))));

/** The child of presence (XEP-0115): what it stands for is what anybody is told. */
export function capabilitiesHint(): Element {
  return xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node: software, ver: version });
}

/** disco#info (XEP-0030) in the clear. @throws StanzaError `item-not-found` for a node that is not ours */
export function publicIdentity(query: Element): Element {
  return encodePublicIdentity(nodeOf(query));
}

/**
 * disco#info in a sealed session: what the TV can do and this remote may.
 * @throws StanzaError `item-not-found` for a node that is not ours
 */
export function capabilities(
  query: Element,
  { name, player, grant }: { name: string; player: PlayerCapabilities; grant: Grant },
): Element {
  const { mediaTypes, playbackRate } = player;
  return encodeCapabilities(
    {
      name,
      commands: commandNames.filter((command) => grant.commands.includes(command)),
      facets: facetNames.filter((facet) => grant.facets.includes(facet)),
      mediaTypes,
      playbackRate,
    },
    nodeOf(query),
  );
}

function nodeOf(query: Element): string | undefined {
  const node = attribute(query, 'node');
  if (node !== undefined && node !== `${software}#${version}`)
    throw new StanzaError('item-not-found');
  return node;
}
