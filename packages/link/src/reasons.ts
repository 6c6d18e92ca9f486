import { childElements, type Element, NS_STREAMS, SessionError } from '@fjern/protocol';
import { SaslError } from './sasl/mechanism.ts';

// RFC 6120 §6.5: what another attempt with the same credential cannot mend.
const refusals = [
  'account-disabled',
  'bad-auth',
  'credentials-expired',
  'invalid-authzid',
  'not-authorized',
];

/** What ended an attempt or a stream, in our terms. */
export function toSessionError(error: unknown): SessionError {
  if (error instanceof SessionError) return error;
  const { name, message, condition, text } = error as {
    name?: string;
    message?: string;
    condition?: string;
    text?: string;
  };
  // @xmpp/sasl*: the server's <failure/>, or no mechanism in common, whose "condition" is a sentence.
  if (name === 'SASLError' && condition?.startsWith('SASL: '))
    return new SessionError('protocol', 'The server offers no way to log in that we have', {
      condition: 'unsupported-feature',
    });
  if (name === 'SASLError' && condition) {
    const refused = refusals.includes(condition);
    const ours = refused ? 'The server does not accept the credential' : 'Login failed';
    // RFC 6120 §6.5: the server may say more than the condition, such as who has disabled the account.
    return new SessionError(refused ? 'refused' : 'stream-error', text || `${ours}: ${condition}`, {
      condition,
      cause: error,
    });
  }
  if (name === 'SASLError' || error instanceof SaslError)
    return new SessionError('protocol', message ?? 'Login failed', {
      condition: 'not-authorized',
      cause: error,
    });
  if (name === 'TimeoutError')
    return new SessionError('timeout', 'The server does not answer', { cause: error });
  if ((error as { url?: string }).url !== undefined)
    return new SessionError('unreachable', 'No connection to the server', { cause: error });
  return new SessionError('protocol', message ?? 'The exchange with the server failed', {
    condition: 'undefined-condition',
    cause: error,
  });
}

/** RFC 6120 §4.9. */
export function streamError(element: Element): SessionError {
  let condition = 'undefined-condition';
  let text: string | undefined;
  for (const child of childElements(element)) {
    if (child.getNS() !== NS_STREAMS) continue;
    if (child.getName() === 'text') text = child.getText();
    else condition = child.getName();
  }
  const code =
    condition === 'conflict'
      ? 'conflict'
      : condition === 'not-authorized'
        ? 'refused'
        : 'stream-error';
  return new SessionError(code, text || `The server ended the stream: ${condition}`, { condition });
}
