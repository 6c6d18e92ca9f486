import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, exactly, flipped, hex, toHex, utf8 } from '../fixtures/bytes.ts';
import cpace from '../fixtures/cpace-x25519-sha512.json' with { type: 'json' };
import { browserPrimitives } from './browser.ts';
import { nodePrimitives } from './node.ts';

const implementations = [
  { name: 'browser', primitives: browserPrimitives },
  { name: 'node', primitives: nodePrimitives },
];

describe.each(implementations)('primitives ($name)', ({ primitives }) => {
  it('multiplies as in RFC 7748 §5.2', () => {
    const vectors = [
      [
        'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
        'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
        'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      ],
      [
        '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
        'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
        '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
      ],
    ] as const;
    for (const [scalar, u, product] of vectors)
      expect(toHex(primitives.x25519(hex(scalar), hex(u)))).toBe(product);
  });

  it('multiplies a thousand times as in RFC 7748 §5.2', () => {
    let k: Uint8Array = hex(`09${'00'.repeat(31)}`);
    let u = k;
    for (let i = 0; i < 1000; i += 1) [k, u] = [primitives.x25519(k, u), k];
    expect(toHex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  }, 60_000);

  it('agrees as in RFC 7748 §6.1', () => {
    const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const ofAlice = primitives.x25519PublicKey(alice);
    const ofBob = primitives.x25519PublicKey(bob);
    expect(toHex(ofAlice)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(toHex(ofBob)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(toHex(primitives.x25519(alice, ofBob))).toBe(shared);
    expect(toHex(primitives.x25519(bob, ofAlice))).toBe(shared);
  });

  it.each(cpace.x25519_points.points)('takes, or refuses, the point $u', ({ u, q, abort }) => {
    const multiply = () => primitives.x25519(hex(cpace.x25519_points.s), hex(u));
    if (abort) expect(multiply).toThrow(expect.objectContaining({ code: 'malformed' }));
    else expect(toHex(multiply())).toBe(q);
  });

  it('refuses keys of another length', () => {
    const key = primitives.random(32);
    const malformed = expect.objectContaining({ name: 'SealError', code: 'malformed' });
    for (const length of [0, 31, 33, 64]) {
      const wrong = new Uint8Array(length).fill(9);
      expect(() => primitives.x25519(key, wrong)).toThrow(malformed);
      expect(() => primitives.x25519(wrong, key)).toThrow(malformed);
      expect(() => primitives.x25519PublicKey(wrong)).toThrow(malformed);
    }
  });

  it('encrypts as in RFC 8439 §2.8.2', () => {
    const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
    const nonce = hex('070000004041424344454647');
    const ad = hex('50515253c0c1c2c3c4c5c6c7');
    const plaintext = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const ciphertext = hex(`
      d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6
      3dbea45e8ca9671282fafb69da92728b 1a71de0a9e060b2905d6a5b67ecd3b36
      92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
      3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`);
    expect(toHex(primitives.encrypt(key, nonce, ad, plaintext))).toBe(toHex(ciphertext));
    expect(toHex(primitives.decrypt(key, nonce, ad, ciphertext))).toBe(toHex(plaintext));
  });

  it('refuses a ciphertext with any bit changed, cut short, or of another key, nonce or AD', () => {
    const forged = expect.objectContaining({ name: 'SealError', code: 'forged' });
    fc.assert(
      fc.property(
        exactly(32),
        exactly(12),
        bytes(40),
        bytes(100),
        fc.nat(),
        (key, nonce, ad, plaintext, at) => {
          const { encrypt, decrypt } = primitives;
          const ciphertext = encrypt(key, nonce, ad, plaintext);
          expect(() => decrypt(key, nonce, ad, flipped(ciphertext, at))).toThrow(forged);
          const cut = ciphertext.subarray(0, at % ciphertext.length);
          expect(() => decrypt(key, nonce, ad, cut)).toThrow(forged);
          expect(() => decrypt(flipped(key, at), nonce, ad, ciphertext)).toThrow(forged);
          expect(() => decrypt(key, flipped(nonce, at), ad, ciphertext)).toThrow(forged);
          const other = Uint8Array.from([...ad, 0]);
          expect(() => decrypt(key, nonce, other, ciphertext)).toThrow(forged);
        },
      ),
    );
  });

  it('hashes as in FIPS 180 and RFC 4231 §4.3', () => {
    expect(toHex(primitives.sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(toHex(primitives.hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('reads canonical base64 only', () => {
    expect(primitives.toBase64(utf8('foob'))).toBe('Zm9vYg==');
    expect(primitives.fromBase64('')).toHaveLength(0);
    for (const text of [
      'Zm9vYg',
      'Zm9vYg=',
      'Zm9vYh==',
      'Zm9v Yg==',
      'Zm9vYg==\n',
      'Zm9-',
      '=',
      'é',
    ])
      expect(() => primitives.fromBase64(text), text).toThrow(
        expect.objectContaining({ name: 'SealError', code: 'malformed' }),
      );
  });

  it('reads UTF-8, and nothing that is not', () => {
    const text = 'Anna’s 📱';
    expect(primitives.fromUtf8(primitives.toUtf8(text))).toBe(text);
    expect(primitives.toUtf8(text)).toStrictEqual(utf8(text));
    expect(() => primitives.fromUtf8(Uint8Array.of(0x61, 0xff))).toThrow(TypeError);
  });

  it('makes random bytes anew', () => {
    expect(primitives.random(16)).toHaveLength(16);
    expect(toHex(primitives.random(16))).not.toBe(toHex(primitives.random(16)));
  });
});

describe('the two implementations', () => {
  const [a, b] = [browserPrimitives, nodePrimitives];

  it('give the same bytes, secrets in memory of their own', () => {
    fc.assert(
      fc.property(exactly(32), exactly(12), bytes(300), bytes(300), (key, nonce, ad, data) => {
        const results = [a, b].map((primitives) => [
          primitives.sha256(data),
          primitives.hmacSha256(ad, data),
          primitives.encrypt(key, nonce, ad, data),
          primitives.fromBase64(primitives.toBase64(data)),
          primitives.random(8).fill(0),
        ]);
        expect(results[0]).toStrictEqual(results[1]);
        for (const result of results.flat()) expect(result.constructor).toBe(Uint8Array);
        for (const [sha256, hmac, , , random] of results)
          for (const secret of [sha256, hmac, random])
            expect(secret?.byteLength).toBe(secret?.buffer.byteLength);
        expect(a.toBase64(data)).toBe(b.toBase64(data));
        const ciphertext = b.encrypt(key, nonce, ad, data);
        expect(a.decrypt(key, nonce, ad, ciphertext)).toStrictEqual(
          b.decrypt(key, nonce, ad, ciphertext),
        );
      }),
    );
  });

  it('multiply alike', () => {
    fc.assert(
      fc.property(exactly(32), exactly(32), (privateKey, publicKey) => {
        expect(a.x25519PublicKey(privateKey)).toStrictEqual(b.x25519PublicKey(privateKey));
        expect(a.x25519(privateKey, publicKey)).toStrictEqual(b.x25519(privateKey, publicKey));
      }),
      { numRuns: 25 },
    );
  });

  it('read the same base64', () => {
    const read = (primitives: typeof a, text: string) => {
      try {
        return primitives.fromBase64(text);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=_ -]{0,12}$/), (text) => {
        expect(read(a, text)).toStrictEqual(read(b, text));
      }),
      { numRuns: 1000 },
    );
  });
});
