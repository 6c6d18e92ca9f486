import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateIdentity, generateToken, readIdentity } from './identity.ts';

describe('identity', () => {
  it('follows from the key alone (the pair is Alice’s in RFC 7748 §6.1)', () => {
    const privateKey = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
    const publicKey = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
    const identity = readIdentity({
      privateKey: Buffer.from(privateKey, 'hex').toString('base64url'),
    });
    const hash = createHash('sha256').update(Buffer.from(publicKey, 'hex'));
    expect(identity.fingerprint).toBe(hash.digest('base64url'));
    expect(identity.id).toMatch(/^[a-z2-7]{16}$/);
  });

  it('is another for each TV', () => {
    const [a, b] = [readIdentity(generateIdentity()), readIdentity(generateIdentity())];
    expect(a.id).not.toBe(b.id);
    expect(a.fingerprint).not.toBe(b.fingerprint);
    expect(generateToken()).toMatch(/^[\w-]{43}$/);
  });

  it('refuses a damaged key', () => {
    expect(() => readIdentity({ privateKey: 'AAAA' })).toThrow(/damaged/);
  });
});
