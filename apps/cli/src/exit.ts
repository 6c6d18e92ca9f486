import { CommanderError } from 'commander';

/** Why `fjern` ends with something other than 0. Documented in `fjern --help`. */
export const exitCodes = {
  /** The TV, or the pairing, said no. */
  refused: 1,
  /** Wrong arguments, or files of ours that cannot be used. */
  usage: 2,
  /** The TV could not be reached, is off, or did not answer in time. */
  unreachable: 3,
  /** No TV is paired, or none of that name. */
  unpaired: 4,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitReason = keyof typeof exitCodes;

/** Ends the program with one line for people. */
export class Failure extends Error {
  override name = 'Failure';
  readonly reason: ExitReason;

  constructor(reason: ExitReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  /** For programs: the SDK's own code where it has one. */
  get code(): string {
    return codeOf(this.cause) ?? this.reason;
  }
}

/** The SDK's codes that say that the TV was not reached, or not heard. */
const unreachable = ['unreachable', 'timeout', 'outcome-unknown', 'expired', 'network', 'lost'];
const interrupted = ['aborted', 'interrupted'];

export function toFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof CommanderError) return new Failure('usage', usage(message));
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

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
