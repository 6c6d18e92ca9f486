// The hub in one process; with `agent`, the agent is in it as well, otherwise it connects like a TV page.
import { createHub } from '@fjern/hub';
import { createTv } from '@fjern/tv';
import { ready } from './device.mjs';
import { playingPlayer } from './playing.mjs';

const [, , mode] = process.argv;
const domain = 'bench.local';
const token = 'token-of-the-bench';
const hub = await createHub({
  domain,
  host: '127.0.0.1',
  accounts: { find: (username) => (/^(tv|r\d+)$/.test(username) ? { token } : undefined) },
  limits: { streamsPerAddress: 200 },
});
if (mode === 'agent') {
  const { player, change } = await playingPlayer();
  const session = hub.attach(`tv@${domain}/agent`);
  createTv({ session, player, name: 'Bench', authorize: (jid) => ({ name: jid }) });
  ready({ port: hub.port, domain, token }, change);
} else {
  ready({ port: hub.port, domain, token });
}
