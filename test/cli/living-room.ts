import { connect, type Link } from '@fjern/link';
import { createTv, type Tv } from '@fjern/tv';
import { type PairingWatch, watchPairing } from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { type RunningBox, startBox } from '../support/box.ts';
import { startNetwork } from '../support/network.ts';

export const film = 'http://media.local/film.mp4';
export const clip = 'http://media.local/clip.mp4';

export type LivingRoom = Awaited<ReturnType<typeof startLivingRoom>>;

/** What the box says in an `offer` event. */
export interface Offer {
  url: string;
  pin: string;
}

/** The box as it was built, with an agent in place of the TV page, and a network that can break between it and remotes. */
export async function startLivingRoom(args: string[] = []) {
  const box = await startBox({ args });
  const network = await startNetwork(() => box.port);
  const token = new URL(box.tvUrl).hash.replace('#token=', '');
  const response = await fetch(`http://127.0.0.1:${box.port}/config.json`);
  const { domain } = (await response.json()) as { domain: string };
  const player = new ScriptedPlayer({
    media: { [film]: { duration: 600 }, [clip]: { duration: 30 } },
  });
  let running: { link: Link; watch: PairingWatch; tv: Tv };

  async function startTv(): Promise<void> {
    const link = connect({
      service: `ws://127.0.0.1:${box.port}/xmpp-websocket`,
      domain,
      credential: { username: 'tv', token },
    });
    const watch = await watchPairing(link, domain, { token });
    const tv = createTv({
      session: link,
      player,
      name: 'Living room',
      catalogue: {
        items: [{ id: 'film', source: { uri: film }, metadata: { title: 'Film' }, duration: 600 }],
      },
      remotes: watch.directory,
      identity: watch.identity,
    });
    watch.on('change', () => tv.refreshRemotes());
    running = { link, watch, tv };
  }

  async function stopTv(): Promise<void> {
    running.tv.close();
    running.watch.close();
    await running.link.close();
  }

  await startTv();

  /** Through the network that breaks. */
  const reachable = ({ url, pin }: Offer): Offer => ({
    url: url.replace(`:${box.port}/`, `:${network.port}/`),
    pin,
  });
  const latestOffer = async () => reachable((await box.event('offer')) as unknown as Offer);

  return {
    box,
    domain,
    network,
    /** Where it is, as one writes it. */
    host: `127.0.0.1:${network.port}`,
    /** What the TV's viewer does. */
    get viewer(): PairingWatch {
      return running.watch;
    },
    /** The code on the screen. */
    offer: latestOffer,
    /** A code for guests, in place of the one on the screen. */
    async guestOffer(): Promise<Offer> {
      const next = box.next('offer', ({ role }) => role === 'guest');
      await running.watch.offer('guest');
      return reachable((await next) as unknown as Offer);
    },
    /** Runs what uses the code up, and waits for the next one. */
    async spend<T>(use: (offer: Offer) => Promise<T>): Promise<T> {
      const before = await latestOffer();
      const result = await use(before);
      await box.event('offer', ({ pin }) => pin !== before.pin);
      return result;
    },
    startTv,
    stopTv,
    async close(): Promise<void> {
      await stopTv();
      await network.close();
      await box.stop();
      await player.close();
    },
  };
}

/** What nobody may ever read in what a program says: the codes that were shown. */
export function codesOf({ events }: RunningBox): string[] {
  return events
    .filter(({ event, url }) => event === 'offer' && url !== undefined)
    .flatMap(({ url, pin }) => [
      String(pin),
      /[#&]s=([^&]+)/.exec(String(url))?.[1] ?? 'no secret',
    ]);
}
