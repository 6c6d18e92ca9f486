import { attribute, childElements, type Element } from '@fjern/protocol';
import { loadStepwise } from './on-demand.ts';
import { anonymous } from './sasl/anonymous.ts';
import { HT_SHA_256_NONE, hashedToken } from './sasl/hashed-token.ts';
import { type Mechanism, SaslError } from './sasl/mechanism.ts';
import type { SaltedPasswords, ScramName, ScramOptions } from './sasl/scram.ts';

/** How to log in. PLAIN does not exist here: it would hand the password to whoever answers. */
export type Credential =
  /** A token of XEP-0484, which the hub gives to a remote when they pair. HT-SHA-256-NONE. */
  | { username: string; token: string }
  /** SCRAM-SHA-256, or SCRAM-SHA-1 where there is nothing better. */
  | { username: string; password: string }
  | { anonymous: true };

/** A token that the server gave in place of the one we had (XEP-0484 §3.4). */
export interface RenewedToken {
  token: string;
  /** XEP-0082 date-time. */
  expiry: string | undefined;
}

/** A credential in use: the mechanisms it has, for any number of attempts. */
export interface Login {
  /** Ours, best first. */
  readonly mechanisms: string[];
  create(mechanism: string): Mechanism;
  /** XEP-0484; `mechanism` is null unless the server that we talk to now offers it. */
  readonly fast: {
    mechanism: string | null;
    offered(feature: Element): undefined;
    renewed(token: Element): void;
  };
  /** The mechanism to begin with before the server has said anything. */
  readonly pipelined: string;
  readonly canPipeline: boolean;
}

export function login(
  credential: Credential,
  onToken: (renewed: RenewedToken) => void = () => {},
): Login {
  const salted: SaltedPasswords = new Map();
  let token = 'token' in credential ? credential.token : undefined;
  const isToken = token !== undefined;

  function create(mechanism: string): Mechanism {
    if ('anonymous' in credential) return anonymous();
    const { username } = credential;
    if ('password' in credential) {
      const name = mechanism === 'SCRAM-SHA-1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
      return scramOnDemand(name, { username, password: credential.password, salted });
    }
    return hashedToken(username, token ?? credential.token);
  }

  // Handed on as bare functions, so they name it instead of `this`.
  const fast: Login['fast'] = {
    mechanism: null,
    offered(feature) {
      const offered = childElements(feature).some((child) => child.getText() === HT_SHA_256_NONE);
      fast.mechanism = isToken && offered ? HT_SHA_256_NONE : null;
      return undefined;
    },
    renewed(element) {
      const renewed = attribute(element, 'token');
      if (!isToken || !renewed) return;
      token = renewed;
      onToken({ token: renewed, expiry: attribute(element, 'expiry') });
    },
  };

  const mechanisms =
    'anonymous' in credential
      ? ['ANONYMOUS']
      : isToken
        ? [HT_SHA_256_NONE]
        : ['SCRAM-SHA-256', 'SCRAM-SHA-1'];
  return { mechanisms, create, fast, pipelined: HT_SHA_256_NONE, canPipeline: isToken };
}

/** SCRAM, loaded when a password is used: a remote that logs in with a token never needs it. */
function scramOnDemand(name: ScramName, options: ScramOptions): Mechanism {
  let mechanism: Mechanism | undefined;
  return {
    name,
    clientFirst: true,
    async response() {
      mechanism ??= (await loadStepwise()).scram(name, options);
      return mechanism.response();
    },
    challenge: (data) => mechanism?.challenge(data),
    final(data) {
      if (!mechanism) throw new SaslError('The server accepted before it was asked');
      mechanism.final(data);
    },
  };
}
