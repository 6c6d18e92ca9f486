import {
  attribute,
  capsInput,
  commandNames,
  type Element,
  encodeCapabilities,
  facetNames,
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

/** What the TV can do, as service discovery says it (XEP-0030), and as presence hints at it (XEP-0115). */
export class TvCapabilities {
  private name: string;
  private readonly player: PlayerCapabilities;
  private version: string;

  constructor(name: string, player: PlayerCapabilities) {
    this.player = player;
    this.name = name;
    this.version = this.computeVersion();
  }

  setName(name: string): void {
    this.name = name;
    this.version = this.computeVersion();
  }

  /** Payload of the disco#info result. @throws StanzaError `item-not-found` for a node that is not ours */
  answer(query: Element): Element {
    const node = attribute(query, 'node');
    if (node !== undefined && node !== `${software}#${this.version}`)
      throw new StanzaError('item-not-found');
    return this.encode(node);
  }

  /** The child of presence: receivers ask again only when `ver` is one that they do not know. */
  get hint(): Element {
    return xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node: software, ver: this.version });
  }

  private encode(node?: string): Element {
    const { mediaTypes, playbackRate } = this.player;
    const capabilities = {
      name: this.name,
      commands: commandNames,
      facets: facetNames,
      mediaTypes,
      playbackRate,
    };
    return encodeCapabilities(capabilities, node);
  }

  private computeVersion(): string {
    return base64(sha1(new TextEncoder().encode(capsInput(this.encode()))));
  }
}
