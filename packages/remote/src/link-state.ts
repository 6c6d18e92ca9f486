import type { Revocation, SessionError, SessionErrorCode, SessionState } from '@fjern/protocol';

/** The connection, as the application and its user see it. Instants are ms since the Unix epoch. */
export type LinkState =
  /** Not live yet. After a failed attempt: `reason` says why, `retryAt` when the next one starts. */
  | { status: 'connecting'; reason?: LinkReason; retryAt?: number }
  /**
   * Stanzas flow, and it is known whether the TV is there: either its state is here and followed
   * (`tv` is `present`), or it is absent. What the TV does later never changes the link.
   */
  | { status: 'live'; since: number }
  /** Was live, and is being mended. What is shown is as old as `since`. */
  | { status: 'stale'; since: number; reason: LinkReason; retryAt?: number }
  /** Final: trying again cannot help. */
  | { status: 'lost'; since: number; reason: LinkReason & { code: LostCode } };

/**
 * What answers as the TV has not the TV's key: somebody is in between, or the TV was reset or replaced. Trying goes
 * on, since anybody on the way can make it look like that; to pair again is for people to decide.
 */
export type DoubtCode = 'impostor';

export interface LinkReason {
  code: SessionErrorCode | LostCode | DoubtCode;
  /** One sentence for people. */
  message: string;
  cause?: Error;
  /** Of code `unpaired`: the TV's own word, so the application may forget the TV. Absent, it is hearsay. */
  revocation?: Revocation;
}

export type LostCode =
  /** Closed by the application. */
  | 'closed'
  /** Another session took the place of this one. */
  | 'conflict'
  /** The server does not accept the credential of this account. */
  | 'refused'
  /** The TV does not know this remote (any more), or somebody on the way says so: pair again. */
  | 'unpaired';

const sentences: Record<LinkReason['code'], string> = {
  aborted: 'The connection was closed.',
  closed: 'The connection was closed.',
  conflict: 'This remote is in use somewhere else.',
  impostor: 'What answers is not the TV that this remote knows. If it was reset, pair it again.',
  lost: 'The connection to the TV was lost.',
  'not-online': 'The connection to the TV was lost.',
  protocol: 'What answers there is not a TV that this app understands.',
  refused: 'The server does not accept this account.',
  'stream-error': 'The TV ended the connection.',
  timeout: 'The TV does not answer.',
  unpaired: 'The TV, or who answers for it, says that this remote is not paired: pair it again.',
  unreachable: 'The TV cannot be reached.',
};

export function linkReason<C extends LinkReason['code']>(
  code: C,
  cause?: Error,
): LinkReason & { code: C } {
  return { code, message: sentences[code], ...(cause ? { cause } : {}) };
}

/** Who ended the pairing, and when. */
export function revokedReason(
  revocation: Revocation,
  cause?: Error,
): LinkReason & { code: 'unpaired' } {
  return { ...linkReason('unpaired', cause), message: revocationSentence(revocation), revocation };
}

function revocationSentence({ at, by, reason }: Revocation): string {
  const when = new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  if (reason === 'expired') return `This remote was a guest until ${when}: pair it again.`;
  if (reason === 'upgrade')
    return 'The TV was updated since this remote was paired: pair it again.';
  return `${by ? `“${by}” removed this remote` : 'This remote was removed at the TV'} on ${when}.`;
}

/**
 * The next state of a link that is not lost; the same object when nothing has changed.
 * @param doubt why a session that is online leads to no TV
 * @param settled whether it is known in this session if the TV is there, and its state if it is
 */
export function nextLinkState(
  link: Exclude<LinkState, { status: 'lost' }>,
  session: Exclude<SessionState, { status: 'closed' }>,
  settled: boolean,
  now: number,
  doubt?: LinkReason,
): LinkState {
  if (session.status === 'online' && settled)
    return link.status === 'live' ? link : { status: 'live', since: now };
  const failed = session.status === 'waiting' ? session : undefined;
  const retry = failed ? { retryAt: failed.retryAt } : {};
  const reason = failed ? linkReason(failed.error.code, failed.error) : doubt;
  if (link.status === 'connecting') {
    const because = reason ?? link.reason;
    if (!because) return link;
    return { status: 'connecting', reason: because, ...retry };
  }
  const before = link.status === 'stale' ? link : { since: now, reason: linkReason('unreachable') };
  return { status: 'stale', since: before.since, reason: reason ?? before.reason, ...retry };
}

/** @param paired the account was made by pairing, so that a refusal means that it was removed */
export function lostReason(
  error: SessionError | undefined,
  paired: boolean,
): LinkReason & { code: LostCode } {
  if (error === undefined || error.code === 'closed' || error.code === 'aborted')
    return linkReason('closed', error);
  if (error.code === 'conflict') return linkReason('conflict', error);
  // RFC 6120 §6.5.1: the account is there and has been ended; the server says by whom.
  if (paired && error.condition === 'account-disabled')
    return { ...linkReason('unpaired', error), message: error.message };
  return linkReason(paired ? 'unpaired' : 'refused', error);
}
