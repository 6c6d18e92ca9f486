import { once } from 'node:events';
import {
  encodeComplete,
  encodeHandshake,
  encodeItemsRequest,
  encodeRevoke,
  NS_SEAL,
  parseElement,
  xml,
} from '@fjern/protocol';
import { type KnownTv, resumePairing } from '@fjern/remote';
import { createSealedClient, PeerRefusal } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  domain,
  eventually,
  film,
  type Household,
  keysOf,
  newKeys,
  outcome,
  present,
  startHousehold,
  tvJid,
} from './household.ts';

let home: Household;
let owner: KnownTv;

beforeEach(async () => {
  home = await startHousehold();
  owner = await home.pair({ name: 'Anna’s phone' });
});

afterEach(async () => {
  await home.close();
});

const idOf = ({ jid }: KnownTv) => jid.split('@', 1)[0] ?? '';

describe('somebody with what a revoked phone had stored', () => {
  let stolen: KnownTv;

  beforeEach(async () => {
    const lost = await home.pairAs('member', 'Ben’s phone');
    // Byte by byte, as a backup of the phone has it.
    stolen = JSON.parse(JSON.stringify(lost)) as KnownTv;
    const live = home.connect(lost);
    const anna = home.connect(owner);
    await Promise.all([present(live), present(anna)]);
    await anna.remotes.revoke(idOf(lost));
    await eventually(() => live.link.status === 'lost');
  });

  it('does not get in, and hears who removed it and when', async () => {
    const thief = home.connect(stolen);
    await eventually(() => thief.link.status === 'lost');
    expect(thief.link).toMatchObject({
      reason: { code: 'unpaired', message: expect.stringContaining('Anna’s phone') },
    });
    expect(thief.volume.value).toBeUndefined();
    expect(await outcome(resumePairing(stolen, { timeout: 5 }))).toBe('refused');
  });

  it('does not get in after a restart of the TV either', async () => {
    await home.restart();
    const thief = home.connect(stolen);
    await eventually(() => thief.link.status === 'lost');
    expect(thief.link).toMatchObject({ reason: { code: 'unpaired' } });
    expect(thief.volume.value).toBeUndefined();
  });

  it('hears no reason without the right token', async () => {
    const guesser = home.connect({ ...stolen, token: `${stolen.token}x` });
    await eventually(() => guesser.link.status === 'lost');
    expect(guesser.link.status === 'lost' && guesser.link.reason.message).not.toContain('Anna');
  });

  it('gets no session for the key over somebody else’s login, but the TV’s own word', async () => {
    const guest = await home.pairAs('guest', 'Kim');
    const link = await home.link({ username: idOf(guest), token: guest.token });
    for (const peer of [tvJid, domain]) {
      const keys = { own: keysOf(stolen), peer: home.tvKeys.publicKey };
      const client = createSealedClient({ session: link, peer, keys });
      const refusal: unknown = await client
        .open([{ type: 'get', payload: encodeItemsRequest() }])
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PeerRefusal);
      expect((refusal as PeerRefusal).content).toHaveLength(1);
      expect((refusal as PeerRefusal).content[0]?.getName()).toBe('revoked');
      client.close();
    }
  });

  it('pairs anew with a code alone, and is somebody new then', async () => {
    const again = await home.pair({ name: 'Ben’s phone' });
    expect(again.token).not.toBe(stolen.token);
    expect(again.key.public).not.toBe(stolen.key.public);
    const thief = home.connect(stolen);
    await eventually(() => thief.link.status === 'lost');
  });
});

describe('somebody who repeats a login that he heard', () => {
  /** A stream of Anna's account, made of what was recorded of hers. */
  async function replayedLogin() {
    const anna = home.connect(owner);
    await present(anna);
    await anna.media.load({ uri: film, metadata: { title: 'The Secret Film' } });
    const recorded = home.middle.wires.at(-1)?.frames ?? [];
    const login = recorded.filter(
      ({ direction, text }) => direction === 'up' && /^<(open|authenticate) /.test(text),
    );
    const socket = new WebSocket(home.hub.webSocketUrl, 'xmpp');
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(data.toString()));
    await once(socket, 'open');
    for (const { text } of login) socket.send(text);
    await eventually(() => heard.join().includes('<success '));
    return {
      heard,
      anna,
      send: (text: string) => socket.send(text),
      /** The answer to what is asked, as it stands on the wire. */
      async ask(type: 'get' | 'set', to: string, payload: string): Promise<string> {
        const id = `q${heard.length}-${Math.random()}`;
        socket.send(
          `<iq xmlns='jabber:client' id='${id}' type='${type}' to='${to}'>${payload}</iq>`,
        );
        const answer = () => heard.find((text) => text.includes(id));
        await eventually(() => answer() !== undefined);
        return answer() ?? '';
      },
      close: () => socket.terminate(),
    };
  }

  it('gets a stream, but no state, no command and no end of the pairing', async () => {
    const thief = await replayedLogin();
    const calls = [...home.player.calls];
    for (const [type, to, payload] of [
      ['get', `${tvJid}/box`, encodeItemsRequest()],
      ['set', domain, encodeRevoke(idOf(owner))],
      ['set', domain, encodeComplete()],
    ] as const)
      expect(await thief.ask(type, to, payload.toString())).toContain('sealing-required');
    const command = "<pause xmlns='urn:xmpp:second-screen:0' id='x' epoch='e' expires='1000000'/>";
    expect(await thief.ask('set', `${tvJid}/box`, command)).toContain('sealing-required');
    const sealed = `<sealed xmlns='${NS_SEAL}' sid='AAAAAAAAAAAA' n='0'>AAAA</sealed>`;
    expect(await thief.ask('set', `${tvJid}/box`, sealed)).toContain('no-session');
    expect(home.player.calls).toEqual(calls);
    expect(home.paired).toHaveLength(1);
    expect(thief.heard.join()).not.toMatch(/Secret|Film|paused|playing/);
    thief.close();
  });

  it('can disturb: the session of the real one may end, and comes back by itself', async () => {
    const thief = await replayedLogin();
    thief.close();
    await thief.anna.volume.set(0.4, { timeout: 20 });
    expect(home.player.state.level).toBe(0.4);
  });

  it('and makes a handshake with keys of his own is refused', async () => {
    const link = await home.link({ username: idOf(owner), token: owner.token });
    for (const peer of [tvJid, domain]) {
      const keys = { own: newKeys().keys, peer: home.tvKeys.publicKey };
      const client = createSealedClient({ session: link, peer, keys });
      await expect(client.open([])).rejects.toMatchObject({ condition: 'forbidden' });
      client.close();
    }
  });

  it('and repeats the handshake from there gets an answer that only Anna’s phone can read', async () => {
    const thief = await replayedLogin();
    const up = home.middle.wires
      .at(-1)
      ?.frames.find(({ direction, text }) => direction === 'up' && text.includes('<handshake '));
    const message = parseElement(up?.text ?? '').getChildText('handshake', NS_SEAL) ?? '';
    thief.send("<presence xmlns='jabber:client'/>");
    const again = encodeHandshake(tvJid, { id: 'again', pattern: 'IK', message });
    thief.send(again.root().toString().replace('<message', "<message xmlns='jabber:client'"));
    await thief.ask('get', domain, String(xml('ping', { xmlns: 'urn:xmpp:ping' })));
    await eventually(() => thief.heard.some((text) => text.includes('"again"')));
    expect(thief.heard.join()).not.toMatch(/Secret|Film|paused|playing/);
    thief.close();
  });
});
