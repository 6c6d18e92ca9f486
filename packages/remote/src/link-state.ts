import type { SessionError, SessionErrorCode, SessionState } from '@fjern/protocol';

/** The connection, as the application and its user see it. Instants are ms since the Unix epoch. */
export type LinkState =
  /** Not live yet. After a failed attempt: `reason` says why, `retryAt` when the next one starts. */
  | { status: 'connecting'; reason?: SessionErrorCode; retryAt?: number }
  /**
   * Stanzas flow, and it is known whether the TV is there: either its state is here and followed
   * (`tv` is `present`), or it is absent. What the TV does later never changes the link.
   */
  | { status: 'live'; since: number }
  /** Was live, and is being mended. What is shown is as old as `since`. */
  | { status: 'stale'; since: number; reason: SessionErrorCode; retryAt?: number }
  /** Final: trying again cannot help. */
  | { status: 'lost'; reason: LostReason; error?: Error };

export type LostReason =
  /** Closed by the application. */
  | 'closed'
  /** Another session took the place of this one. */
  | 'conflict'
  /** The server does not accept the credential of this account. */
  | 'refused'
  /** The TV does not know this remote (any more): pair again. */
  | 'unpaired';

/**
 * The next state of the link.
 * @param settled whether it is known in this session if the TV is there, and its state if it is
 */
export function nextLinkState(
  link: LinkState,
  session: Exclude<SessionState, { status: 'closed' }>,
  settled: boolean,
  now: number,
): LinkState {
  if (link.status === 'lost') return link;
  if (session.status === 'online' && settled)
    return link.status === 'live' ? link : { status: 'live', since: now };
  const retry = session.status === 'waiting' ? { retryAt: session.retryAt } : {};
  const reason = session.status === 'waiting' ? session.error.code : undefined;
  if (link.status === 'connecting')
    return reason === undefined && link.reason === undefined && link.retryAt === undefined
      ? link
      : { status: 'connecting', ...retry, ...optionalReason(reason ?? link.reason) };
  const before = link.status === 'stale' ? link : { since: now, reason: 'unreachable' as const };
  return { status: 'stale', since: before.since, reason: reason ?? before.reason, ...retry };
}

function optionalReason(reason: SessionErrorCode | undefined): { reason?: SessionErrorCode } {
  return reason === undefined ? {} : { reason };
}

/** @param paired the account was made by pairing, so that a refusal means that it was removed */
export function lostReason(error: SessionError | undefined, paired: boolean): LostReason {
  if (error === undefined || error.code === 'closed' || error.code === 'aborted') return 'closed';
  if (error.code === 'conflict') return 'conflict';
  return paired ? 'unpaired' : 'refused';
}
