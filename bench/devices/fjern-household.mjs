// A box: hub, pairing and agent in one process. A line on standard input asks for the code that is shown now.
import { createInterface } from 'node:readline';
import { createHub } from '@fjern/hub';
import { fingerprint, keyPair, primitives } from '@fjern/seal';
import { createTv } from '@fjern/tv';
import { createPairing } from '@fjern/tv/pairing';
import { domain, identity, tv } from './household.mjs';
import { playingPlayer } from './playing.mjs';

let stored;
let pairing;
const many = 1e6;
const hub = await createHub({
  domain,
  host: '127.0.0.1',
  anonymous: true,
  accounts: { find: (username) => pairing.find(username) },
  // Whoever measures comes more often than anybody else.
  limits: {
    connectionsPerAddressPerMinute: many,
    connectionsPerMinute: many,
    upgradesPerAddressPerMinute: many,
    upgradesPerMinute: many,
    anonymousStanzasPerAddressPerMinute: many,
    anonymousStanzasPerMinute: many,
  },
});
pairing = await createPairing({
  session: hub.service,
  domain,
  tvJid: tv,
  name: 'Bench',
  identity,
  fingerprint: fingerprint(primitives, keyPair(primitives, identity).publicKey),
  origin: () => `http://127.0.0.1:${hub.port}`,
  store: {
    load: async () => stored,
    save: async (data) => {
      stored = structuredClone(data);
    },
  },
});
hub.on('login', ({ jid }) => pairing.setOnline(jid, true));
hub.on('logout', ({ jid }) => pairing.setOnline(jid, false));
const { player } = await playingPlayer();
const agent = createTv({
  session: hub.attach(`${tv}/agent`),
  player,
  name: 'Bench',
  remotes: pairing.directory,
  identity,
});
pairing.on('change', () => agent.refreshRemotes());

console.log(JSON.stringify({ port: hub.port }));
createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify(pairing.status.offer ?? {}));
});
