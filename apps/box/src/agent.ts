import type { Hub } from '@fjern/hub';
import { type Catalogue, type FacetName, facetNames } from '@fjern/protocol';
import { createTv, type Tv } from '@fjern/tv';
import type { Pairing } from '@fjern/tv/pairing';
import type { LocalPlayer } from './player.ts';
import type { Report } from './report.ts';
import type { BoxScreen } from './screen/index.ts';

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

/** The TV agent in this process, for a player that is here, too, and its screen. */
export interface Agent {
  readonly tv: Tv;
  setName(name: string): void;
  setCatalogue(catalogue: Catalogue): void;
  close(): Promise<void>;
}

export function startAgent(options: AgentOptions): Agent {
  const { hub, pairing, player, identity, name, report, onError } = options;
  let screen: BoxScreen | undefined;
  let closed = false;
  const tv = createTv({
    session: hub.attach(`tv@${hub.domain}/box`),
    player: player.mpv,
    name,
    remotes: pairing.directory,
    identity,
  });
  const show = () =>
    screen?.show({
      pairing: pairing.status,
      media: tv.get('media').value,
      volume: tv.get('volume').value,
    });
  const openScreen = async () => {
    const { mpvScreen } = await import('./screen/index.ts');
    if (closed) return;
    screen = mpvScreen({
      mpv: player.mpv,
      onapprove: (id, allow, role) => pairing.approve(id, allow, role),
      onerror: onError,
    });
    show();
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
  // It takes a while to load, and nobody who connects has to wait for it.
  openScreen().catch(onError);
  return {
    tv,
    setName: (text) => tv.setName(text),
    setCatalogue: (catalogue) => tv.setCatalogue(catalogue),
    close: async () => {
      closed = true;
      for (const stop of stops) stop();
      tv.close();
      await screen?.close();
    },
  };
}
