import {
  encodePairResult,
  encodePakeResponse,
  NS_PAIR,
  NS_SCE,
  parseElement,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { fingerprint, fromBase64Url, primitives, toBase64Url } from '@fjern/seal';
import { createPake, lvCat, type PakeResult } from '@fjern/seal/pairing';
import { ManualClock } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, type Household, newKeys, outcome, startHousehold, tvJid } from './household.ts';
import { carrying, changing, flipBit } from './middle.ts';

let home: Household;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 5, 1, 12));
  home = await startHousehold({ clock });
});

afterEach(async () => {
  await home.close();
});

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Replaces the text of one child of the payload of that name. */
const swap = (name: string, child: string, edit: (text: string) => string) =>
  changing(name === 'confirmed' || name === 'answer' ? 'down' : 'up', (stanza) => {
    const payload = stanza.getChild(name === 'answer' ? 'pake' : name, NS_PAIR);
    const element = payload?.getChild(child);
    if (!element) return undefined;
    element.children = [edit(element.getText())];
    return stanza;
  });

const madeUpShare = () => primitives.toBase64(primitives.x25519PublicKey(primitives.random(32)));

/** The attacker as the TV: answers the remote's exchange himself, with what he takes for the code. */
function posing(password: string, code: 'qr' | 'pin', key: string) {
  let exchange: PakeResult | undefined;
  return changing('up', (stanza, { wire }) => {
    const answer = (payload: string) => {
      const { id } = stanza.attrs as { id: string };
      const result = xml('iq', { type: 'result', id, from: domain, xmlns: 'jabber:client' });
      wire.inject('down', result.cnode(parseElement(payload)).root().toString());
      return [];
    };
    const pake = stanza.getChild('pake', NS_PAIR);
    const confirm = stanza.getChild('confirm', NS_PAIR);
    if (pake) {
      const sid = String(pake.attrs.sid);
      const own = createPake({
        role: 'responder',
        password: utf8(password),
        sid: fromBase64Url(sid, 16),
        ci: lvCat(utf8(NS_PAIR), utf8(code), utf8(jidOf(wire.frames)), utf8(domain)),
      });
      exchange = own.finish(primitives.fromBase64(pake.getChildText('share') ?? ''));
      const share = primitives.toBase64(own.share);
      return answer(encodePakeResponse({ sid, share, approval: false }).toString());
    }
    if (confirm && exchange) {
      const paired = encodePairResult({
        jid: `stolen@${domain}`,
        token: 'a token',
        tv: tvJid,
        pairing: domain,
        key,
        name: 'Living room',
        role: 'owner',
      });
      const envelope = `<envelope xmlns='${NS_SCE}'><content>${paired}</content></envelope>`;
      const tag = primitives.toBase64(exchange.ownTag);
      const sealed = primitives.toBase64(exchange.seal(utf8(envelope)));
      const { sid } = confirm.attrs as { sid: string };
      return answer(
        `<confirmed xmlns='${NS_PAIR}' sid='${sid}'><tag>${tag}</tag><sealed>${sealed}</sealed></confirmed>`,
      );
    }
    return undefined;
  });
}

/** Full JID that the hub gave to whoever is at the other end. */
function jidOf(frames: readonly { text: string }[]): string {
  for (const { text } of frames) {
    const [, jid] = /<authorization-identifier>([^<]+)</.exec(text) ?? [];
    if (jid !== undefined) return jid;
  }
  throw new Error('Nobody has logged in here.');
}

