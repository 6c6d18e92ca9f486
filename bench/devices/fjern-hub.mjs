// The hub in one process; with `agent`, the agent is in it as well, otherwise it connects like a TV page.
import { createHub } from '@fjern/hub';
import { createTv } from '@fjern/tv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { ready } from './device.mjs';

const [, , mode] = process.argv;
const domain = 'bench.local';
const token = 'token-of-the-bench';
const hub = await createHub({
  domain,
  host: '127.0.0.1',
  accounts: { find: (username) => (/^(tv|r\d+)$/.test(username) ? { token } : undefined) },
  limits: { streamsPerAddress: 200 },
});
let change = () => {};
if (mode === 'agent') {
  const player = new ScriptedPlayer();
  createTv({
    session: hub.attach(`tv@${domain}/agent`),
    player,
    name: 'Bench',
    authorize: (jid) => ({ name: jid }),
  });
  let level = 0.25;
  change = () => {
    level = level === 0.5 ? 0.25 : 0.5;
    player.setVolume(level);
  };
}
ready({ port: hub.port, domain, token }, change);
