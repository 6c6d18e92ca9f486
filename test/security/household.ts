import { createHub, type Hub, type HubOptions } from '@fjern/hub';
import { type Credential, connect as connectLink, type Link } from '@fjern/link';
import type { PairedRemote, Role } from '@fjern/protocol';
import {
  connect,
  type KnownTv,
  type PairError,
  type PairOptions,
  pair,
  pairWithPin,
  type Remote,
} from '@fjern/remote';
import {
  fingerprint,
  generatePrivateKey,
  type KeyPair,
  keyPair,
  primitives,
  toBase64Url,
} from '@fjern/seal';
import { type Clock, createTv, type Tv } from '@fjern/tv';
import {
  createPairing,
  type Pairing,
  type PairingOptions,
  type StoredPairings,
} from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { type Middle, startMiddle } from './middle.ts';

export const domain = 'house.local';
export const tvJid = `tv@${domain}`;
export const film = 'http://media.local/the-secret-film.mp4';
export const clip = 'http://media.local/a-private-clip.mp4';
/** What the TV's page logs in with. */
export const screenToken = 'screen-token-3pkV0aR8fJ2xQ7mL5nT1wZ';

export interface HouseholdOptions {
  approval?: PairingOptions['approval'];
  guest?: PairingOptions['guest'];
  permissions?: PairingOptions['permissions'];
  /** Of pairing: its walls and locks. */
  clock?: Clock;
  limits?: HubOptions['limits'];
  /** Without the agent in the hub's process: for tests that run it as the TV's page does. */
  agent?: false;
}

export type Household = Awaited<ReturnType<typeof startHousehold>>;

/** A TV at home over real sockets, and somebody in the middle of everything that comes to it. */
export async function startHousehold(options: HouseholdOptions = {}) {
  const identity = generatePrivateKey(primitives);
  const tvKeys = keyPair(primitives, identity);
  let stored: StoredPairings | undefined;
  let hub: Hub;
  let pairing: Pairing;
  let tv: Tv | undefined;
  const player = new ScriptedPlayer({ media: { [film]: { duration: 600 }, [clip]: {} } });
  const closing: (() => unknown)[] = [];
  const middle: Middle = await startMiddle(() => hub.port);

  async function start(): Promise<void> {
    hub = await createHub({
      domain,
      host: '127.0.0.1',
      anonymous: true,
      accounts: {
        find: (name) =>
          name === 'tv' ? { token: screenToken, exclusive: true } : pairing.find(name),
      },
      ...(options.limits ? { limits: options.limits } : {}),
    });
    pairing = await createPairing({
      session: hub.service,
      domain,
      tvJid,
      name: 'Living room',
      identity,
      fingerprint: fingerprint(primitives, tvKeys.publicKey),
      origin: () => `http://127.0.0.1:${middle.port}`,
      store: {
        load: async () => stored && structuredClone(stored),
        save: async (data) => {
          stored = structuredClone(data);
        },
      },
      screenSecret: screenToken,
      onrevoke: (username) => hub.disconnect(username, 'This remote is no longer paired.'),
      ...(options.approval ? { approval: options.approval } : {}),
      ...(options.guest ? { guest: options.guest } : {}),
      ...(options.permissions ? { permissions: options.permissions } : {}),
      ...(options.clock ? { clock: options.clock } : {}),
    });
    hub.on('login', ({ jid }) => pairing.setOnline(jid, true));
    hub.on('logout', ({ jid }) => pairing.setOnline(jid, false));
    if (options.agent !== false) {
      tv = createTv({
        session: hub.attach(`${tvJid}/box`),
        player,
        name: 'Living room',
        remotes: pairing.directory,
        identity,
      });
      const refresh = () => tv?.refreshRemotes();
      pairing.on('change', refresh);
    }
  }

  async function stop(): Promise<void> {
    tv?.close();
    pairing.close();
    await hub.close();
  }

  await start();

  const home = {
    identity,
    tvKeys,
    player,
    middle,
    get hub() {
      return hub;
    },
    get pairing() {
      return pairing;
    },
    /** What is in the TV's store; to put another one there takes a restart. */
    get stored(): StoredPairings | undefined {
      return stored && structuredClone(stored);
    },
    /** The code on the screen. */
    get code(): { url: string; pin: string } {
      const { offer } = pairing.status;
      return { url: offer?.url ?? '', pin: offer?.pin ?? '' };
    },
    get paired(): PairedRemote[] {
      return pairing.status.remotes;
    },
    pair: (changes: Partial<PairOptions> & { url?: string } = {}): Promise<KnownTv> =>
      pair(changes.url ?? home.code.url, pairOptions(changes)),
    pairWithPin: (pin: string, changes: Partial<PairOptions> = {}): Promise<KnownTv> =>
      pairWithPin({ origin: `http://127.0.0.1:${middle.port}`, domain }, pin, pairOptions(changes)),
    /** With a code that the viewer made for this role. */
    async pairAs(role: Role, name: string): Promise<KnownTv> {
      pairing.offer(role);
      return home.pair({ name });
    },
    /** A remote that is closed with the household. */
    connect(known: KnownTv, given?: Parameters<typeof connect>[1]): Remote {
      const remote = connect(known, { timing: { retryBase: 0.05, retryCap: 0.2 }, ...given });
      closing.push(() => remote.close());
      return remote;
    },
    async pairAndConnect(name = 'Phone'): Promise<{ known: KnownTv; remote: Remote }> {
      const known = await home.pair({ name });
      const remote = home.connect(known);
      await present(remote);
      return { known, remote };
    },
    /** A bare stream to the hub, through the middle. */
    async link(credential: Credential): Promise<Link> {
      const link = connectLink({
        service: `ws://127.0.0.1:${middle.port}/xmpp-websocket`,
        domain,
        credential,
        timing: { retryBase: 0.05, retryCap: 0.2 },
      });
      closing.push(() => link.close());
      await link.ready({ timeout: 5 });
      return link;
    },
    /** Everything but the player starts anew, with what is in the store, or with another store. */
    async restart(other: StoredPairings | undefined = stored): Promise<void> {
      for (const wire of middle.wires) wire.cut();
      await stop();
      stored = other && structuredClone(other);
      await start();
    },
    async close(): Promise<void> {
      middle.tamper = undefined;
      await Promise.all(closing.map((close) => close()));
      await stop();
      await player.close();
      await middle.close();
    },
  };
  return home;
}

function pairOptions(changes: Partial<PairOptions>): PairOptions {
  return { name: 'Phone', kind: 'phone', save() {}, timeout: 10, ...changes };
}

/** What pairing failed with; `paired` if it did not. */
export function outcome(pairing: Promise<unknown>): Promise<string> {
  return pairing.then(
    () => 'paired',
    (error: PairError) => error.code ?? String(error),
  );
}

/** The TV is there and its state is known. */
export async function present(remote: Remote): Promise<void> {
  await eventually(() => remote.link.status === 'live' && remote.tv.status === 'present');
}

/** The key pair of a remote, as it stands in its store. */
export function keysOf({ key }: KnownTv): KeyPair {
  if (typeof key.private !== 'string') throw new TypeError('This key is not text.');
  return keyPair(primitives, new Uint8Array(Buffer.from(key.private, 'base64url')));
}

/** What somebody would make up. */
export function newKeys(): { raw: Uint8Array; keys: KeyPair; text: string } {
  const raw = generatePrivateKey(primitives);
  const keys = keyPair(primitives, raw);
  return { raw, keys, text: toBase64Url(keys.publicKey) };
}

/** Waits for what no single event tells. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  seconds = 10,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`It never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
