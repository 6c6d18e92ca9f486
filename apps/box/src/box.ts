import { createHub, type Hub, HubError } from '@fjern/hub';
import type { Advertisement } from '@fjern/protocol';
import { type Advertiser, advertise } from '@fjern/tv/mdns';
import { createPairing, type Pairing } from '@fjern/tv/pairing';
import {
  advertisedInterfaces,
  listensEverywhere,
  loopback,
  origin,
  reachableAddress,
} from './addresses.ts';
import { readIdentity } from './identity.ts';
import { lockDirectory } from './lock.ts';
import { type MonitorOptions, monitorState } from './monitor.ts';
import { type Options, UsageError } from './options.ts';
import { demoMedia, pageMount, version } from './pages.ts';
import type { BoxEvent, Report } from './report.ts';
import { Store } from './store.ts';

export interface Box {
  readonly port: number;
  /** Says goodbye on the network and to whoever is connected, and frees the port. May be repeated. */
  close(): Promise<void>;
}

/** How often the machine's address is looked at, ms: a phone that scans the code needs the one of now. */
const addressInterval = 2000;
/** Milliseconds without its page after which the TV is taken to be off. */
const standbyAfter = 60_000;
/**
 * Milliseconds in which the TV's page can tell a remote that was removed why, sealed. Its key is worth nothing
 * from the first of them on; then its stream is ended, too.
 */
const farewellTime = 1000;
/** Account with which this process follows the TV's state. */
const monitor = 'box';

/**
 * Starts the hub with both pages, pairing and advertising. The agent itself runs in the TV page.
 * @throws UsageError, HubError
 */
