/** Why `fjern` ends with something other than 0. Documented in `fjern --help` and docs/cli.md. */
export const exitCodes = {
  /** The TV, its viewer or the user said no: to a code, to what this computer may not do, to a question. */
  refused: 1,
  /** Wrong arguments, names that are none or not enough, or files of ours that cannot be used. */
  usage: 2,
  /** The TV could not be reached, is off, or did not answer in time. */
  unreachable: 3,
  /** No TV is paired, none of that name, or it has removed this computer. */
  unpaired: 4,
  /** Ended by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM, as a service is. */
  terminated: 143,
} as const;

export type ExitReason = keyof typeof exitCodes;

/** What `--json` says beyond the SDK's codes and the reasons themselves. */
export type FailureCode =
  | 'not-permitted'
  /** The TV's box answers, but the TV is off. */
  | 'off'
  /** Another TV answers where this one was. */
  | 'replaced'
  | 'no-such-remote'
  | 'ambiguous'
  | 'declined'
  | ExitReason;

/** Ends the program with one line for people. */
export class Failure extends Error {
  override name = 'Failure';
  readonly reason: ExitReason;
  /** For programs: the SDK's own code where it has one. */
  readonly code: string;

  constructor(
    reason: ExitReason,
    message: string,
    { code, ...options }: { cause?: unknown; code?: FailureCode } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.code = code ?? codeOf(options.cause) ?? reason;
  }
}

/** The SDK's codes that say that the TV was not reached, or not heard. */
const unreachable = ['unreachable', 'timeout', 'outcome-unknown', 'expired', 'network', 'lost'];
const interrupted = ['aborted', 'interrupted'];

export function toFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (isCommanderError(cause)) return new Failure('usage', usage(message));
  const code = codeOf(cause) ?? '';
  if (interrupted.includes(code)) return new Failure('interrupted', message, { cause });
  if (unreachable.includes(code)) return new Failure('unreachable', message, { cause });
  return new Failure('refused', message, { cause });
}

/** `error: unknown command 'seekk'\n(Did you mean seek?)`, as a sentence with a way on. */
function usage(text: string): string {
  const [what = '', suggestion] = text.replace(/^error: /, '').split('\n');
  const capital = what.charAt(0).toUpperCase() + what.slice(1).replace(/\.$/, '');
  return `${capital}. ${suggestion?.replace(/^\(|\)$/g, '') ?? 'See: fjern --help'}`;
}

/** Told by its code, so that nothing has to be loaded to say what went wrong. */
function isCommanderError(cause: unknown): boolean {
  return codeOf(cause)?.startsWith('commander.') ?? false;
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
