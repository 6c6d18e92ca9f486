// The agent as a client of a hub, as a TV page is: two hops between remote and player.
import { connect } from '@fjern/link';
import { createTv } from '@fjern/tv';
import { ready } from './device.mjs';
import { directory, domain, identity, token } from './household.mjs';
import { playingPlayer } from './playing.mjs';

const [, , port] = process.argv;
const session = connect({
  service: `ws://127.0.0.1:${port}/xmpp-websocket`,
  domain,
  credential: { username: 'tv', token },
  resource: 'screen',
});
const { player, change } = await playingPlayer();
createTv({ session, player, name: 'Bench', remotes: directory, identity });
await session.ready();
ready({}, change);
