import { randomId } from '@fjern/link';
import {
  type Capabilities,
  type Command,
  type CommandAction,
  type CommandName,
  type CommandResult,
  decodeCommandResult,
  type Element,
  encodeCommand,
  InFlight,
  ProtocolError,
  SessionError,
  StanzaError,
} from '@fjern/protocol';
import { SealError, type SealedClient, UndeliveredError } from '@fjern/seal';
import type { LocalClock } from './clock.ts';
import { type CommandEntry, type CommandPort, CommandQueue } from './commands.ts';
import { type CommandError, localCommandError } from './errors.ts';
import { guarded } from './guarded.ts';
import { type CommandHandle, createHandle, type Driven } from './handle.ts';
import type { TvTarget } from './presence.ts';

export interface CommandOptions {
  /** Gives the command up. If it had been sent, the TV may still carry it out. */
  signal?: AbortSignal;
  /** Seconds until the command expires: the TV refuses it afterwards. Default 10. */
  timeout?: number;
}

export type Execute = (action: CommandAction, options?: CommandOptions) => CommandHandle;

export interface CommanderOptions extends Pick<CommandPort, 'effect' | 'seen' | 'resync'> {
  /** To the TV. */
  client: SealedClient;
  now: LocalClock;
  capabilities(): Capabilities | undefined;
  /** Whether the TV would carry out such a command of this remote, as far as is known. */
  may(command: CommandName): boolean;
  onchange(handle: CommandHandle): void;
}

const defaultTimeout = 10;
/** Milliseconds; setTimeout takes no more than 2^31. */
const longestTimer = 1e9;

interface InHand extends Driven {
  /** The caller's: it ends the request that is out, too. */
  signal: AbortSignal | undefined;
  /** Stops listening to the caller's signal. */
  release(): void;
}

/** The shell around CommandQueue: requests, timer, handles. */
export class Commander {
  private readonly options: CommanderOptions;
  private readonly queue: CommandQueue;
  private readonly inHand = new InFlight<InHand>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Local clock. */
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(options: CommanderOptions) {
    this.options = options;
    const { now, effect, seen, resync } = options;
    this.queue = new CommandQueue({
      now,
      effect,
      seen,
      resync,
      ask: (entry, command, timeout) => this.ask(entry, command, timeout),
      changed: (entry) => this.changed(entry),
    });
  }

  execute(action: CommandAction, options: CommandOptions = {}): CommandHandle {
    const { signal, timeout = defaultTimeout } = options;
    const entry = this.queue.issue(randomId(), action, timeout);
    const { id } = entry;
    const driven = createHandle(entry);
    const abort = () => this.drive(() => this.queue.give(id, localCommandError('aborted')));
    this.inHand.set(id, {
      ...driven,
      signal,
      release: () => signal?.removeEventListener('abort', abort),
    });
    signal?.addEventListener('abort', abort);
    const refusal = signal?.aborted
      ? localCommandError('aborted')
      : this.refusal(action, id, timeout);
    this.drive(() => {
      if (refusal) this.queue.give(id, refusal);
      else this.queue.start(entry);
    });
    if (entry.status === 'held') guarded(() => this.options.onchange(driven.handle));
    return driven.handle;
  }

  /** The TV is there and its state is known. */
  ready(target: TvTarget, clockOffset: () => number): void {
    this.drive(() => this.queue.ready(target.epoch, clockOffset));
  }

  /** The TV cannot be talked to for now. */
  unready(): void {
    this.drive(() => this.queue.unready());
  }

  linkDown(): void {
    this.drive(() => this.queue.linkDown());
  }

  linkResumed(): void {
    this.drive(() => this.queue.linkResumed());
  }

  stateChanged(): void {
    this.drive(() => this.queue.stateChanged());
  }

  end(reason: 'closed' | 'lost', cause?: unknown): void {
    this.queue.end(reason, cause);
    clearTimeout(this.timer);
    this.timerAt = Number.POSITIVE_INFINITY;
  }

  /** Whatever happens to the queue changes when it has to be looked at next. */
  private drive(happens: () => void): void {
    happens();
    const { nextTick } = this.queue;
    // One that comes too early looks again; setting it anew for each command would cost more.
    if (nextTick === undefined || nextTick >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = nextTick;
    const seconds = Math.max(0, nextTick - this.options.now());
    this.timer = setTimeout(
      () => {
        this.timerAt = Number.POSITIVE_INFINITY;
        this.drive(() => this.queue.tick());
      },
      Math.min(Math.ceil(seconds * 1000), longestTimer),
    );
  }

  /** Why an action need not be sent at all. */
  private refusal(action: CommandAction, id: string, timeout: number): CommandError | undefined {
    const capabilities = this.options.capabilities();
    // What it lists is what this remote may. One that it may not is refused by the TV, which says why.
    if (
      capabilities &&
      !capabilities.commands.includes(action.name) &&
      this.options.may(action.name)
    )
      return localCommandError('not-supported');
    try {
      encodeCommand({ ...action, id, epoch: id, expires: timeout });
      return undefined;
    } catch (error) {
      return localCommandError('invalid-value', error);
    }
  }

  private ask(entry: CommandEntry, command: Command, timeout: number): void {
    const { id } = entry;
    const signal = this.inHand.get(id)?.signal;
    this.options.client
      .request('set', encodeCommand(command), signal ? { signal, timeout } : { timeout })
      .then(
        (done) => this.drive(() => this.answered(id, done)),
        (error: unknown) => this.drive(() => this.notAnswered(id, error)),
      );
  }

  private answered(id: string, done: Element | undefined): void {
    let read: CommandResult;
    try {
      if (!done) throw new ProtocolError('malformed', 'done', 'is missing');
      read = decodeCommandResult(done);
    } catch (error) {
      // It says that it was done, but not what came of it.
      this.queue.give(id, localCommandError('outcome-unknown', error));
      return;
    }
    this.queue.answered(id, read);
  }

  private notAnswered(id: string, error: unknown): void {
    if (error instanceof StanzaError) this.queue.refused(id, error);
    else if (error instanceof UndeliveredError || error instanceof SealError)
      this.queue.bounced(id, error);
    else if (error instanceof SessionError && error.code === 'not-online') this.queue.unsent(id);
    else if (error instanceof SessionError && error.code !== 'protocol') this.queue.unanswered(id);
    // A stanza that cannot be sent: too large, or not XML.
    else this.queue.give(id, localCommandError('invalid-value', error));
  }

  private changed(entry: CommandEntry): void {
    const inHand = this.inHand.get(entry.id);
    if (!inHand) return;
    if (entry.status === 'done' || entry.status === 'failed') {
      this.inHand.take(entry.id);
      inHand.release();
    }
    guarded(() => inHand.changed());
    guarded(() => this.options.onchange(inHand.handle));
  }
}
