import type { Link } from '@fjern/link';
import {
  type CommandAction,
  type Element,
  encodeClockRequest,
  encodeCommand,
  encodeComplete,
  encodeGrantRequest,
  encodeItemsRequest,
  encodeRevoke,
  encodeSubscribe,
  NS_CAM,
  NS_DISCO_INFO,
  xml,
} from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, film, type Household, startHousehold, tvJid } from './household.ts';

let home: Household;
let known: KnownTv;

beforeEach(async () => {
  home = await startHousehold();
  const { known: anna, remote } = await home.pairAndConnect('Anna’s phone');
  known = anna;
  await remote.media.load({ uri: film, metadata: { title: 'The Secret Film' }, autoplay: false });
});

afterEach(async () => {
  await home.close();
});

describe('what is said to the TV in the clear', () => {
  let link: Link;

  beforeEach(async () => {
    const { jid, token } = known;
    link = await home.link({ username: jid.split('@', 1)[0] ?? '', token });
  });

  const actions: CommandAction[] = [
    { name: 'load', source: { uri: film } },
    { name: 'play' },
    { name: 'pause' },
    { name: 'stop' },
    { name: 'seek', currentTime: 1 },
    { name: 'setRate', playbackRate: 2 },
    { name: 'setVolume', level: 0.9 },
    { name: 'setMuted', muted: true },
  ];
  const reads: [string, 'get' | 'set', (link: Link) => Element][] = [
    ['the state', 'get', () => encodeItemsRequest()],
    ['to be told changes', 'set', ({ jid }) => encodeSubscribe(jid)],
    ['the grant', 'get', () => encodeGrantRequest()],
    ['the clock', 'get', () => encodeClockRequest()],
  ];

  it.each(actions)('the command $name is refused, with the right login', async (action) => {
    const calls = [...home.player.calls];
    const payload = encodeCommand({ ...action, id: 'x', epoch: presenceEpoch(), expires: 1e6 });
    const iq = xml('iq', { type: 'set', to: `${tvJid}/box` }, payload);
    await expect(link.request(iq)).rejects.toMatchObject({
      condition: 'policy-violation',
      application: { name: 'sealing-required' },
    });
    expect(home.player.calls).toEqual(calls);
  });

  it.each(reads)('%s is refused, with the right login', async (_, type, payload) => {
    const iq = xml('iq', { type, to: `${tvJid}/box` }, payload(link));
    await expect(link.request(iq)).rejects.toMatchObject({ condition: 'policy-violation' });
  });

  it('managing remotes is refused, with the right login of the owner', async () => {
    const own = known.jid.split('@', 1)[0] ?? '';
    const asked: ['get' | 'set', Element][] = [
      ['get', xml('list', { xmlns: NS_CAM })],
      ['set', encodeRevoke(own)],
      ['set', encodeComplete()],
    ];
    for (const [type, payload] of asked)
      await expect(link.request(xml('iq', { type, to: domain }, payload))).rejects.toMatchObject({
        condition: 'policy-violation',
      });
    expect(home.paired).toHaveLength(1);
  });

  it('is told what a TV is, and nothing of this one', async () => {
    const query = xml('query', { xmlns: NS_DISCO_INFO });
    const info = await link.request(xml('iq', { type: 'get', to: `${tvJid}/box` }, query));
    expect(info.toString()).not.toMatch(/Living room|mp4|<field|Secret/);
  });
});

function presenceEpoch(): string {
  for (const text of home.middle.recorded.toReversed()) {
    const [, epoch] = /<tv [^>]*epoch=["']([^"']+)/.exec(text) ?? [];
    if (epoch !== undefined) return epoch;
  }
  throw new Error('No epoch was said.');
}
