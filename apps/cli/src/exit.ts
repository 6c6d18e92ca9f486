/** Why `fjern` ends with something other than 0. Documented in `fjern --help`. */
export const exitCodes = {
  /** The TV, or the pairing, said no. */
  refused: 1,
  /** Wrong arguments. */
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
}
