import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as protocol from '@fjern/protocol';
import {
  fingerprint,
  keyPair,
  lvCat,
  NoiseHandshake,
  Opener,
  primitives,
  rekey,
  SealError,
  Sealer,
  toBase64Url,
} from '@fjern/seal';
import { createPake } from '@fjern/seal/pairing';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';

// The test vectors of the specification are computed again from its fixed keys, by the code that ships; and what
// its examples show sealed is what they show open.

const { NS_PAIR, NS_SEAL } = protocol;
const spec = readFileSync(new URL('../../docs/second-screen.xml', import.meta.url), 'utf8');

const lines = /<code caption='Test vectors'><!\[CDATA\[\n([\s\S]*?)\n\]\]>/.exec(spec)?.[1] ?? '';
const vectors = new Map(
  [...lines.matchAll(/^([\w-]+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

function vector(name: string): string {
  const value = vectors.get(name);
  if (value === undefined) throw new Error(`no test vector "${name}"`);
  return value;
}

function example(caption: string, index = 0): protocol.Element {
  const [, text = ''] =
    new RegExp(`<example caption='${caption}'><!\\[CDATA\\[([\\s\\S]*?)\\]\\]>`).exec(spec) ?? [];
  const root = parse(`<stanzas xmlns='jabber:client'>${text}</stanzas>`);
  const stanza = protocol.childElements(root)[index];
  if (!stanza) throw new Error(`no example "${caption}"`);
  return stanza;
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);
const fromUtf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const { toBase64, fromBase64 } = primitives;

const tv = keyPair(primitives, hex(vector('tv-private')));
const remote = keyPair(primitives, hex(vector('remote-private')));

/** Without the white space between elements, and without padding. */
function plain(text: string): string {
  return text
    .replace(/>\s+</g, '><')
    .replace(/<rpad>[^<]*<\/rpad>/, '')
    .trim();
}

/** An envelope of the vectors is written as the profile says, and shown in the example. */
function expectShown(name: string, caption: string): void {
  const envelope = vector(name);
  expect(utf8(envelope).length % 64).toBe(0);
  expect(protocol.decodeEnvelope(envelope)).not.toEqual([]);
  expect(plain(parse(envelope).toString())).toBe(plain(example(caption).toString()));
}

describe('the test vectors of the specification', () => {
  it('name the TV by its key', () => {
    expect(toHex(tv.publicKey)).toBe(vector('tv-public'));
    expect(toHex(remote.publicKey)).toBe(vector('remote-public'));
    const url = /<code caption='An offer'>([^<]*)</.exec(spec)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(protocol.decodeOfferUrl(url)).toMatchObject({
      fingerprint: fingerprint(primitives, tv.publicKey),
      secret: vector('password'),
      tv: vector('responder'),
    });
  });

  it('are those of a pairing', () => {
    const ci = lvCat(
      ...[NS_PAIR, 'qr', vector('pairing-initiator'), vector('pairing-responder')].map(utf8),
    );
    expect(toHex(ci)).toBe(vector('ci'));
    const sid = hex(vector('pairing-sid'));
    const run = { password: utf8(vector('password')), sid, ci };
    const scalar = (name: string) => hex(vector(name));
    const a = createPake({ ...run, role: 'initiator', scalar: scalar('remote-scalar') });
    const b = createPake({ ...run, role: 'responder', scalar: scalar('tv-scalar') });
    expect(toBase64(a.share)).toBe(vector('remote-share'));
    expect(toBase64(b.share)).toBe(vector('tv-share'));
    const [atRemote, atTv] = [a.finish(b.share), b.finish(a.share)];
    expect(toBase64(atRemote.ownTag)).toBe(vector('remote-tag'));
    expect(toBase64(atTv.ownTag)).toBe(vector('tv-tag'));
    expect(toBase64(atRemote.seal(utf8(vector('introduction'))))).toBe(
      vector('introduction-sealed'),
    );
    expect(toBase64(atTv.seal(utf8(vector('paired'))))).toBe(vector('paired-sealed'));
    expect(fromUtf8(atTv.open(fromBase64(vector('introduction-sealed'))))).toBe(
      vector('introduction'),
    );
    expect(fromUtf8(atRemote.open(fromBase64(vector('paired-sealed'))))).toBe(vector('paired'));
    const [introduction] = protocol.decodeEnvelope(vector('introduction'));
    const [paired] = protocol.decodeEnvelope(vector('paired'));
    expect(introduction && protocol.decodeIntroduction(introduction).key).toBe(
      toBase64Url(remote.publicKey),
    );
    expect(paired && protocol.decodePairResult(paired).key).toBe(toBase64Url(tv.publicKey));
  });

  it('of the pairing are in the examples', () => {
    const sid = toBase64Url(hex(vector('pairing-sid')));
    const payload = (caption: string, index = 0) =>
      protocol.firstElement(example(caption, index)) ?? example(caption, index);
    expect(protocol.decodePakeRequest(payload('A remote begins'))).toMatchObject({
      sid,
      share: vector('remote-share'),
    });
    expect(protocol.decodePakeResponse(payload('A remote begins', 1))).toMatchObject({
      sid,
      share: vector('tv-share'),
    });
    expect(protocol.decodeConfirmation('confirm', payload('The remote confirms'))).toEqual({
      sid,
      tag: vector('remote-tag'),
      sealed: vector('introduction-sealed'),
    });
    expect(protocol.decodeConfirmation('confirmed', payload('The TV confirms'))).toEqual({
      sid,
      tag: vector('tv-tag'),
      sealed: vector('paired-sealed'),
    });
    expectShown('introduction', 'What the remote says of itself');
    expectShown('paired', 'What the remote gets');
  });

  async function handshake() {
    const prologue = lvCat(...[NS_SEAL, vector('responder'), vector('initiator')].map(utf8));
    expect(toHex(prologue)).toBe(vector('prologue'));
    const ephemeral = (name: string) => keyPair(primitives, hex(vector(name)));
    const initiator = new NoiseHandshake(primitives, {
      pattern: 'IK',
      role: 'initiator',
      prologue,
      s: remote,
      rs: tv.publicKey,
      e: ephemeral('remote-ephemeral'),
    });
    const responder = new NoiseHandshake(primitives, {
      pattern: 'IK',
      role: 'responder',
      prologue,
      s: tv,
      e: ephemeral('tv-ephemeral'),
    });
    const first = await initiator.write(utf8(vector('payload-1')));
    expect(toBase64(first)).toBe(vector('message-1'));
    expect(fromUtf8(await responder.read(first))).toBe(vector('payload-1'));
    const second = await responder.write(utf8(vector('payload-2')));
    expect(toBase64(second)).toBe(vector('message-2'));
    expect(fromUtf8(await initiator.read(second))).toBe(vector('payload-2'));
    return { initiator, responder };
  }

  it('are those of a handshake', async () => {
    const { initiator, responder } = await handshake();
    expect(responder.remoteStatic).toEqual(remote.publicKey);
    for (const side of [initiator, responder]) {
      expect(toHex(side.hash)).toBe(vector('hash'));
      expect(toBase64Url(side.hash.subarray(0, 9))).toBe(vector('sid'));
    }
    const { send, receive } = initiator.split();
    expect(toHex(send)).toBe(vector('remote-to-tv'));
    expect(toHex(receive)).toBe(vector('tv-to-remote'));
    expect(toHex(rekey(primitives, send))).toBe(vector('remote-to-tv-1024'));

    const shown = (caption: string) => {
      const element = example(caption).getChild('handshake', NS_SEAL);
      return element && protocol.decodeHandshake(element).message;
    };
    expect(shown('A remote makes a session')).toBe(vector('message-1'));
    expect(shown('The TV answers the handshake')).toBe(vector('message-2'));
    expectShown('payload-1', 'The payload of the first message');
    expectShown('payload-2', 'The payload of the second message');
  });

  it('are those of what is said in the session, and shown in the examples', () => {
    const keys = { up: hex(vector('remote-to-tv')), down: hex(vector('tv-to-remote')) };
    const sealers = {
      up: new Sealer(primitives, keys.up),
      down: new Sealer(primitives, keys.down),
    };
    const openers = {
      up: new Opener(primitives, keys.up),
      down: new Opener(primitives, keys.down),
    };
    for (const [name, direction, caption] of [
      ['seek', 'up', 'command'],
      ['done', 'down', 'result'],
      ['stop', 'up', undefined],
      ['refusal', 'down', 'error'],
      ['news', 'down', 'notification'],
    ] as const) {
      const place = utf8(vector(`${name}-place`));
      const n = Number(vector(`${name}-n`));
      const text = vector(`${name}-sealed`);
      const sealed = sealers[direction].seal(place, utf8(vector(name)));
      expect({ n: sealed.n, text: toBase64(sealed.ciphertext) }).toEqual({ n, text });
      expect(() => openers[direction].open(n, utf8('elsewhere'), sealed.ciphertext)).toThrow(
        SealError,
      );
      const { plaintext } = openers[direction].open(n, place, fromBase64(text));
      expect(fromUtf8(plaintext)).toBe(vector(name));
      if (!caption) continue;
      expectShown(name, `The plaintext of the ${caption}`);
      const stanza = example(`${caption === 'result' ? 'Its' : 'A'} sealed ${caption}`);
      const element = (stanza.getChild('error') ?? stanza).getChild('sealed', NS_SEAL);
      expect(element && protocol.decodeSealed(element)).toEqual({ sid: vector('sid'), n, text });
    }
  });

  it('say how a token becomes the secret of a screen', () => {
    const psk = createHash('sha256').update(`${NS_SEAL} agent${vector('screen-token')}`);
    expect(psk.digest('hex')).toBe(vector('screen-psk'));
  });

  it('read as what they are', () => {
    const content = (name: string) => protocol.decodeEnvelope(vector(name))[0] as protocol.Element;
    expect(protocol.decodeCommand(content('seek'))).toMatchObject({ name: 'seek' });
    expect(protocol.decodeCommandResult(content('done'))).toMatchObject({ facet: 'media' });
    const refusal = protocol.StanzaError.fromElement(content('refusal'));
    expect(content('refusal').is('error', 'jabber:client')).toBe(true);
    expect(protocol.commandErrorCondition(refusal)).toBe('not-permitted');
    const news = protocol.xml('message', {}, content('news'));
    expect(protocol.readNotification(news).facets).toMatchObject([{ name: 'volume', revision: 5 }]);
  });
});