export async function startBox(options: Options, report: Report): Promise<Box> {
  const unlock = await lockDirectory(options.dataDir);
  try {
    return await start(options, report, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function start(options: Options, report: Report, unlock: () => Promise<void>): Promise<Box> {
  const store = await Store.open(options.dataDir);
  const identity = readIdentity(store.identity);
  const domain = `${identity.id}.local`;
  const secure = options.tls !== undefined;
  const onError = (error: unknown) => report(errorEvent(error));

  const media = demoMedia();
  const config = () => ({
    contentType: 'application/json',
    body: JSON.stringify({ domain, name: options.name }),
  });
  for (const { code, message } of store.warnings)
    report({ event: 'error', code: `store-${code}`, message });

  let pairing: Pairing | undefined;
  const hub = await createHub({
    domain,
    port: options.port,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.tls ? { tls: options.tls } : {}),
    anonymous: true,
    origins: options.origins,
    secret: store.hubSecret,
    accounts: {
      find: (username) =>
        // A second window of the TV page takes the place of the first, which says so.
        // One that crashed is not worth waiting for: phones should hear that the TV is gone.
        username === 'tv'
          ? { token: store.tvToken, exclusive: true, resumeSeconds: 5 }
          : pairing?.find(username),
    },
    hosts: () => [domain],
    mounts: {
      '/': pageMount('remote'),
      '/tv/': {
        ...pageMount('tv'),
        // When a player cannot play, the page asks the media's server why.
        contentSources: { 'connect-src': ['http:', 'https:'] },
      },
      ...(media === undefined ? {} : { '/media/': media }),
    },
    documents: {
      // A page that was opened without a code learns here whom to ask; nothing of it is secret.
      '/config.json': config,
      '/tv/config.json': config,
    },
  });

  let address = reachableAddress(options.host);
  const publicOrigin = () => origin(secure, address, hub.port);
  let advertiser: Advertiser | undefined;
  let stopStandby = () => {};
  let stopMonitor = () => {};
  const cuttingOff = new Set<NodeJS.Timeout>();
  const cutOff = (username: string) => {
    const timer = setTimeout(() => {
      cuttingOff.delete(timer);
      hub.disconnect(username, pairing?.find(username)?.disabled?.text);
    }, farewellTime);
    cuttingOff.add(timer);
  };
  try {
    pairing = await createPairing({
      session: hub.service,
      domain,
      tvJid: `tv@${domain}`,
      name: options.name,
      identity: identity.privateKey,
      fingerprint: identity.fingerprint,
      origin: publicOrigin,
      store,
      screenSecret: store.tvToken,
      approval: options.approve ? 'always' : 'never',
      onrevoke: cutOff,
    });
    followLogins(hub, pairing);
    stopStandby = watchStandby(hub, pairing, onError);
    reportPairing(pairing, report);
    const advertisement = (): Advertisement => ({
      id: identity.id,
      name: options.name,
      fingerprint: identity.fingerprint,
      version: version(),
      pairing: pairing?.status.offer !== undefined,
      tls: secure,
    });
    if (options.mdns) {
      advertiser = advertise({
        advertisement: advertisement(),
        port: hub.port,
        interfaces: () => advertisedInterfaces(options.host),
      });
      advertiser.on('error', onError);
      advertiser.on('renamed', (name) => report({ event: 'renamed', name }));
      pairing.on('offer', () => advertiser?.update(advertisement()));
    }
    hub.on('error', onError);
    pairing.on('error', onError);
    stopMonitor = monitorState({
      session: hub.attach(`${monitor}@${domain}/monitor`),
      tv: `tv@${domain}`,
      tvKey: identity.publicKey,
      pairing,
      onFacet: reportState(report),
      onError,
    });
  } catch (error) {
    await hub.close();
    throw error;
  }

  report({
    event: 'listening',
    port: hub.port,
    tvUrl: `${origin(secure, localAddress(options.host), hub.port)}/tv/#token=${store.tvToken}`,
    lanUrl: `${publicOrigin()}/`,
  });
  reportOffer(pairing, report);

  const watch = setInterval(() => {
    const now = reachableAddress(options.host);
    // A network that is gone most often comes back as it was.
    if (now === address || now === loopback) return;
    address = now;
    report({ event: 'address', lanUrl: `${publicOrigin()}/` });
    pairing.refresh();
  }, addressInterval);

  let closing: Promise<void> | undefined;
  const close = async () => {
    clearInterval(watch);
    stopStandby();
    stopMonitor();
    for (const timer of cuttingOff) clearTimeout(timer);
    pairing.close();
    await Promise.all([advertiser?.close(), hub.close()]);
    await unlock();
  };
  return {
    port: hub.port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function followLogins(hub: Hub, pairing: Pairing): void {
  hub.on('login', ({ jid }) => pairing.setOnline(jid, true));
  hub.on('logout', ({ jid }) => pairing.setOnline(jid, false));
}

/**
 * Who was let in until standby is not let in any more once the screen was off for a minute. A page that is
 * reloaded, or one that crashed and comes back, is not a TV that was switched off.
 */
function watchStandby(hub: Hub, pairing: Pairing, onError: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stops = [
    hub.on('login', ({ username }) => {
      if (username === 'tv') clearTimeout(timer);
    }),
    hub.on('logout', ({ username }) => {
      if (username !== 'tv') return;
      clearTimeout(timer);
      timer = setTimeout(() => pairing.standby().catch(onError), standbyAfter);
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

function reportPairing(pairing: Pairing, report: Report): void {
  pairing.on('offer', () => reportOffer(pairing, report));
  pairing.on('request', ({ id, name, kind }) => report({ event: 'request', id, name, kind }));
  pairing.on('paired', ({ id, name, kind, grant }) =>
    report({ event: 'paired', id, name, kind, role: grant.role }),
  );
  pairing.on('revoked', ({ id, name, kind }) => report({ event: 'revoked', id, name, kind }));
}

function reportOffer(pairing: Pairing, report: Report): void {
  const { offer } = pairing.status;
  report({
    event: 'offer',
    ...(offer
      ? {
          url: offer.url,
          pin: offer.pin,
          role: offer.role,
          expires: new Date(offer.expires).toISOString(),
        }
      : {}),
  });
}

function reportState(report: Report): MonitorOptions['onFacet'] {
  return ({ name, epoch, revision, value }) =>
    report({ event: 'state', facet: name, epoch, revision, value });
}

/** What the TV page is opened with: the machine's own address, unless the box listens elsewhere alone. */
function localAddress(host: string | undefined): string {
  return listensEverywhere(host) ? 'localhost' : host;
}

/** One clear line for what somebody can do something about. */
export function errorEvent(error: unknown): Extract<BoxEvent, { event: 'error' }> {
  if (error instanceof UsageError) return { event: 'error', code: 'usage', message: error.message };
  if (error instanceof HubError)
    return { event: 'error', code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
  return { event: 'error', code, message };
}
