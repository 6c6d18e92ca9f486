import {
  type Command,
  type CommandAction,
  type CommandResult,
  commandErrorCondition,
  InFlight,
  type StanzaError,
} from '@fjern/protocol';
import { answeredCommandError, type CommandError, localCommandError } from './errors.ts';

export type CommandStatus =
  /** Not sent yet: the TV cannot be talked to at the moment. */
  | 'held'
  /** On its way; the answer is awaited. */
  | 'sent'
  /** The link broke, or the TV went, before the answer: it may or may not have been done. */
  | 'unknown'
  | 'done'
  | 'failed';

/** One command in the queue. */
export interface CommandEntry {
  readonly id: string;
  readonly action: CommandAction;
  /** Local clock, seconds. */
  readonly deadline: number;
  status: CommandStatus;
  error: CommandError | undefined;
  /** As it was sent; nothing while it is held. A repeat is the same, so that the TV can recognize it. */
  command: Command | undefined;
  /** Whether a request is out whose outcome will be reported. */
  asking: boolean;
  asked: number;
  /** Since it was first sent, the way to the TV was broken: it may have arrived, or not, or later. */
  interrupted: boolean;
  /** The TV said that the command belongs to another epoch than its own. */
  staleEpoch: boolean;
  /** It was sent anew, in a later epoch, after the TV had refused it for its epoch. */
  renewed: boolean;
  /** When its outcome is no longer waited for, local clock. */
  giveUpAt: number;
  /** The TV's answer, while the state that it speaks of is on its way. */
  result: CommandResult | undefined;
  /** Until when it waits for that state, local clock. */
  seenBy: number;
}

/** What the queue needs of the world. All of it is called synchronously. */
export interface CommandPort {
  /** Local clock, seconds. */
  now(): number;
  /** Asks the TV. Exactly one of `answered`, `refused`, `bounced`, `unanswered`, `unsent` must follow, not in the same turn. */
  ask(entry: CommandEntry, command: Command, timeout: number): void;
  /** What the state says of an action: its effect is there, in this revision; or nothing. */
  effect(action: CommandAction): Pick<CommandResult, 'facet' | 'epoch' | 'revision'> | undefined;
  /** Whether the state has come as far as the result says. */
  seen(result: CommandResult): boolean;
  /** The TV is not what it was thought to be, as this error shows: look again, then call `ready`. */
  resync(error: Error): void;
  changed(entry: CommandEntry): void;
}

/** Seconds past a command's expiry during which its outcome is still asked for. */
const patience = 30;
/** Seconds that the TV has for an answer after the expiry; shortest time given to one request. */
const answerGrace = 2;
const shortestAsk = 5;
/** Seconds that the state may stay behind an answer that announces it. */
const stateGrace = 2;

/**
 * The life of every command. Pure: told what happens, it calls its port. Its promises: each command
 * settles exactly once and within `patience` of its expiry; none is asked for under a second id, so the
 * TV runs it once at most; one that was never sent is never reported as unknown.
 */
export class CommandQueue {
  private readonly port: CommandPort;
  private readonly entries = new InFlight<CommandEntry>();
  private tv: { epoch: string; clockOffset: () => number } | undefined;
  private ended: 'closed' | 'lost' | undefined;
  /** No entry is due before this. */
  private earliest = Number.POSITIVE_INFINITY;

  constructor(port: CommandPort) {
    this.port = port;
  }

  get size(): number {
    return this.entries.size;
  }

  /**
   * Enters a command; `start` sets it going.
   * @param timeout seconds until it expires
   */
  issue(id: string, action: CommandAction, timeout: number): CommandEntry {
    const deadline = this.port.now() + timeout;
    const entry: CommandEntry = {
      id,
      action,
      deadline,
      status: 'held',
      error: undefined,
      command: undefined,
      asking: false,
      asked: 0,
      interrupted: false,
      staleEpoch: false,
      renewed: false,
      giveUpAt: deadline + patience,
      result: undefined,
      seenBy: 0,
    };
    if (this.entries.size === 0) this.earliest = deadline;
    this.entries.set(id, entry);
    this.expectTick(entry);
    return entry;
  }

