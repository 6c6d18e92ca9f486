import {
  type Capabilities,
  type Command,
  type CommandAction,
  type CommandResult,
  decodeCommandResult,
  encodeCommand,
  firstElement,
  ProtocolError,
  type Session,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { LocalClock } from './clock.ts';
import { type CommandEntry, type CommandPort, CommandQueue } from './commands.ts';
import { CommandError, localCommandError } from './errors.ts';
import { guarded } from './guarded.ts';
import { type CommandHandle, createHandle, type Driven } from './handle.ts';
import { randomId } from './id.ts';
import type { TvTarget } from './presence.ts';

export interface CommandOptions {
  /** Gives the command up. If it had been sent, the TV may still carry it out. */
  signal?: AbortSignal;
  /** Seconds until the command expires: the TV refuses it afterwards. Default 10. */
  timeout?: number;
}

export type Execute = (action: CommandAction, options?: CommandOptions) => CommandHandle;

export interface CommanderOptions extends Pick<CommandPort, 'effect' | 'seen' | 'resync'> {
  session: Session;
  now: LocalClock;
  capabilities(): Capabilities | undefined;
  onchange(handle: CommandHandle): void;
}

const defaultTimeout = 10;

interface InHand extends Driven {
  /** Ends the request that is out. */
  request: AbortController;
  /** Stops listening to the caller's signal. */
  release(): void;
}

/** The shell around CommandQueue: requests, timer, handles. */
export class Commander {
  private readonly options: CommanderOptions;
  private readonly queue: CommandQueue;
  private readonly inHand = new Map<string, InHand>();
  private target: TvTarget | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CommanderOptions) {
    this.options = options;
    const { now, effect, seen, resync } = options;
    this.queue = new CommandQueue({
      now,
      effect,
      seen,
      resync,
      ask: (entry, command, timeout) => this.ask(entry, command, timeout),
      forget: ({ id }) => this.inHand.get(id)?.request.abort(),
      changed: (entry) => this.changed(entry),
    });
  }

  execute(action: CommandAction, options: CommandOptions = {}): CommandHandle {
    const { signal, timeout = defaultTimeout } = options;
    const id = randomId();
    // Registered first: the request may go out within `issue`.
    const request = new AbortController();
    this.requests.set(id, request);
    const refusal = this.refusal(action, timeout, signal);
    const entry = this.queue.issue(id, action, timeout, refusal);
    const abort = () => this.drive(() => this.queue.give(id, 'aborted', signal?.reason));
    signal?.addEventListener('abort', abort);
    const driven = createHandle(entry);
    this.inHand.set(id, {
      ...driven,
      request,
      release: () => signal?.removeEventListener('abort', abort),
    });
    this.changed(entry);
    this.schedule();
    return driven.handle;
  }
}
