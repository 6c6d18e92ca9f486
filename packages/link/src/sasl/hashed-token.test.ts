import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashedToken } from './hashed-token.ts';
import { SaslError } from './mechanism.ts';

const mac = (role: string) =>
  createHmac('sha256', 'tøken').update(role).digest().toString('latin1');

describe('HT-SHA-256-NONE', () => {
  it('sends the username and a proof, not the token', async () => {
    const response = await hashedToken('anna', 'tøken').response();
    expect(response).toBe(`anna\0${mac('Initiator')}`);
  });

  it('accepts a server that knows the token, and no other', () => {
    const mechanism = hashedToken('anna', 'tøken');
    expect(() => mechanism.final(mac('Responder'))).not.toThrow();
    for (const forged of ['', mac('Initiator'), `${mac('Responder')}x`])
      expect(() => mechanism.final(forged)).toThrow(SaslError);
  });

  it('has no challenge', () => {
    expect(() => hashedToken('anna', 'x').challenge('')).toThrow(SaslError);
  });
});
