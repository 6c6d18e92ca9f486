import type { Link } from '@fjern/link';
import {
  commandNames,
  type Element,
  encodeHandshake,
  encodeItemsRequest,
  encodeRevoke,
  NS,
  NS_CAM,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PAIR,
  NS_PUBSUB,
  NS_SEAL,
  parseElement,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import { createSealedClient } from '@fjern/seal';
import { screenPsk } from '@fjern/tv/pairing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  domain,
  film,
  type Household,
  newKeys,
  present,
  startHousehold,
  tvJid,
} from './household.ts';

let home: Household;
let anna: KnownTv;
let stranger: Link;

beforeEach(async () => {
  home = await startHousehold({
    // The rates that slow strangers down are tested at the hub; here is tested what gets through.
    limits: { anonymousStanzasPerSecond: 1000, anonymousStanzasPerAddressPerMinute: 10_000 },
  });
  anna = await home.pair({ name: 'Anna' });
  const remote = home.connect(anna);
  await present(remote);
  await remote.media.load({ uri: film, metadata: { title: 'The Secret Film' }, autoplay: false });
  stranger = await home.link({ anonymous: true });
});

afterEach(async () => {
  await home.close();
});

const addressees = () => [
  tvJid,
  `${tvJid}/box`,
  domain,
  anna.jid,
  `anonymous.${domain}`,
  stranger.jid,
];

function ask(type: 'get' | 'set', to: string, payload: Element): Promise<Element> {
  const own = parseElement(payload.toString());
  return stranger.request(xml('iq', { type, to }, own), { timeout: 5 });
}

describe('a stranger on the Wi-Fi', () => {
  it.each(commandNames)('cannot %s, whomever he asks', async (name) => {
    const calls = [...home.player.calls];
    const attrs = {
      id: 'x',
      epoch: 'e',
      expires: '1e6',
      level: '0',
      currentTime: '0',
      muted: true,
    };
    for (const to of addressees())
      await expect(ask('set', to, xml(name, { xmlns: NS, ...attrs }))).rejects.toBeInstanceOf(
        StanzaError,
      );
    expect(home.player.calls).toEqual(calls);
  });

  it.each([NS, NS_PUBSUB, NS_SEAL, NS_CAM, NS_PAIR, NS_DISCO_ITEMS, 'jabber:iq:roster'])(
    'gets nothing out of %s, whomever he asks',
    async (xmlns) => {
      for (const to of addressees())
        for (const type of ['get', 'set'] as const)
          for (const name of ['query', 'list', 'grant', 'pubsub', 'sealed', 'pairing', 'identity'])
            await expect(ask(type, to, xml(name, { xmlns }))).rejects.toBeInstanceOf(StanzaError);
    },
  );

  it('is told what answers, and nothing of who is at home or what plays', async () => {
    const query = xml('query', { xmlns: NS_DISCO_INFO });
    const info = await ask('get', domain, query);
    const errors = await Promise.all(
      [tvJid, anna.jid].map((to) => ask('get', to, query).catch(String)),
    );
    expect([info, ...errors].join()).not.toMatch(/Secret|Film|Living|Anna|mp4/);
    await expect(ask('get', tvJid, encodeItemsRequest())).rejects.toBeInstanceOf(StanzaError);
  });

  it('hears no presence, no message and no handshake of the household', async () => {
    const heard: string[] = [];
    stranger.on('presence', (presence) => heard.push(presence.toString()));
    stranger.on('message', (message) => heard.push(message.toString()));
    stranger.send(xml('presence'));
    for (const to of addressees()) {
      stranger.send(xml('presence', { to }));
      stranger.send(xml('presence', { to, type: 'probe' }));
      stranger.send(xml('presence', { to, type: 'subscribe' }));
    }
    await home.player.setVolume(0.3);
    const other = home.connect(anna);
    await present(other);
    await ask('get', domain, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect(heard.filter((text) => !/type=["']error["']/.test(text))).toEqual([]);
    expect(heard.join()).not.toMatch(/epoch|Anna/);
  });

  it('gets no session, with whatever keys or secrets', async () => {
    const client = (peer: string, keys: Parameters<typeof createSealedClient>[0]['keys']) =>
      createSealedClient({ session: stranger, peer, keys });
    for (const peer of [tvJid, domain])
      for (const keys of [
        { own: newKeys().keys, peer: home.tvKeys.publicKey },
        { psk: screenPsk('not the token') },
      ]) {
        const sealed = client(peer, keys);
        await expect(sealed.open([], { timeout: 0.3 })).rejects.toThrow();
        expect(sealed.jid).toBeUndefined();
        sealed.close();
      }
    const made = encodeHandshake(domain, { id: 'x', pattern: 'IK', message: '' });
    stranger.send(made);
    await expect(ask('set', domain, encodeRevoke('anna'))).rejects.toBeInstanceOf(StanzaError);
    expect(home.paired).toHaveLength(1);
  });

  it('learns no login by trying names: each is refused as any other', async () => {
    const known = anna.jid.split('@', 1)[0] ?? '';
    const texts: string[] = [];
    for (const username of [known, 'nobody', 'tv'])
      texts.push(
        await home.link({ username, token: 'wrong' }).then(
          () => 'in',
          (error: Error & { condition?: string }) => `${error.condition} ${error.message}`,
        ),
      );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).not.toBe('in');
  });
});
