// The hub in one process. With `agent`, the agent is in it as well; with `clear`, a stand-in for it that answers
// the same commands unsealed, to show what sealing costs; otherwise it connects like a TV page.
import { createHub } from '@fjern/hub';
import { decodeCommand, encodeCommandResult, NS } from '@fjern/protocol';
import { createTv } from '@fjern/tv';
import { ready } from './device.mjs';
import { directory, domain, identity, token, tv } from './household.mjs';
import { playingPlayer } from './playing.mjs';

const [, , mode] = process.argv;
const hub = await createHub({
  domain,
  host: '127.0.0.1',
  accounts: { find: (username) => (/^(tv|r\d+)$/.test(username) ? { token } : undefined) },
  limits: {
    connections: 1e4,
    connectionsPerAddress: 1e4,
    connectionsPerAddressPerMinute: 1e6,
    connectionsPerMinute: 1e6,
    upgradesPerAddressPerMinute: 1e6,
    upgradesPerMinute: 1e6,
    streamsPerAddress: 1000,
    stanzasPerSecond: 1e6,
    stanzaBurst: 1e6,
  },
});
if (mode === 'agent') {
  const { player, change } = await playingPlayer();
  const session = hub.attach(`${tv}/agent`);
  createTv({ session, player, name: 'Bench', remotes: directory, identity });
  ready({ port: hub.port }, change);
} else if (mode === 'clear') {
  const session = hub.attach(`${tv}/agent`);
  session.handle('set', NS, (payload) => {
    const { id, epoch } = decodeCommand(payload);
    return encodeCommandResult({ id, facet: 'media', epoch, revision: 1 });
  });
  ready({ port: hub.port });
} else {
  ready({ port: hub.port });
}
