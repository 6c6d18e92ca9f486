import type { Hub } from '@fjern/hub';
import {
  attribute,
  decodeTvPresence,
  type Element,
  encodeItemsRequest,
  encodeSubscribe,
  facetNames,
  NS_PUBSUB_EVENT,
  type ReadFacets,
  readEvent,
  readItems,
  xml,
} from '@fjern/protocol';
import { createSealedClient, keyPair, primitives, toBase64Url } from '@fjern/seal';
import type { Pairing } from '@fjern/tv/pairing';
import type { Report } from './report.ts';

export interface MonitorOptions {
  hub: Hub;
  /** Raw. */
  tvKey: Uint8Array;
  pairing: Pairing;
  report: Report;
  onError(error: unknown): void;
}

/** Account with which this process follows the TV's state. */
const account = 'box';

/**
 * Follows the TV's state from within this process, wherever the agent runs: what `--json` reports. To the agent it
 * is a remote that may look and touch nothing, with a key of this run. Returns the function that ends it.
 */
export function monitorState(options: MonitorOptions): () => void {
  const { hub, tvKey, pairing, report, onError } = options;
  const session = hub.attach(`${account}@${hub.domain}/monitor`);
  const tv = `tv@${hub.domain}`;
  const own = keyPair(primitives, primitives.random(32));
  const dismiss = pairing.addSystemRemote(toBase64Url(own.publicKey), 'Monitor', {
    role: 'member',
    commands: [],
    facets: facetNames,
    manage: false,
  });
  const client = createSealedClient({ session, peer: tv, keys: { own, peer: tvKey } });
  let agent: { jid: string; epoch: string } | undefined;
  const revisions = new Map<string, number>();

  const take = ({ facets, damaged }: ReadFacets) => {
    for (const { error } of damaged) onError(error);
    for (const facet of facets) {
      if (facet.epoch !== agent?.epoch) continue;
      if (facet.revision <= (revisions.get(facet.name) ?? 0)) continue;
      revisions.set(facet.name, facet.revision);
      const { name, epoch, revision, value } = facet;
      report({ event: 'state', facet: name, epoch, revision, value });
    }
  };

  const follow = async (to: string) => {
    const [, items] = await client.open(
      [
        { type: 'set', payload: encodeSubscribe(session.jid) },
        { type: 'get', payload: encodeItemsRequest() },
      ],
      { to },
    );
    if (items && 'error' in items) throw items.error;
    take(readItems(items?.payload));
  };

  const refollow = (jid: string) => {
    // An agent that went away at once is no error: its successor sends presence, too.
    follow(jid).catch((error: unknown) => agent?.jid === jid && onError(error));
  };

  const onPresence = (presence: Element) => {
    const type = attribute(presence, 'type');
    const from = attribute(presence, 'from') ?? '';
    if (type === 'unavailable' && from === agent?.jid) agent = undefined;
    if (type !== undefined) return;
    try {
      const found = decodeTvPresence(presence);
      if (!found || (agent?.jid === from && agent.epoch === found.epoch)) return;
      agent = { jid: from, epoch: found.epoch };
      revisions.clear();
      refollow(from);
    } catch (error) {
      onError(error);
    }
  };

  const stops = [
    session.on('presence', onPresence),
    client.on('message', (content) => {
      for (const event of content) if (event.is('event', NS_PUBSUB_EVENT)) take(readEvent(event));
    }),
    client.on('gap', () => agent && refollow(agent.jid)),
    client.on('error', onError),
  ];
  session.send(xml('presence'));
  return () => {
    for (const stop of stops) stop();
    client.close();
    dismiss();
  };
}
