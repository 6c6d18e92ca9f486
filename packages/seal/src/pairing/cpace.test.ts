import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lvCat } from '../bytes.ts';
import { bytes, exactly, flipped, hex, toHex, utf8 } from '../fixtures/bytes.ts';
import vectors from '../fixtures/cpace-x25519-sha512.json' with { type: 'json' };
import {
  calculateGenerator,
  generatorString,
  intermediateSessionKey,
  Pake,
  type PakeOptions,
  transcript,
} from './cpace.ts';
import { pairingPrimitives as browser, createPake } from './index.ts';
import { createPake as createNodePake, pairingPrimitives as node } from './node.ts';

const { protocol, strings } = vectors;
const implementations = [
  { name: 'browser', primitives: browser, other: node },
  { name: 'node', primitives: node, other: browser },
];
const malformed = expect.objectContaining({ name: 'SealError', code: 'malformed' });
const forged = expect.objectContaining({ name: 'SealError', code: 'forged' });

describe('lv_cat', () => {
  it('follows the test vectors of the draft', () => {
    expect(toHex(lvCat(...strings.lv_cat.parts.map(hex)))).toBe(strings.lv_cat.result);
    for (const { length, prefix } of strings.prepend_len) {
      const data = Uint8Array.from({ length }, (_, index) => index);
      expect(toHex(lvCat(data))).toBe(prefix + toHex(data));
    }
  });

  it('never gives the same for different parts', () => {
    const parts = fc.array(bytes(200), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        const same = JSON.stringify(one.map(toHex)) === JSON.stringify(two.map(toHex));
        expect(toHex(lvCat(...one)) === toHex(lvCat(...two))).toBe(same);
      }),
    );
  });
});

