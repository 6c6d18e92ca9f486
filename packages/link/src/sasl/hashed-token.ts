import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalSecret, type Mechanism, SaslError, toBinary, utf8 } from './mechanism.ts';

export const HT_SHA_256_NONE = 'HT-SHA-256-NONE';

/**
 * HT-SHA-256-NONE (draft-schmaus-kitten-sasl-ht, the mechanism of XEP-0484): one message each way,
 * both sides prove that they know the token, which itself is not sent.
 */
export function hashedToken(username: string, token: string): Mechanism {
  const key = utf8(token);
  const proof = (role: string) => toBinary(hmac(sha256, key, utf8(role)));
  return {
    name: HT_SHA_256_NONE,
    clientFirst: true,
    response: () => `${toBinary(utf8(username))}\0${proof('Initiator')}`,
    challenge() {
      throw new SaslError(`${HT_SHA_256_NONE} has no challenge`);
    },
    final(data) {
      if (!equalSecret(data, proof('Responder')))
        throw new SaslError('The server did not prove that it knows the token');
    },
  };
}
