import {
  type CommandErrorCondition,
  commandErrorCondition,
  type PairingErrorCondition,
  type StanzaCondition,
  StanzaError,
  sealCondition,
} from '@fjern/protocol';
import { SealError } from '@fjern/seal';

export type CommandErrorCode =
  /** What the TV answered. `expired` is also said here, of a command that was never sent. */
  | CommandErrorCondition
  /** By the caller's signal. If the command had been sent, the TV may still carry it out. */
  | 'aborted'
  /** The remote was closed before the command was sent: it was not carried out. */
  | 'closed'
  /** The link was lost for good before the command was sent: it was not carried out. */
  | 'lost'
  /** The TV says that it has no such command; nothing was sent. */
  | 'not-supported'
  /** It was sent and no answer can be had any more: look at the state. */
  | 'outcome-unknown'
  /** The TV, or the server on the way, answered with an error that has no code here: see `cause`. */
  | 'failed';

/** Why a command failed. `message` is a sentence for people. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** RFC 6120 conditions that say the same as one of ours, for a TV that sends them bare. */
const plainConditions: Partial<Record<StanzaCondition, CommandErrorCode>> = {
  'bad-request': 'invalid-value',
  'feature-not-implemented': 'unknown-command',
  forbidden: 'not-permitted',
  'not-authorized': 'not-permitted',
};

const commandSentences: Partial<Record<CommandErrorCode, string>> = {
  expired: 'The TV did not get it in time, so it was not done.',
  'unknown-command': 'This TV cannot do that.',
  'not-supported': 'This TV cannot do that.',
  'invalid-value': 'The TV did not understand the value.',
  'out-of-range': 'That is outside of what this media allows.',
  'no-media': 'Nothing is loaded on the TV.',
  'media-unsupported': 'The TV cannot play this kind of media.',
  'media-unreachable': 'The TV could not fetch the media.',
  'media-failed': 'The TV could not play the media.',
  superseded: 'A later command took its place.',
  'not-permitted': 'This remote may not do that.',
  'interaction-required': 'Press a button at the TV first.',
  'player-failed': 'The TV’s player did not do it.',
  aborted: 'It was cancelled.',
  closed: 'The remote was closed before it was sent.',
  lost: 'The TV no longer accepts this remote, so it was not sent.',
  'outcome-unknown': 'The connection broke: it is not known whether the TV did it.',
};

export function localCommandError(code: CommandErrorCode, cause?: unknown): CommandError {
  return new CommandError(code, commandSentences[code] ?? 'It failed.', cause);
}

/** A command's error stanza, with the TV's own sentence where it gave one. */
export function answeredCommandError(error: StanzaError): CommandError {
  const code = commandErrorCondition(error) ?? plainConditions[error.condition] ?? 'failed';
  const said = error.message !== error.condition;
  return new CommandError(
    code,
    said ? error.message : (commandSentences[code] ?? 'The TV could not do it.'),
    error,
  );
}

/** Conditions with which a server, not the TV, says that the stanza reached nobody. */
const bounces: readonly StanzaCondition[] = [
  'gone',
  'item-not-found',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
];

export function isBounce(error: StanzaError): boolean {
  return bounces.includes(error.condition) && error.application === undefined;
}

/** How a TV says that it has no such remote. */
const unpaired: readonly StanzaCondition[] = [
  'forbidden',
  'not-authorized',
  'registration-required',
  'subscription-required',
];

export function isUnpaired(error: StanzaError): boolean {
  return unpaired.includes(error.condition);
}

/** Somebody answered, and not with the TV's key. */
export function isMisfit(error: unknown): error is Error {
  if (error instanceof SealError) return true;
  return error instanceof StanzaError && sealCondition(error) === 'unsealable';
}

export type PairErrorCode =
  | PairingErrorCondition
  /** The text is not the address out of a TV's code, or it is damaged. */
  | 'not-an-offer'
  /** The offer is of a later version than this library. */
  | 'newer-tv'
  /** No connection to the TV; tried until the time was up. */
  | 'unreachable'
  /** The TV was reached but did not answer in time. */
  | 'timeout'
  | 'aborted'
  /** The TV does not let this remote in: it may have been removed there. */
  | 'refused'
  /**
   * Somebody answered in place of the TV: without the code, or with the code and not the key that the QR
   * code names. Nothing was given away; do not try again in this network.
   */
  | 'impostor'
  /** What answered does not speak as a TV does. */
  | 'protocol';

export const unreachableTv = 'The TV cannot be reached: check that both are on the same network.';

/** Why pairing failed. `message` is a sentence for people. */
export class PairError extends Error {
  override name = 'PairError';
  readonly code: PairErrorCode;
  /** Seconds until it is worth trying again, if the TV said so: while it is `locked`. */
  readonly retryAfter: number | undefined;

  constructor(code: PairErrorCode, message: string, cause?: unknown, retryAfter?: number) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
