import {
  ProtocolError,
  type StanzaCondition,
  StanzaError,
  type StanzaErrorType,
} from './errors.ts';
import { type FacetName, isFacetName } from './facets.ts';
import {
  decodeMetadata,
  decodeSource,
  encodeMetadata,
  encodeSource,
  type MediaMetadata,
  type MediaSource,
} from './media.ts';
import { NS, NS_ERRORS } from './namespaces.ts';
import {
  boolean,
  decimal,
  expectElement,
  formatDecimal,
  integer,
  optionalBoolean,
  optionalDecimal,
  token,
} from './values.ts';
import { attribute, type Element, xml } from './xml.ts';

/** What a remote can ask for. */
export type CommandAction =
  | {
      name: 'load';
      source: MediaSource;
      metadata?: MediaMetadata;
      /** Where to start, seconds; default 0. */
      currentTime?: number;
      /** Default true. */
      autoplay?: boolean;
    }
  | { name: 'play' }
  | { name: 'pause' }
  /** Unloads the media. */
  | { name: 'stop' }
  /** Seconds; refused past the end. */
  | { name: 'seek'; currentTime: number }
  /** 1 is normal; the TV says its limits in its capabilities. */
  | { name: 'setRate'; playbackRate: number }
  /** 0..1. */
  | { name: 'setVolume'; level: number }
  | { name: 'setMuted'; muted: boolean };

export type CommandName = CommandAction['name'];

/** A request that the TV answers once, however often it arrives. */
export type Command = CommandAction & {
  /** Chosen by the remote, unique among its commands: 1 to 64 of `A-Z a-z 0-9 . _ : -`. */
  id: string;
  /** The epoch in which it was meant. */
  epoch: string;
  /** After this instant on the TV's clock (seconds) the TV refuses it. */
  expires: number;
};

// Encoders and decoders stand apart, here and in the facets, so that a bundle of one end leaves out the other's.

type Action<N extends CommandName> = Extract<CommandAction, { name: N }>;

const encoders: { [N in CommandName]?: (command: Action<N>, element: Element) => void } = {
  load(command, element) {
    if (command.currentTime !== undefined)
      element.attrs.currentTime = formatDecimal(command.currentTime);
    if (command.autoplay !== undefined) element.attrs.autoplay = String(command.autoplay);
    element.cnode(encodeSource(command.source));
    if (command.metadata) element.cnode(encodeMetadata(command.metadata));
  },
  seek(command, element) {
    element.attrs.currentTime = formatDecimal(command.currentTime);
  },
  setRate(command, element) {
    element.attrs.playbackRate = formatDecimal(command.playbackRate);
  },
  setVolume(command, element) {
    element.attrs.level = formatDecimal(command.level);
  },
  setMuted(command, element) {
    element.attrs.muted = String(command.muted);
  },
};

const decoders: { [N in CommandName]: (element: Element) => Action<N> } = {
  load(element) {
    const source = element.getChild('source', NS);
    if (!source) throw new ProtocolError('malformed', 'load/source', 'is required');
    const metadata = element.getChild('metadata', NS);
    const currentTime = optionalDecimal(element, 'currentTime', { min: 0 });
    const autoplay = optionalBoolean(element, 'autoplay');
    return {
      name: 'load',
      source: decodeSource(source),
      ...(metadata ? { metadata: decodeMetadata(metadata) } : {}),
      ...(currentTime === undefined ? {} : { currentTime }),
      ...(autoplay === undefined ? {} : { autoplay }),
    };
  },
  play: () => ({ name: 'play' }),
  pause: () => ({ name: 'pause' }),
  stop: () => ({ name: 'stop' }),
  seek: (element) => ({
    name: 'seek',
    currentTime: decimal(element, 'currentTime', { min: 0 }),
  }),
  setRate: (element) => ({
    name: 'setRate',
    playbackRate: decimal(element, 'playbackRate', { min: 0 }),
  }),
  setVolume: (element) => ({
    name: 'setVolume',
    level: decimal(element, 'level', { min: 0, max: 1 }),
  }),
  setMuted: (element) => ({ name: 'setMuted', muted: boolean(element, 'muted') }),
};

