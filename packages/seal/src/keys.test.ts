import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytes, exactly, failure, hex } from './fixtures/bytes.ts';
import {
  fingerprint,
  fromBase64Url,
  generatePrivateKey,
  keyPair,
  keyPairFromCryptoKey,
  toBase64Url,
  webCryptoKeyPair,
} from './keys.ts';
import { NoiseHandshake } from './noise.ts';
import { nodePrimitives as primitives } from './primitives/node.ts';

const malformed = expect.objectContaining({ name: 'SealError', code: 'malformed' });

describe('a key pair', () => {
  it('agrees with another, and keeps its own copy of the private key', () => {
    const secret = generatePrivateKey(primitives);
    const [a, b] = [
      keyPair(primitives, secret),
      keyPair(primitives, generatePrivateKey(primitives)),
    ];
    const shared = b.dh(a.publicKey);
    secret.fill(0);
    expect(a.dh(b.publicKey)).toStrictEqual(shared);
  });

  it('is not made of anything but 32 bytes', () => {
    expect(() => keyPair(primitives, new Uint8Array(31))).toThrow(malformed);
  });
});

describe('base64url', () => {
  it('names a key with 43 characters', () => {
    fc.assert(
      fc.property(exactly(32), (key) => {
        const text = toBase64Url(key);
        expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(text).toBe(Buffer.from(key).toString('base64url'));
        expect(fromBase64Url(text)).toStrictEqual(key);
      }),
    );
  });

  it('holds other lengths that are asked for', () => {
    fc.assert(
      fc.property(bytes(40), (data) => {
        expect(fromBase64Url(toBase64Url(data), data.length)).toStrictEqual(data);
        expect(() => fromBase64Url(toBase64Url(data), data.length + 1)).toThrow(malformed);
      }),
    );
  });

  it('has one spelling', () => {
    const text = `${'_-'.repeat(21)}8`;
    expect(fromBase64Url(text)).toHaveLength(32);
    for (const other of [
      '',
      `${text}=`,
      `${text} `,
      text.replace('_', '/'),
      text.replace('-', '+'),
      `${text.slice(0, -1)}9`,
      text.slice(1),
      `é${text.slice(1)}`,
    ])
      expect(() => fromBase64Url(other), other).toThrow(malformed);
  });
});

describe('the fingerprint', () => {
  it('is SHA-256 of the public key', () => {
    expect(fingerprint(primitives, new Uint8Array(0))).toBe(
      '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    );
  });
});

describe('a WebCrypto key pair', () => {
  afterEach(() => vi.unstubAllGlobals());

  const make = async () => {
    const made = await webCryptoKeyPair();
    if (!made) throw new Error('This platform has X25519.');
    return made;
  };

  it('agrees as any other, and hides its private half', async () => {
    const made = await make();
    const other = keyPair(primitives, generatePrivateKey(primitives));
    const shared = await made.keyPair.dh(other.publicKey);
    expect(shared).toStrictEqual(other.dh(made.keyPair.publicKey));
    expect(made.privateKey.extractable).toBe(false);
    expect(await failure(() => crypto.subtle.exportKey('pkcs8', made.privateKey))).toBeDefined();

    const again = keyPairFromCryptoKey(made.privateKey, made.keyPair.publicKey);
    expect(await again.dh(other.publicKey)).toStrictEqual(shared);
  });

  it('refuses points of low order and other lengths', async () => {
    const made = await make();
    for (const point of [new Uint8Array(32), hex(`01${'00'.repeat(31)}`), new Uint8Array(31)])
      expect(await failure(() => made.keyPair.dh(point))).toEqual(malformed);
  });

  it('takes part in a handshake', async () => {
    const [remote, tv] = [
      (await make()).keyPair,
      keyPair(primitives, generatePrivateKey(primitives)),
    ];
    const common = { pattern: 'IK', prologue: new Uint8Array(0) } as const;
    const a = new NoiseHandshake(primitives, {
      ...common,
      role: 'initiator',
      s: remote,
      rs: tv.publicKey,
    });
    const b = new NoiseHandshake(primitives, { ...common, role: 'responder', s: tv });
    await b.read(await a.write(hex('01')));
    await a.read(await b.write(hex('02')));
    expect(b.remoteStatic).toStrictEqual(remote.publicKey);
    expect(a.split().send).toStrictEqual(b.split().receive);
  });

  it('is not there in an insecure context, nor without X25519', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    expect(await webCryptoKeyPair()).toBeUndefined();
    const generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));
    vi.stubGlobal('crypto', { subtle: { generateKey } });
    expect(await webCryptoKeyPair()).toBeUndefined();
  });
});
