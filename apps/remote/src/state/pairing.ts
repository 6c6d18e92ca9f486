import type { KnownTv, PairErrorCode, PairProgress, PinTarget } from '@fjern/remote';

export type PairProblem =
  | Exclude<PairErrorCode, 'aborted' | 'protocol'>
  /** The browser does not keep the credential. */
  | 'storage'
  | 'failed';

/** What went wrong, for the screen. */
export interface PairFailure {
  problem: PairProblem;
  /** Codes are taken again then; ms since the Unix epoch. */
  until?: number;
  /** What the browser's storage says of itself. */
  detail?: string;
}

/** The TV behind a hub, as the hub says. */
export interface Box {
  /** XMPP domain. */
  domain: string;
  /** The TV's name. */
  name: string;
}

/** A TV that can be paired with, and where it is. */
export interface Place extends Box {
  /** Of its page: `http://192.168.1.21:7120`. */
  origin: string;
}

/** Of the digits that somebody types. */
export type PinState =
  | { status: 'ready' }
  | { status: 'trying' }
  | ({ status: 'failed' } & PairFailure);

export interface PairingOptions {
  /** What the TV's viewer reads. */
  name: string;
  save: (tv: KnownTv) => Promise<void>;
  signal: AbortSignal;
  onprogress: (progress: Pick<PairProgress, 'step'>) => void;
}

/** What pairing needs of the SDK. Both resolve when the TV and this phone know of the pairing. @throws PairError, or what `save` threw */
export interface PairingSdk {
  pair(url: string, options: PairingOptions): Promise<KnownTv>;
  pairWithPin(target: PinTarget, pin: string, options: PairingOptions): Promise<KnownTv>;
}

/** The same code may work at another try. */
export const mayWorkAgain: readonly PairProblem[] = [
  'unreachable',
  'timeout',
  'locked',
  'busy',
  'approval-timeout',
  'storage',
  'failed',
];

/** Said beside the digits: other digits, or the same a little later, are what helps. */
export const saidBesideDigits: readonly PairProblem[] = [
  'code-wrong',
  'code-expired',
  'code-used',
  'pairing-closed',
  'locked',
  'busy',
  'refused',
  'timeout',
  'unreachable',
  'failed',
];

export class StorageError extends Error {
  override name = 'StorageError';
}

export function failureOf(error: unknown, now: number): PairFailure {
  if (error instanceof StorageError) return { problem: 'storage', detail: error.message };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const problem = problems.find((known) => known === code) ?? 'failed';
  if (problem !== 'locked') return { problem };
  return { problem, until: now + lockOf(error) * 1000 };
}

/** Seconds. */
function lockOf(error: unknown): number {
  const said = error instanceof Error && 'retryAfter' in error ? error.retryAfter : undefined;
  return typeof said === 'number' ? Math.min(said, longestLock) : shortestLock;
}

const shortestLock = 10;
const longestLock = 300;

const problems: readonly PairProblem[] = [
  'approval-timeout',
  'busy',
  'code-expired',
  'code-used',
  'code-wrong',
  'declined',
  'impostor',
  'locked',
  'newer-tv',
  'not-an-offer',
  'pairing-closed',
  'refused',
  'timeout',
  'unreachable',
];
