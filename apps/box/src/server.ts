import { createHub, type Hub, type HubDocument, type Mounts } from '@fjern/hub';
import type { Advertisement } from '@fjern/protocol';
import type { Advertiser } from '@fjern/tv/mdns';
import { createPairing, type Pairing } from '@fjern/tv/pairing';
import {
  advertisedInterfaces,
  listensEverywhere,
  loopback,
  origin,
  reachableAddress,
} from './addresses.ts';
import type { Agent } from './agent.ts';
import { loadCatalogue } from './catalogue.ts';
import { errorEvent } from './errors.ts';
import { type Health, healthDocument } from './health.ts';
import type { Identity } from './identity.ts';
import type { Log } from './logs.ts';
import type { Neighbours } from './neighbours.ts';
import type { Options } from './options.ts';
import { demoMedia, pageMount, version } from './pages.ts';
import {
  disconnectLater,
  followLogins,
  reportOffer,
  reportPairing,
  watchStandby,
} from './pairing-events.ts';
import type { LocalPlayer } from './player.ts';
import type { BoxEvent, Report } from './report.ts';
import type { Store } from './store.ts';

export interface ServerOptions {
  /** Those that need no restart are looked at again each time: they may be another object's later. */
  options: () => Options;
  store: Store;
  identity: Identity;
  /** Of this process. Without one, the TV page is served and is the TV. */
  player: LocalPlayer | undefined;
  neighbours: Neighbours;
  health: () => Health;
  report: Report;
  log: Log;
  /** Instead of that of the options: the port that was used before. */
  port: number | undefined;
  /** A socket that listens already, instead of port and host. */
  fd: number | undefined;
}

/** All that the network sees of the TV: hub, pairing, advertising, and the agent where its player is here. */
export interface Server {
  readonly hub: Hub;
  readonly pairing: Pairing;
  readonly agent: Agent | undefined;
  /** Whether it is found on the network now; undefined: it is not to be. */
  readonly advertised: boolean | undefined;
  /** The last that was told of what plays. */
  readonly media: BoxEvent | undefined;
  /** To be called when the name of the options has changed. */
  rename(): void;
  /** Says goodbye on the network and to whoever is connected, and frees the port. May be repeated. */
  close(): Promise<void>;
}

/** How often the machine's address is looked at, ms: a phone that scans the code needs the one of now. */
const addressInterval = 2000;

