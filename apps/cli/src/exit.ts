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
  if (cause instanceof CommanderError)
    return new Failure('usage', sentence(message.replace(/^error: /, '')));
  const code = codeOf(cause) ?? '';
  if (interrupted.includes(code)) return new Failure('interrupted', message, { cause });
  if (unreachable.includes(code)) return new Failure('unreachable', message, { cause });
  return new Failure('refused', message, { cause });
}

/** Commander's messages begin in lower case, end without a stop, and may put a suggestion on a second line. */
function sentence(text: string): string {
  const line = text
    .replace(/\s*\n\s*/g, '. ')
    .replace(/\)$/, '')
    .replace(/\. \(/, '. ');
  const capital = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
