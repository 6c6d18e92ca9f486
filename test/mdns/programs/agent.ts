import { connect } from '@fjern/link';
import { createTv } from '@fjern/tv';
import { watchPairing } from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { tell } from './tell.ts';

// What the TV page is to a box, without a screen. Its argument is the address that the box prints for the TV.

const [tvUrl = ''] = process.argv.slice(2);
const { origin, hash } = new URL(tvUrl);
const response = await fetch(`${origin}/tv/config.json`);
const { domain, name }: { domain: string; name: string } = await response.json();
const session = connect({
  service: `${origin.replace(/^http/, 'ws')}/xmpp-websocket`,
  domain,
  credential: { username: 'tv', token: hash.replace('#token=', '') },
});
const watch = await watchPairing(session, domain);
const player = new ScriptedPlayer({ media: { '/media/film.mp4': { duration: 600 } } });
const tv = createTv({
  session,
  player,
  name,
  // The box follows the state, too.
  authorize: (jid) => (jid === `box@${domain}` ? { name } : watch.authorize(jid)),
  remotes: watch.remotes,
});
tell({ event: 'started' });
process.stdin.on('end', async () => {
  tv.close();
  watch.close();
  await session.close();
  await player.close();
});
process.stdin.resume();