/** @throws HubError */
export async function startServer(context: ServerOptions): Promise<Server> {
  const { store, identity, player, log, fd } = context;
  const options = context.options();
  const { host } = options;
  const domain = `${identity.id}.local`;
  const secure = options.tls !== undefined;
  let media: BoxEvent | undefined;
  const report: Report = (event) => {
    if (event.event === 'state' && event.facet === 'media') media = event;
    context.report(event);
  };
  const onError = (error: unknown) => report(errorEvent(error));
  /** What it is called on this network, where another TV may have had the name first. */
  let name = options.name;
  let pairing: Pairing | undefined;

  const hub = await createHub({
    domain,
    port: context.port ?? options.port,
    ...(host === undefined ? {} : { host }),
    ...(fd === undefined ? {} : { fd }),
    ...(options.tls ? { tls: options.tls } : {}),
    anonymous: true,
    origins: options.origins,
    lanPages: true,
    secret: store.hubSecret,
    accounts: {
      find: (username) =>
        // A second window of the TV page takes the place of the first, which says so.
        // One that crashed is not worth waiting for: phones should hear that the TV is gone.
        username === 'tv' && !player
          ? { token: store.tvToken, exclusive: true, resumeSeconds: 5 }
          : pairing?.find(username),
    },
    hosts: () => [domain],
    mounts: mounts(options),
    documents: {
      ...documents(options, () => JSON.stringify({ domain, name })),
      '/health': () => healthDocument(context.health(), version()),
      '/neighbours.json': () => context.neighbours.document(),
    },
  });

  let address = reachableAddress(host);
  const publicOrigin = () => origin(secure, address, hub.port);
  const stops: (() => void)[] = [];
  let advertiser: Advertiser | undefined;
  let updateAdvertisement = () => {};
  let agent: Agent | undefined;
  try {
    const cutOff = disconnectLater(hub, (username) => pairing?.find(username)?.disabled?.text);
    stops.push(cutOff.stop);
    pairing = await createPairing({
      session: hub.service,
      domain,
      tvJid: `tv@${domain}`,
      name,
      identity: identity.privateKey,
      fingerprint: identity.fingerprint,
      origin: publicOrigin,
      store,
      ...(player ? {} : { screenSecret: store.tvToken }),
      get approval() {
        return context.options().approve ? ('always' as const) : ('never' as const);
      },
      onrevoke: cutOff.start,
    });
    followLogins(hub, pairing, log);
    reportPairing(pairing, report);
    hub.on('error', onError);
    pairing.on('error', onError);
    if (player) {
      const { startAgent } = await import('./agent.ts');
      player.serveAt(`${origin(secure, ownAddress(host), hub.port)}/`);
      agent = startAgent({
        ...{ hub, pairing, player, name, report, onError },
        identity: identity.privateKey,
      });
      readCatalogue(options, agent, onError);
    } else {
      stops.push(watchStandby(hub, pairing, onError));
      const { monitorState } = await import('./monitor.ts');
      stops.push(monitorState({ hub, tvKey: identity.publicKey, pairing, report, onError }));
    }
    if (options.mdns) {
      updateAdvertisement = await advertiseTv();
      pairing.on('offer', updateAdvertisement);
    }
  } catch (error) {
    for (const stop of stops) stop();
    await hub.close();
    throw error;
  }
  const service = pairing;

  async function advertiseTv(): Promise<() => void> {
    const { advertise } = await import('@fjern/tv/mdns');
    const advertisement = (): Advertisement => ({
      id: identity.id,
      name: context.options().name,
      fingerprint: identity.fingerprint,
      version: version(),
      pairing: pairing?.status.offer !== undefined,
      tls: secure,
    });
    const running = advertise({
      advertisement: advertisement(),
      port: hub.port,
      interfaces: () => advertisedInterfaces(host),
    });
    running.on('error', onError);
    running.on('published', (now) => log.write({ event: 'advertised', name: now }));
    running.on('renamed', (now) => {
      report({ event: 'renamed', name: now });
      setName(now, context.options().name);
    });
    advertiser = running;
    return () => running.update(advertisement());
  }

  function setName(now: string, renamedFrom?: string): void {
    name = now;
    pairing?.setName(now, renamedFrom);
    agent?.setName(now);
  }

  report({
    event: 'listening',
    port: hub.port,
    ...(player
      ? {}
      : { tvUrl: `${origin(secure, localName(host), hub.port)}/tv/#token=${store.tvToken}` }),
    lanUrl: `${publicOrigin()}/`,
  });
  reportOffer(service, report);

  const watch = setInterval(() => {
    const now = reachableAddress(host);
    // A network that is gone most often comes back as it was.
    if (now === address || now === loopback) return;
    address = now;
    report({ event: 'address', lanUrl: `${publicOrigin()}/` });
    service.refresh();
  }, addressInterval);

  let closing: Promise<void> | undefined;
  const close = async () => {
    clearInterval(watch);
    for (const stop of stops) stop();
    const screenClosed = agent?.close();
    service.close();
    await Promise.all([advertiser?.close(), hub.close(), screenClosed]);
  };
  return {
    hub,
    pairing: service,
    agent,
    get advertised() {
      return options.mdns ? advertiser?.published === true : undefined;
    },
    get media() {
      return media;
    },
    rename: () => {
      setName(context.options().name);
      updateAdvertisement();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function mounts(options: Options): Mounts {
  const media = options.media ?? demoMedia();
  return {
    '/': pageMount('remote'),
    ...(options.player === 'page'
      ? {
          '/tv/': {
            ...pageMount('tv'),
            // When a player cannot play, the page asks the media's server why.
            contentSources: { 'connect-src': ['http:', 'https:'] },
          },
        }
      : {}),
    ...(media === undefined ? {} : { '/media/': media }),
  };
}

function documents(options: Options, config: () => string): Record<string, () => HubDocument> {
  // A page that was opened without a code learns here whom to ask; nothing of it is secret.
  const document = () => ({ contentType: 'application/json', body: config() });
  return {
    '/config.json': document,
    ...(options.player === 'page' ? { '/tv/config.json': document } : {}),
  };
}

/** Nobody waits for it: a folder on a network may be slow, and a TV without a catalogue is a TV all the same. */
function readCatalogue(options: Options, agent: Agent, onError: (error: unknown) => void): void {
  const media = options.media ?? demoMedia();
  if (media !== undefined)
    loadCatalogue(media).then((catalogue) => agent.setCatalogue(catalogue), onError);
}

/** What the TV page is opened with: the machine's own address, unless the box listens elsewhere alone. */
function localName(host: string | undefined): string {
  return listensEverywhere(host) ? 'localhost' : host;
}

/** Where a player on this machine finds the hub. */
function ownAddress(host: string | undefined): string {
  return listensEverywhere(host) ? loopback : host;
}
