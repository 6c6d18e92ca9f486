import type { Mechanism } from './mechanism.ts';

/** SASL ANONYMOUS (RFC 4505), without trace information. */
export function anonymous(): Mechanism {
  return {
    name: 'ANONYMOUS',
    clientFirst: true,
    response: () => '',
    challenge() {},
    final() {},
  };
}