describe.each(implementations)('CPace ($name)', ({ primitives, other }) => {
  it('follows the test vectors of the draft', () => {
    const [prs, ci, sid] = [hex(protocol.PRS), hex(protocol.CI), hex(protocol.sid)];
    const gen = generatorString(prs, ci, sid);
    expect(toHex(gen)).toBe(protocol.generator_string);
    expect(toHex(primitives.sha512(gen).subarray(0, 32))).toBe(protocol.generator_string_hash);
    expect(toHex(calculateGenerator(primitives, prs, ci, sid))).toBe(protocol.g);

    const options = { password: prs, ci, sid };
    const a = new Pake(primitives, { ...options, role: 'initiator', scalar: hex(protocol.ya) });
    const b = new Pake(primitives, { ...options, role: 'responder', scalar: hex(protocol.yb) });
    expect(toHex(a.share)).toBe(protocol.Ya);
    expect(toHex(b.share)).toBe(protocol.Yb);
    const k = primitives.x25519(hex(protocol.ya), b.share);
    expect(toHex(k)).toBe(protocol.K);
    expect(toHex(primitives.x25519(hex(protocol.yb), a.share))).toBe(protocol.K);

    const run = transcript(a.share, hex(protocol.ADa), b.share, hex(protocol.ADb));
    expect(toHex(run)).toBe(protocol.transcript_ir);
    expect(toHex(intermediateSessionKey(primitives, sid, k, run))).toBe(protocol.ISK_IR);
  });

  it('derives tags and message keys from ISK as specified', () => {
    const [prs, ci, sid] = [hex(protocol.PRS), hex(protocol.CI), hex(protocol.sid)];
    const options = { password: prs, ci, sid };
    const a = new Pake(primitives, { ...options, role: 'initiator', scalar: hex(protocol.ya) });
    const one = a.finish(hex(protocol.Yb));

    const none = new Uint8Array(0);
    const [ya, yb] = [hex(protocol.Ya), hex(protocol.Yb)];
    const run = transcript(ya, none, yb, none);
    const isk = intermediateSessionKey(primitives, sid, hex(protocol.K), run);
    const macKey = node.sha512(Uint8Array.from([...utf8('CPaceMac'), ...sid, ...isk]));
    expect(one.ownTag).toStrictEqual(node.hmacSha512(macKey, lvCat(ya, none)));
    expect(one.checkTag(node.hmacSha512(macKey, lvCat(yb, none)))).toBe(true);
    const key = (who: string) =>
      new Uint8Array(hkdfSync('sha256', isk, sid, `urn:xmpp:second-screen:pair:0 ${who}`, 32));
    const nonce = new Uint8Array(12);
    const text = utf8('text');
    expect(one.seal(text)).toStrictEqual(node.encrypt(key('remote'), nonce, utf8('remote'), text));
    expect(one.open(node.encrypt(key('tv'), nonce, utf8('tv'), text))).toStrictEqual(text);
  });

  const aborting = vectors.x25519_points.points.filter((point) => point.abort);
  it.each(aborting)('aborts when it is sent the point $u', ({ u }) => {
    for (const role of ['initiator', 'responder'] as const) {
      const pake = new Pake(primitives, { ...some, role });
      expect(() => pake.finish(hex(u))).toThrow(malformed);
    }
  });

  const some: Omit<PakeOptions, 'role'> = {
    password: utf8('482913'),
    sid: primitives.random(16),
    ci: lvCat(utf8('remote'), utf8('tv')),
  };
  const both = (a: Partial<PakeOptions> = {}, b: Partial<PakeOptions> = {}) => {
    const initiator = new Pake(primitives, { ...some, ...a, role: 'initiator' });
    const responder = new Pake(other, { ...some, ...b, role: 'responder' });
    return [initiator.finish(responder.share), responder.finish(initiator.share)] as const;
  };

  it('confirms, and carries a message each way, when the passwords are the same', () => {
    fc.assert(
      fc.property(bytes(200), bytes(40), exactly(16), bytes(300), (password, ci, sid, text) => {
        const [a, b] = both({ password, ci, sid }, { password, ci, sid });
        expect(b.checkTag(a.ownTag)).toBe(true);
        expect(a.checkTag(b.ownTag)).toBe(true);
        expect(a.ownTag).toHaveLength(64);
        expect(b.open(a.seal(text))).toStrictEqual(text);
        expect(a.open(b.seal(text))).toStrictEqual(text);
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    ['password', { password: utf8('482914') }],
    ['password that only looks shorter', { password: utf8('482913\0') }],
    ['sid', { sid: primitives.random(16) }],
    ['CI', { ci: lvCat(utf8('tv'), utf8('remote')) }],
  ])('neither confirms nor opens with another %s', (_, difference) => {
    const [a, b] = both(difference);
    expect(b.checkTag(a.ownTag)).toBe(false);
    expect(a.checkTag(b.ownTag)).toBe(false);
    expect(() => b.open(a.seal(utf8('text')))).toThrow(forged);
    expect(() => a.open(b.seal(utf8('text')))).toThrow(forged);
  });

  it('refuses altered tags and messages, and those that it made itself', () => {
    const [a, b] = both();
    const message = a.seal(utf8('text'));
    fc.assert(
      fc.property(fc.nat(), (at) => {
        expect(b.checkTag(flipped(a.ownTag, at))).toBe(false);
        expect(b.checkTag(a.ownTag.subarray(0, at % 64))).toBe(false);
        expect(() => b.open(flipped(message, at))).toThrow(forged);
        expect(() => b.open(message.subarray(0, at % message.length))).toThrow(forged);
      }),
    );
    expect(a.checkTag(a.ownTag)).toBe(false);
    expect(() => a.open(message)).toThrow(forged);
    expect(b.open(message)).toStrictEqual(utf8('text'));
  });

  it('refuses its own share, and whoever answers with it changed in the bit that X25519 ignores', () => {
    const pake = new Pake(primitives, { ...some, role: 'initiator' });
    expect(() => pake.finish(pake.share)).toThrow(malformed);
    const again = new Pake(primitives, { ...some, role: 'initiator' });
    const a = again.finish(flipped(again.share, 255));
    expect(a.checkTag(a.ownTag)).toBe(false);
  });

  it('refuses shares of another length', () => {
    for (const length of [0, 31, 33]) {
      const pake = new Pake(primitives, { ...some, role: 'responder' });
      expect(() => pake.finish(primitives.random(length))).toThrow(malformed);
    }
  });

  it('is one guess and one message', () => {
    const a = new Pake(primitives, { ...some, role: 'initiator' });
    const peer = primitives.x25519PublicKey(primitives.random(32));
    const result = a.finish(peer);
    expect(() => a.finish(peer)).toThrow(TypeError);
    result.seal(utf8('text'));
    expect(() => result.seal(utf8('text'))).toThrow(TypeError);

    const aborted = new Pake(primitives, { ...some, role: 'initiator' });
    expect(() => aborted.finish(new Uint8Array(32))).toThrow(malformed);
    expect(() => aborted.finish(peer)).toThrow(TypeError);
  });

  it('never shows the same share twice', () => {
    const shares = [1, 2, 3].map(() =>
      toHex(new Pake(primitives, { ...some, role: 'initiator' }).share),
    );
    expect(new Set(shares).size).toBe(3);
  });
});

describe('the two platforms', () => {
  it('pair with each other, and compute the same generators', () => {
    const options = { password: utf8('000000'), sid: node.random(16), ci: utf8('ci') };
    const remote = createPake({ ...options, role: 'initiator' });
    const tv = createNodePake({ ...options, role: 'responder' });
    const [a, b] = [remote.finish(tv.share), tv.finish(remote.share)];
    expect(b.checkTag(a.ownTag) && a.checkTag(b.ownTag)).toBe(true);
    fc.assert(
      fc.property(bytes(150), bytes(150), exactly(16), (prs, ci, sid) => {
        expect(calculateGenerator(browser, prs, ci, sid)).toStrictEqual(
          calculateGenerator(node, prs, ci, sid),
        );
      }),
      { numRuns: 20 },
    );
  });
});
