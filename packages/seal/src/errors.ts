export type SealErrorCode =
  /** What was received does not verify: altered, made with another key, or out of place. Drop it. */
  | 'forged'
  /** Not a key, a message or an encoding at all, or a point of low order. Drop it. */
  | 'malformed'
  /** A counter that was seen, or passed, before. Drop it. */
  | 'replayed'
  /** No counters are left under these keys. A new handshake makes new ones. */
  | 'exhausted'
  /** More bytes than one message carries. Send less, or in parts. */
  | 'too-large';

/**
 * What comes from outside and cannot be accepted, or can no longer be sent safely. Wrong use by the
 * caller (a message out of turn, a missing key) is a `TypeError` instead.
 */
export class SealError extends Error {
  override name = 'SealError';
  readonly code: SealErrorCode;

  constructor(code: SealErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
