import { connect, type Link } from '@fjern/link';
import { decodeOfferUrl, type RemoteKind } from '@fjern/protocol';
import { type KnownTv, type PairOptions, pair, pairWithPin } from '@fjern/remote';
import { createTv, type Tv } from '@fjern/tv';
import { type PairingWatch, watchPairing } from '@fjern/tv/pairing';
import { ScriptedPlayer, type ScriptedPlayerOptions } from '@fjern/tv/testing';
import type { RunningBox } from './box.ts';

/** What the TV's page is to a box, without a screen. */
export interface ScreenAgent {
  readonly domain: string;
  readonly session: Link;
  /** Its sealed channel to the box: who is paired, and the viewer's decisions. */
  readonly watch: PairingWatch;
  readonly tv: Tv;
  readonly player: ScriptedPlayer;
  /** As when the page is closed. */
  close(): Promise<void>;
}

/** Does what the TV's page does with the address that the box prints for it. */
export async function screenAgent(
  { tvUrl }: Pick<RunningBox, 'tvUrl'>,
  { media = { '/media/film.mp4': { duration: 600 } } }: Pick<ScriptedPlayerOptions, 'media'> = {},
): Promise<ScreenAgent> {
  const { origin, hash } = new URL(tvUrl);
  const token = hash.replace('#token=', '');
  const response = await fetch(`${origin}/tv/config.json`);
  const { domain, name }: { domain: string; name: string } = await response.json();
  const session = connect({
    service: `${origin.replace(/^http/, 'ws')}/xmpp-websocket`,
    domain,
    resource: 'screen',
    credential: { username: 'tv', token },
  });
  try {
    const watch = await watchPairing(session, domain, {
      token,
      signal: AbortSignal.timeout(10_000),
    });
    const player = new ScriptedPlayer({ media });
    const tv = createTv({
      session,
      player,
      name,
      identity: watch.identity,
      remotes: watch.directory,
    });
    const stop = watch.on('change', () => tv.refreshRemotes());
    return {
      domain,
      session,
      watch,
      tv,
      player,
      async close() {
        stop();
        tv.close();
        watch.close();
        await session.close();
        await player.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Codes that somebody has paired with: the box's word that there is another one may still be on its way. */
const spent = new Set<unknown>();

/** A new remote that has the box's QR code, or its PIN. */
export async function pairWith(
  box: Pick<RunningBox, 'event'>,
  name = 'Phone',
  {
    code = 'qr',
    kind = 'phone',
    ...options
  }: Partial<PairOptions> & { code?: 'qr' | 'pin'; kind?: RemoteKind } = {},
): Promise<KnownTv> {
  const offer = await box.event('offer', ({ url }) => url !== undefined && !spent.has(url));
  const url = String(offer.url);
  const about: PairOptions = { save() {}, ...options, name, kind };
  const { origin, tv } = decodeOfferUrl(url);
  const known = await (code === 'qr'
    ? pair(url, about)
    : pairWithPin({ origin, domain: tv.split('@')[1] ?? '' }, String(offer.pin), about));
  spent.add(url);
  return known;
}