describe('somebody between a remote and the TV that pair', () => {
  it.each([
    ['swaps the remote’s share', swap('pake', 'share', madeUpShare)],
    ['swaps the TV’s share', swap('answer', 'share', madeUpShare)],
    ['changes the remote’s tag', swap('confirm', 'tag', flipBit)],
  ])('who %s pairs nobody, and has made a guess', async (_, tamper) => {
    home.middle.tamper = tamper;
    expect(await outcome(home.pair())).toBe('code-wrong');
    expect(home.pairing.status.refused).toBeDefined();
    expect(home.stored).toBeUndefined();
  });

  it.each([
    ['changes the TV’s tag', swap('confirmed', 'tag', flipBit)],
    ['changes what is in `paired`', swap('confirmed', 'sealed', (text) => flipBit(text, 0.6))],
    ['cuts off the end of `paired`', swap('confirmed', 'sealed', (text) => text.slice(0, -64))],
    ['sends back the remote’s own words as the TV’s', reflect()],
  ])('who %s is found out by the remote', async (_, tamper) => {
    home.middle.tamper = tamper;
    expect(await outcome(home.pair())).toBe('impostor');
    home.middle.tamper = undefined;
    expect(home.paired).toEqual([]);
    await clock.advance(61_000);
    expect(home.stored?.accounts).toEqual([]);
  });

  it('who poses as the TV without the code is found out, and learns nothing about the code', async () => {
    home.middle.tamper = posing('a'.repeat(22), 'qr', newKeys().text);
    expect(await outcome(home.pair())).toBe('impostor');
    home.middle.tamper = posing('000001', 'pin', newKeys().text);
    expect(await outcome(home.pairWithPin(home.code.pin))).toBe('impostor');
    // The remote's tag and words were of no use to him: the TV has not heard of the exchange.
    expect(home.pairing.status.refused).toBeUndefined();
    expect(home.stored).toBeUndefined();
  });

  it('who has photographed the QR code and poses as the TV with keys of his own is found out', async () => {
    const [, secret = ''] = /[#&]s=([\w-]{22})/.exec(home.code.url) ?? [];
    home.middle.tamper = posing(secret, 'qr', newKeys().text);
    expect(await outcome(home.pair())).toBe('impostor');
    // With the TV's public key, which is no secret, he gets as far as the login, and no further.
    home.middle.tamper = posing(secret, 'qr', toBase64Url(home.tvKeys.publicKey));
    expect(await outcome(home.pair())).toBe('refused');
    expect(home.paired).toEqual([]);
  });

  it('who changes or swaps the address of the code is found out by the fingerprint in it', async () => {
    const other = fingerprint(primitives, newKeys().keys.publicKey);
    const own = fingerprint(primitives, home.tvKeys.publicKey);
    expect(home.code.url).toContain(own);
    expect(await outcome(home.pair({ url: home.code.url.replace(own, other) }))).toBe('impostor');
  });

  it('who repeats what he recorded pairs nobody and gets no answer that he can read', async () => {
    await home.pair({ name: 'Anna' });
    const asked = [...home.middle.wires].flatMap(({ frames }) => [
      ...carrying(frames, 'pake', 'up'),
      ...carrying(frames, 'confirm', 'up'),
    ]);
    expect(asked).toHaveLength(2);
    const stranger = await home.link({ anonymous: true });
    const before = home.stored;
    for (const { text } of asked) {
      const [payload] = parseElement(text).children;
      const request = xml('iq', { type: 'set', to: domain }, parseElement(String(payload)));
      await expect(stranger.request(request)).rejects.toBeInstanceOf(StanzaError);
    }
    expect(home.stored).toEqual(before);
    expect(home.paired).toHaveLength(1);
  });

  it('who says in the clear that it is done, or that the viewer agreed, is not believed', async () => {
    const key = newKeys().text;
    home.middle.tamper = changing('down', (stanza) => {
      const confirmed = stanza.getChild('confirmed', NS_PAIR);
      if (!confirmed) return undefined;
      const { sid } = confirmed.attrs;
      stanza.children = [
        xml(
          'confirmed',
          { xmlns: NS_PAIR, sid },
          xml('tag', {}, confirmed.getChildText('tag') ?? ''),
          encodePairResult({
            jid: `x@${domain}`,
            token: 'x',
            tv: tvJid,
            pairing: domain,
            key,
            name: '',
            role: 'owner',
          }),
        ),
      ];
      return stanza;
    });
    expect(['protocol', 'impostor']).toContain(await outcome(home.pair()));
    expect(home.paired).toEqual([]);
  });
});

/** `confirm` comes back as `confirmed`, tag and all. */
function reflect() {
  let said: { tag: string; sealed: string } | undefined;
  const down = changing('down', (stanza) => {
    const confirmed = stanza.getChild('confirmed', NS_PAIR);
    if (!confirmed || !said) return undefined;
    const { sid } = confirmed.attrs;
    stanza.children = [
      xml(
        'confirmed',
        { xmlns: NS_PAIR, sid },
        xml('tag', {}, said.tag),
        xml('sealed', {}, said.sealed),
      ),
    ];
    return stanza;
  });
  const up = changing('up', (stanza) => {
    const confirm = stanza.getChild('confirm', NS_PAIR);
    if (confirm)
      said = {
        tag: confirm.getChildText('tag') ?? '',
        sealed: confirm.getChildText('sealed') ?? '',
      };
    return undefined;
  });
  return (frame: Parameters<typeof up>[0]) => {
    if (frame.direction === 'up') return up(frame);
    return down(frame);
  };
}
