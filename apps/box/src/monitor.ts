import {
  decodeTvPresence,
  encodeItemsRequest,
  encodeSubscribe,
  type Facet,
  firstElement,
  type ReadFacets,
  readItems,
  readNotification,
  type Session,
  xml,
} from '@fjern/protocol';

/**
 * Follows the TV's state from within this process, wherever the agent runs: what `--json` reports.
 * Calls `onFacet` with each new version of a facet.
 */
export function monitorState(
  session: Session,
  onFacet: (facet: Facet) => void,
  onError: (error: unknown) => void,
): void {
  let agent: { jid: string; epoch: string } | undefined;
  const revisions = new Map<string, number>();

  const take = ({ facets, damaged }: ReadFacets) => {
    for (const { error } of damaged) onError(error);
    for (const facet of facets) {
      if (facet.epoch !== agent?.epoch) continue;
      if (facet.revision <= (revisions.get(facet.name) ?? 0)) continue;
      revisions.set(facet.name, facet.revision);
      onFacet(facet);
    }
  };

  const follow = async (jid: string) => {
    const subscribe = session.request(
      xml('iq', { type: 'set', to: jid }, encodeSubscribe(session.jid)),
    );
    const items = session.request(xml('iq', { type: 'get', to: jid }, encodeItemsRequest()));
    const [, result] = await Promise.all([subscribe, items]);
    take(readItems(firstElement(result)));
  };

  session.on('presence', (presence) => {
    const { from, type } = presence.attrs;
    if (type === 'unavailable' && from === agent?.jid) agent = undefined;
    if (type !== undefined) return;
    try {
      const tv = decodeTvPresence(presence);
      if (!tv || (agent?.jid === from && agent?.epoch === tv.epoch)) return;
      agent = { jid: from, epoch: tv.epoch };
      revisions.clear();
      // An agent that went away at once is no error: its successor sends presence, too.
      follow(from).catch((error: unknown) => agent?.jid === from && onError(error));
    } catch (error) {
      onError(error);
    }
  });
  session.on('message', (message) => {
    if (message.attrs.from === agent?.jid) take(readNotification(message));
  });
  session.send(xml('presence'));
}
