import type { Hub } from '@fjern/hub';
import { type Catalogue, type FacetName, facetNames } from '@fjern/protocol';
import { createTv, type Tv } from '@fjern/tv';
import type { Pairing } from '@fjern/tv/pairing';
import type { LocalPlayer } from './player.ts';
import type { Report } from './report.ts';

export interface AgentOptions {
  hub: Hub;
  pairing: Pairing;
  player: LocalPlayer;
  /** The TV's private key. */
  identity: Uint8Array;
  name: string;
  report: Report;
  onError(error: unknown): void;
}

/** The TV agent in this process, for a player that is here, too. */
export interface Agent {
  readonly tv: Tv;
  setName(name: string): void;
  setCatalogue(catalogue: Catalogue): void;
  close(): void;
}

export function startAgent(options: AgentOptions): Agent {
  const { hub, pairing, player, identity, name, report, onError } = options;
  const tv = createTv({
    session: hub.attach(`tv@${hub.domain}/box`),
    player: player.mpv,
    name,
    remotes: pairing.directory,
    identity,
  });
  const tell = (facet: FacetName) => {
    const { epoch, revision, value } = tv.get(facet);
    report({ event: 'state', facet, epoch, revision, value });
  };
  const stops = [
    pairing.on('change', () => tv.refreshRemotes()),
    tv.on('state', ({ facet }) => tell(facet)),
    tv.on('error', onError),
  ];
  for (const facet of facetNames) tell(facet);
  return {
    tv,
    setName: (text) => tv.setName(text),
    setCatalogue: (catalogue) => tv.setCatalogue(catalogue),
    close: () => {
      for (const stop of stops) stop();
      tv.close();
    },
  };
}
