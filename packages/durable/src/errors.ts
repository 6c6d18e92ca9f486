export type DurableFileErrorCode =
  /** It is not what was written. It was left as it is: repair, replace or remove it. */
  | 'damaged'
  /** A later version of this software wrote it: update this one. */
  | 'newer'
  /** The disk, or the user's share of it, is full: free some space. Nothing has changed. */
  | 'full'
  /** The user may not read or write there. Nothing has changed. */
  | 'denied'
  /** Other processes did not let go of it in time: try again. Nothing has changed. */
  | 'busy'
  /** The file system failed in another way; see `cause`. */
  | 'failed';

/** A file of ours cannot be used. The message names it and says what to do, in one line without secrets. */
export class DurableFileError extends Error {
  override name = 'DurableFileError';
  readonly code: DurableFileErrorCode;
  readonly path: string;

  constructor(
    code: DurableFileErrorCode,
    path: string,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

const codes: Record<string, DurableFileErrorCode> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};
const advice: Partial<Record<DurableFileErrorCode, string>> = {
  full: ' Free some space.',
  denied: ' Check who may write there.',
};

export function systemError(what: 'read' | 'written', path: string, cause: unknown) {
  if (cause instanceof DurableFileError) return cause;
  const reason = systemCode(cause) ?? String(cause);
  const code = codes[reason] ?? 'failed';
  const todo = what === 'written' ? (advice[code] ?? '') : '';
  return new DurableFileError(code, path, `${path} cannot be ${what} (${reason}).${todo}`, {
    cause,
  });
}

/** `ENOENT` and the like, of errors that the system gave. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error
    ? (error as NodeJS.ErrnoException).code
    : undefined;
}
