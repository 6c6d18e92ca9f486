import type { Hub } from '@fjern/hub';
import { type Catalogue, type FacetName, facetNames } from '@fjern/protocol';
import { createTv, type Tv } from '@fjern/tv';
import type { Pairing } from '@fjern/tv/pairing';
import type { LocalPlayer } from './player.ts';
import type { Report } from './report.ts';
import { mpvScreen } from './screen/index.ts';

export interface AgentOptions {
  hub: Hub;
  pairing: Pairing;
  player: LocalPlayer;
  /** The TV's private key. */
  identity: Uint8Array;
  name: string;
  /** What it is to be called, if no other TV on the network has that name. */
  wantedName?: () => string;
  report: Report;
  onError(error: unknown): void;
}

/** The TV agent in this process, for a player that is here, too, and its screen. */
export interface Agent {
  readonly tv: Tv;
  setName(name: string): void;
  setCatalogue(catalogue: Catalogue): void;
  close(): void;
}

export function startAgent(options: AgentOptions): Agent {
  const { hub, pairing, player, identity, name, report, onError } = options;
  const { wantedName = () => name } = options;
  const tv = createTv({
    session: hub.attach(`tv@${hub.domain}/box`),
    player: player.mpv,
    name,
    remotes: pairing.directory,
    identity,
  });
  const screen = mpvScreen({
    mpv: player.mpv,
    onapprove: (id, allow, role) => pairing.approve(id, allow, role),
    onerror: onError,
  });
  const show = () => {
    const { status } = pairing;
    const wanted = wantedName();
    screen.show({
      name: status.name,
      ...(status.name === wanted ? {} : { renamedFrom: wanted }),
      pairing: status,
      media: tv.get('media').value,
      volume: tv.get('volume').value,
    });
  };
  const tell = (facet: FacetName) => {
    const { epoch, revision, value } = tv.get(facet);
    report({ event: 'state', facet, epoch, revision, value });
  };
  const stops = [
    pairing.on('change', () => {
      tv.refreshRemotes();
      show();
    }),
    tv.on('state', ({ facet }) => {
      tell(facet);
      show();
    }),
    tv.on('error', onError),
  ];
  for (const facet of facetNames) tell(facet);
  show();
  return {
    tv,
    setName: (text) => tv.setName(text),
    setCatalogue: (catalogue) => tv.setCatalogue(catalogue),
    close: () => {
      for (const stop of stops) stop();
      void screen.close();
      tv.close();
    },
  };
}