const names: Record<CommandName, true> = {
  load: true,
  play: true,
  pause: true,
  stop: true,
  seek: true,
  setRate: true,
  setVolume: true,
  setMuted: true,
};
export const commandNames = /*#__PURE__*/ Object.keys(names) as CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(names, name);
}

/** @throws ProtocolError `invalid-value` for a number that the wire cannot carry (NaN, Infinity) */
export function encodeCommand(command: Command): Element {
  const element = xml(command.name, {
    xmlns: NS,
    id: command.id,
    epoch: command.epoch,
    expires: formatDecimal(command.expires),
  });
  // TypeScript cannot see that name and encoder belong together.
  encoders[command.name]?.(command as never, element);
  return element;
}

/** @throws ProtocolError `unknown` for a command of a later version, otherwise for what is wrong with it */
export function decodeCommand(element: Element): Command {
  const name = element.getName();
  if (element.getNS() !== NS) throw new ProtocolError('malformed', name, `is not in ${NS}`);
  if (!isCommandName(name))
    throw new ProtocolError('unknown', name, 'is no command of this version');
  return {
    id: token(element, 'id'),
    epoch: token(element, 'epoch'),
    expires: decimal(element, 'expires'),
    ...decoders[name](element),
  };
}

/** The answer to a command that was carried out. */
export interface CommandResult {
  /** The command's id. */
  id: string;
  /** The facet that the command is about, and the revision in which its effect is visible. */
  facet: FacetName;
  epoch: string;
  revision: number;
}

export function encodeCommandResult(result: CommandResult): Element {
  return xml('done', { xmlns: NS, ...result });
}

/** @throws ProtocolError */
export function decodeCommandResult(element: Element): CommandResult {
  expectElement(element, 'done', NS);
  const facet = attribute(element, 'facet') ?? '';
  if (!isFacetName(facet)) throw new ProtocolError('invalid-value', 'done@facet', 'is no facet');
  return {
    id: token(element, 'id'),
    facet,
    epoch: token(element, 'epoch'),
    revision: integer(element, 'revision'),
  };
}

/** Our application conditions (RFC 6120 §8.3.4) and the stanza errors that they come in. */
const commandErrors = {
  /** Arrived after its expiry; it was not carried out. */
  expired: ['not-acceptable', 'cancel'],
  /** Meant for an earlier run of the TV; whether it was carried out then is unknown. */
  'stale-epoch': ['unexpected-request', 'cancel'],
  'unknown-command': ['feature-not-implemented', 'cancel'],
  'invalid-value': ['bad-request', 'modify'],
  /** A value that the protocol allows but this media or TV does not: a seek past the end. */
  'out-of-range': ['not-acceptable', 'modify'],
  /** Nothing is loaded that this could apply to. */
  'no-media': ['unexpected-request', 'cancel'],
  'media-unsupported': ['not-acceptable', 'cancel'],
  'media-unreachable': ['remote-server-not-found', 'cancel'],
  'media-failed': ['internal-server-error', 'cancel'],
  /** A later command took its place before it was done. */
  superseded: ['conflict', 'cancel'],
  'not-permitted': ['forbidden', 'auth'],
  /** The TV wants its viewer to press a button first (a browser's autoplay policy). */
  'interaction-required': ['not-allowed', 'wait'],
  /** The player did not do it, or not in time. */
  'player-failed': ['internal-server-error', 'wait'],
} as const satisfies Record<string, readonly [StanzaCondition, StanzaErrorType]>;

export type CommandErrorCondition = keyof typeof commandErrors;
export const commandErrorConditions = Object.keys(commandErrors) as CommandErrorCondition[];

/** The stanza error for one of our conditions; `text` is for people. */
export function commandError(
  condition: CommandErrorCondition,
  text: string,
  options: { cause?: unknown } = {},
): StanzaError {
  const [stanzaCondition, type] = commandErrors[condition];
  return new StanzaError(stanzaCondition, {
    type,
    text,
    application: { name: condition, xmlns: NS_ERRORS },
    ...options,
  });
}

/** Which of our conditions a stanza error carries, if any. */
export function commandErrorCondition(error: StanzaError): CommandErrorCondition | undefined {
  if (error.application?.xmlns !== NS_ERRORS) return undefined;
  const { name } = error.application;
  return commandErrorConditions.find((condition) => condition === name);
}
