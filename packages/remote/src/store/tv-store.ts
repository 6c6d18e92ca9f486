import type { KnownTv } from '../known-tv.ts';

export type { KnownTv };

/** A TV that was paired before there were keys. It can be shown, and has to be paired again. */
export type OutdatedTv = Omit<KnownTv, 'pairing' | 'tvKey' | 'key' | 'provisional'> & {
  outdated: true;
};

export type StoredTv = KnownTv | OutdatedTv;

/** Where an application keeps the TVs that it is paired with. */
export interface TvStore {
  /** Last used first. @throws StoreError */
  all(): Promise<StoredTv[]>;
  /**
   * Puts a TV first; one of the same `tv` is replaced. Resolves when that outlives whatever happens.
   * @throws StoreError nothing has changed
   */
  save(known: KnownTv): Promise<void>;
  /** @param tv bare JID; one that is not there is forgotten already @throws StoreError nothing has changed */
  forget(tv: string): Promise<void>;
  /** Another window or this one has changed something: read again. @returns what stops it */
  on?(event: 'change', listener: () => void): () => void;
  /** What is saved ends with the page, since the browser keeps nothing. Known once `all` has resolved. */
  readonly volatile?: boolean;
}

export type StoreErrorCode =
  /** What is stored is not what was written. It was left as it is: repair or remove it. */
  | 'damaged'
  /** A later version of this software wrote it: update or reload this one. */
  | 'newer'
  /** No space is left, or the browser grants none: free some. */
  | 'full'
  /** The user may not read or write there. */
  | 'denied'
  /** Other processes or windows did not let go of it in time: close them, or try again. */
  | 'busy'
  /** The change was given up by the browser: try again. */
  | 'aborted'
  /** A key that only the browser holds cannot be put into a file. */
  | 'unsupported'
  /** It failed in another way; see `cause`. */
  | 'failed';

/** The known TVs cannot be read, or a change could not be stored. The message says what to do, without secrets. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** With `known` first. */
export function withTv(tvs: readonly StoredTv[], known: KnownTv): StoredTv[] {
  return [known, ...withoutTv(tvs, known.tv)];
}

export function withoutTv(tvs: readonly StoredTv[], tv: string): StoredTv[] {
  return tvs.filter((other) => other.tv !== tv);
}
