import { createHub, type Hub } from '@fjern/hub';
import type { PairedRemote, Role } from '@fjern/protocol';
import {
  connect,
  type KnownTv,
  type PairOptions,
  pair,
  pairWithPin,
  type Remote,
} from '@fjern/remote';
import { fingerprint, generatePrivateKey, keyPair, primitives } from '@fjern/seal';
import { type Clock, createTv, type Tv } from '@fjern/tv';
import {
  createPairing,
  type Pairing,
  type PairingOptions,
  type StoredPairings,
} from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { startNetwork } from '../support/network.ts';

/** What the household's player can load. */
export const media = {
  'http://media.local/film.mp4': { duration: 600 },
  'http://media.local/clip.mp4': { duration: 30 },
} as const;
export const film = 'http://media.local/film.mp4';
export const clip = 'http://media.local/clip.mp4';

const domain = 'house.local';
const tvJid = `tv@${domain}`;

export interface HouseholdOptions extends Pick<PairingOptions, 'approval' | 'guest'> {
  /** Of the wall, for pairing and the agent. */
  wall?: Clock;
}

export type Household = Awaited<ReturnType<typeof startHousehold>>;

/** A TV at home: hub, pairing service and agent in one process, a player without a screen, and a network that can break. */
export async function startHousehold({ wall, ...policy }: HouseholdOptions = {}) {
  let stored: StoredPairings | undefined;
  let hub: Hub;
  let pairing: Pairing;
  let tv: Tv;
  const identity = generatePrivateKey(primitives);
  const player = new ScriptedPlayer({ media });
  const remotes = new Set<Remote>();

  async function startServer(): Promise<void> {
    hub = await createHub({
      domain,
      host: '127.0.0.1',
      anonymous: true,
      accounts: { find: (username) => pairing.find(username) },
    });
    pairing = await createPairing({
      session: hub.service,
      domain,
      tvJid,
      name: 'Living room',
      identity,
      fingerprint: fingerprint(primitives, keyPair(primitives, identity).publicKey),
      origin: () => `http://127.0.0.1:${network.port}`,
      store: {
        load: async () => stored,
        save: async (data) => {
          stored = data;
        },
      },
      onrevoke: (username) => hub.disconnect(username),
      ...(wall ? { clock: wall } : {}),
      ...policy,
    });
    hub.on('login', ({ jid }) => pairing.setOnline(jid, true));
    hub.on('logout', ({ jid }) => pairing.setOnline(jid, false));
    pairing.on('change', () => tv?.refreshRemotes());
  }

  function startTv(): void {
    const session = hub.attach(`${tvJid}/box`);
    tv = createTv({
      session,
      player,
      name: 'Living room',
      catalogue: {
        items: [{ id: 'film', source: { uri: film }, metadata: { title: 'Film' }, duration: 600 }],
      },
      remotes: pairing.directory,
      identity,
      ...(wall ? { wallClock: wall } : {}),
    });
    stopTv = async () => {
      tv.close();
      await session.close();
    };
  }

  let stopTv: () => Promise<void>;
  async function stopServer(): Promise<void> {
    await stopTv();
    pairing.close();
    await hub.close();
  }

  const network = await startNetwork(() => hub.port);
  await startServer();
  startTv();

  return {
    player,
    network,
    get tv() {
      return tv;
    },
    get pairing() {
      return pairing;
    },
    /** The address in the code on the screen. */
    get offer(): string {
      return pairing.status.offer?.url ?? '';
    },
    /** Beside it. */
    get pin(): string {
      return pairing.status.offer?.pin ?? '';
    },
    /** Where somebody finds the TV by its name. */
    get target() {
      return { origin: `http://127.0.0.1:${network.port}`, domain };
    },
    get paired(): PairedRemote[] {
      return pairing.status.remotes;
    },
    /** The pairing list's entry for a name. */
    entry(name: string): PairedRemote {
      const found = pairing.status.remotes.find((remote) => remote.name === name);
      if (!found) throw new Error(`${name} is not paired.`);
      return found;
    },
    /** What is stored of pairing. */
    get stored(): StoredPairings | undefined {
      return stored;
    },
    /** As from a backup; takes effect when the server starts anew. */
    restore(data: StoredPairings | undefined): void {
      stored = data;
    },
    /** @param role to offer instead of the usual one */
    async pair(name = 'Phone', role?: Role): Promise<KnownTv> {
      if (role) pairing.offer(role);
      return pair(this.offer, { name, kind: 'phone', save() {} });
    },
    pairWithPin(pin: string, options: Partial<PairOptions> = {}): Promise<KnownTv> {
      return pairWithPin(this.target, pin, {
        name: 'Phone',
        kind: 'phone',
        save() {},
        ...options,
      });
    },
    /** A remote that is closed with the household. */
    connect(known: KnownTv, options?: Parameters<typeof connect>[1]): Remote {
      const remote = connect(known, { timing: { retryBase: 0.05, retryCap: 0.2 }, ...options });
      remotes.add(remote);
      return remote;
    },
    async pairAndConnect(name?: string, role?: Role): Promise<Remote> {
      const remote = this.connect(await this.pair(name, role));
      await remote.ready({ timeout: 5 });
      return remote;
    },
    /** The agent starts anew, in another epoch; the player plays on. */
    async restartTv(): Promise<void> {
      await stopTv();
      startTv();
    },
    stopTv: () => stopTv(),
    startTv,
    /** Everything but the player starts anew, at the same address. */
    async restart(): Promise<void> {
      network.shut();
      await stopServer();
      await startServer();
      startTv();
      network.open();
    },
    async close(): Promise<void> {
      await Promise.all([...remotes].map((remote) => remote.close()));
      await network.close();
      await stopServer();
      await player.close();
    },
  };
}

/** Resolves when the condition holds, looking after every event of the remote. */
export function until(remote: Remote, condition: () => boolean, seconds = 10): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      if (error) reject(error);
      else resolve();
    };
    const look = () => {
      if (condition()) queueMicrotask(() => done());
    };
    const timer = setTimeout(
      () => done(new Error(`Waited ${seconds} s in vain: ${condition}`)),
      seconds * 1000,
    );
    const stops = [
      remote.on('link', look),
      remote.on('tv', look),
      remote.on('command', look),
      remote.on('grant', look),
      remote.subscribe('media', look),
      remote.subscribe('volume', look),
    ];
    look();
  });
}