  start(entry: CommandEntry): void {
    if (this.ended) this.fail(entry, localCommandError(this.ended));
    else this.advance(entry);
  }

  /** The TV is there and its state is known. `clockOffset`: TV clock minus local clock, seconds. */
  ready(epoch: string, clockOffset: () => number): void {
    this.tv = { epoch, clockOffset };
    for (const entry of this.all()) {
      // Asked of a run that is over: its answer is on its way, or will never be.
      if (entry.asking && entry.command?.epoch !== epoch)
        entry.giveUpAt = Math.min(entry.giveUpAt, this.port.now() + answerGrace);
      this.expectTick(entry);
      this.advance(entry);
    }
  }

  /** The TV cannot be talked to for now; requests that are out may still be answered. */
  unready(): void {
    this.tv = undefined;
  }

  linkDown(): void {
    this.tv = undefined;
    for (const entry of this.all()) {
      if (entry.result) this.finish(entry);
      else if (entry.status === 'sent') {
        entry.interrupted = true;
        this.enter(entry, 'unknown');
      }
    }
  }

  /** The session came back with its past: what is out will be answered. `ready` follows separately. */
  linkResumed(): void {
    for (const entry of this.all())
      if (entry.status === 'unknown' && entry.asking) this.enter(entry, 'sent');
  }

  /** Nothing more will come: everything settles now. */
  end(code: 'closed' | 'lost', cause?: unknown): void {
    this.ended ??= code;
    this.tv = undefined;
    for (const entry of this.all()) {
      if (entry.result) this.finish(entry);
      else if (entry.status === 'held') this.fail(entry, localCommandError(code, cause));
      else this.fail(entry, localCommandError('outcome-unknown', cause));
    }
  }

  /** Fails a command from this side. If it had been sent, the TV may still carry it out. */
  give(id: string, error: CommandError): void {
    const entry = this.entries.get(id);
    if (entry) this.fail(entry, error);
  }

  answered(id: string, result: CommandResult): void {
    const entry = this.answerTo(id);
    if (!entry) return;
    entry.result = result;
    entry.seenBy = this.port.now() + stateGrace;
    // Whoever awaits the command sees its effect in the state.
    if (this.port.seen(result)) this.finish(entry);
    else this.expectTick(entry);
  }

  /** @param error the TV's own word */
  refused(id: string, error: StanzaError): void {
    const entry = this.answerTo(id);
    if (!entry) return;
    if (commandErrorCondition(error) === 'stale-epoch') this.belongsElsewhere(entry, error);
    else this.fail(entry, answeredCommandError(error));
  }

  /**
   * What came back is not the TV's answer: it reached nobody, or whoever it reached went before answering, or
   * somebody on the way made it up.
   */
  bounced(id: string, error: Error): void {
    const entry = this.answerTo(id);
    if (!entry) return;
    entry.interrupted = true;
    this.enter(entry, 'unknown');
    this.lookAgain(error);
  }

  /** No answer will come to this request: time is up, or the session ended without being resumed. */
  unanswered(id: string): void {
    const entry = this.answerTo(id);
    if (!entry) return;
    entry.interrupted = true;
    this.enter(entry, 'unknown');
    this.advance(entry);
  }

  /** The request did not leave: the session was not online after all. */
  unsent(id: string): void {
    const entry = this.answerTo(id);
    if (!entry) return;
    entry.asked--;
    if (entry.asked > 0) {
      this.enter(entry, 'unknown');
      return;
    }
    entry.command = undefined;
    this.enter(entry, 'held');
  }

  /** After every change of the state. */
  stateChanged(): void {
    for (const entry of this.all())
      if (entry.result && this.port.seen(entry.result)) this.finish(entry);
  }

  /**
   * When `tick` has to be called next: local clock; nothing when never. It may come to nothing: what was due then has
   * been settled. Looking at all entries after each event would cost more.
   */
  get nextTick(): number | undefined {
    return this.entries.size === 0 ? undefined : this.earliest;
  }

