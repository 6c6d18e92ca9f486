import { primitives } from '@fjern/seal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { x25519, x25519PublicKey } from './x25519.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it.each([
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
])('multiplies as in RFC 7748 §5.2 (%#)', (scalar, u, product) => {
  expect(toHex(x25519(hex(scalar), hex(u)))).toBe(product);
});

it('agrees as in RFC 7748 §6.1', () => {
  const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const ofBob = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  expect(toHex(x25519PublicKey(bob))).toBe(ofBob);
  const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
  expect(toHex(x25519(alice, hex(ofBob)))).toBe(shared);
  expect(toHex(x25519(bob, x25519PublicKey(alice)))).toBe(shared);
});

it('has no secret in common with a point of low order', () => {
  const one = Uint8Array.of(1, ...new Uint8Array(31));
  for (const point of [new Uint8Array(32), one])
    expect(x25519(primitives.random(32), point)).toEqual(new Uint8Array(32));
});

it('gives what node:crypto gives', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, bytes, (privateKey, publicKey) => {
      expect(x25519PublicKey(privateKey)).toEqual(primitives.x25519PublicKey(privateKey));
      expect(x25519(privateKey, publicKey)).toEqual(primitives.x25519(privateKey, publicKey));
    }),
    { numRuns: 50 },
  );
});