  tick(): void {
    const now = this.port.now();
    for (const entry of this.all()) {
      if (this.dueAt(entry) > now) continue;
      if (entry.result) this.finish(entry);
      else if (entry.status === 'held') this.fail(entry, localCommandError('expired'));
      else this.settleFromState(entry);
    }
    this.earliest = Number.POSITIVE_INFINITY;
    for (const entry of this.all()) this.expectTick(entry);
  }

  private expectTick(entry: CommandEntry): void {
    this.earliest = Math.min(this.earliest, this.dueAt(entry));
  }

  private dueAt(entry: CommandEntry): number {
    if (entry.result) return entry.seenBy;
    return entry.status === 'held' ? entry.deadline : entry.giveUpAt;
  }

  private all(): CommandEntry[] {
    return this.entries.all();
  }

  /** Does what can be done for a command that waits for the TV. */
  private advance(entry: CommandEntry): void {
    const { tv } = this;
    if (!tv || entry.asking || entry.result) return;
    const now = this.port.now();
    if (entry.status === 'held') {
      if (entry.deadline <= now) {
        this.fail(entry, localCommandError('expired'));
        return;
      }
      entry.command = {
        ...entry.action,
        id: entry.id,
        epoch: tv.epoch,
        expires: entry.deadline + tv.clockOffset(),
      };
      entry.interrupted = false;
      entry.giveUpAt = entry.deadline + patience;
      this.ask(entry, entry.command, now);
    } else if (entry.status === 'unknown' && entry.command) {
      if (entry.command.epoch !== tv.epoch) this.settleFromState(entry);
      else if (entry.staleEpoch) this.fail(entry, localCommandError('outcome-unknown'));
      else this.ask(entry, entry.command, now);
    }
  }

  private ask(entry: CommandEntry, command: Command, now: number): void {
    entry.asking = true;
    entry.asked++;
    this.enter(entry, 'sent');
    // A listener of the status may have aborted it.
    if (!this.entries.get(entry.id)) return;
    this.port.ask(entry, command, Math.max(entry.deadline - now + answerGrace, shortestAsk));
  }

  private answerTo(id: string): CommandEntry | undefined {
    const entry = this.entries.get(id);
    if (!entry?.asking) return undefined;
    entry.asking = false;
    return entry;
  }

  /** The TV runs in another epoch than the command was sent in; this run of it did not do it. */
  private belongsElsewhere(entry: CommandEntry, error: StanzaError): void {
    if (entry.asked === 1 && !entry.interrupted) {
      // It went to one place only, and that refused it: it may be sent anew.
      if (entry.renewed) {
        this.fail(entry, answeredCommandError(error));
        return;
      }
      entry.asked = 0;
      entry.command = undefined;
      entry.renewed = true;
      this.enter(entry, 'held');
    } else {
      entry.staleEpoch = true;
      this.enter(entry, 'unknown');
    }
    this.lookAgain(error);
  }

  private lookAgain(error: Error): void {
    this.tv = undefined;
    this.port.resync(error);
  }

  /** No answer can be had any more. If the TV has restarted, what it left behind may tell. */
  private settleFromState(entry: CommandEntry): void {
    const restarted = this.tv !== undefined && this.tv.epoch !== entry.command?.epoch;
    const effect = restarted ? this.port.effect(entry.action) : undefined;
    if (!effect) {
      this.fail(entry, localCommandError('outcome-unknown'));
      return;
    }
    entry.result = { id: entry.id, ...effect };
    this.finish(entry);
  }

  private finish(entry: CommandEntry): void {
    this.remove(entry);
    this.enter(entry, 'done');
  }

  private fail(entry: CommandEntry, error: CommandError): void {
    this.remove(entry);
    entry.error = error;
    this.enter(entry, 'failed');
  }

  private remove(entry: CommandEntry): void {
    // What is still answered finds no entry.
    this.entries.take(entry.id);
    entry.asking = false;
  }

  private enter(entry: CommandEntry, status: CommandStatus): void {
    if (entry.status === status) return;
    entry.status = status;
    if (status !== 'done' && status !== 'failed') this.expectTick(entry);
    this.port.changed(entry);
  }
}
