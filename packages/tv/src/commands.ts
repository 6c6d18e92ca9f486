import {
  type Command,
  type CommandErrorCondition,
  type CommandName,
  type CommandResult,
  commandError,
  commandErrorConditions,
  decodeCommand,
  type Element,
  encodeCommandResult,
  type FacetName,
  type Grant,
  ProtocolError,
  StanzaError,
} from '@fjern/protocol';
import type { Clock } from './clock.ts';
import { CommandMemory, type Outcome } from './command-memory.ts';
import { Deadlines } from './deadlines.ts';
import { describeSource } from './media.ts';
import { type Player, PlayerError } from './player.ts';
import { notGranted, type Remote } from './remotes.ts';
import type { State } from './state.ts';

/** Seconds that the player has. */
const loadLimit = 20;
const limit = 5;

const facetOf: { [N in CommandName]: FacetName } = {
  load: 'media',
  play: 'media',
  pause: 'media',
  stop: 'media',
  seek: 'media',
  setRate: 'media',
  setVolume: 'volume',
  setMuted: 'volume',
};

export interface CommandOutcome {
  remote: Remote;
  command: Command;
  /** What the remote was told. */
  outcome: CommandResult | StanzaError;
}

export interface CommandsOptions {
  player: Player;
  state: State;
  clock: Clock;
  onOutcome(outcome: CommandOutcome): void;
  /** Takes what the player threw and is not a PlayerError: it is a defect of the player. */
  onError(error: unknown): void;
}

/** Carries out what remotes ask for and may, each command once. */
export class Commands {
  private readonly options: CommandsOptions;
  private readonly deadlines: Deadlines;
  /** By public key: from whichever address it asks, it is the same remote. */
  private readonly memories = new Map<string, CommandMemory>();
  private loading: AbortController | undefined;

  constructor(options: CommandsOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock);
  }

  /**
   * Answers the payload of an IQ set in our namespace. A repeat is answered from memory even if the remote may not
   * ask for that any more: what was done is a fact that it has a right to know, and nothing is done.
   * @throws StanzaError
   */
  handle(remote: Remote, grant: Grant, payload: Element): Promise<Element> {
    const { state } = this.options;
    const command = decode(payload);
    const memory = this.memoryOf(remote);
    // First of all, so that a repeat is answered as the original was, however late it comes.
    const known = memory.recall(command);
    if (known === 'conflict')
      throw new StanzaError('bad-request', {
        text: `The id ${command.id} was used for another command: choose a new one.`,
      });
    if (known) return known.then(answer);
    if (!grant.commands.includes(command.name)) throw notGranted(grant.role, command.name);
    if (command.epoch !== state.epoch)
      throw commandError('stale-epoch', 'The TV has been restarted since: look at its state.');
    if (command.expires < state.now())
      throw commandError('expired', 'The command arrived too late and was not carried out.');
    if (memory.mayHaveForgotten(command.expires))
      throw commandError('expired', 'The command may be a repeat that the TV no longer remembers.');
    const outcome = this.execute(remote, command);
    memory.remember(command, outcome, state.now());
    return outcome.then(answer);
  }

  /** Forgets what remotes asked for whose pairing has ended. */
  retain(isPaired: (key: string) => boolean): void {
    for (const key of this.memories.keys()) if (!isPaired(key)) this.memories.delete(key);
  }

  /** Gives up a load; what it would have answered no longer matters. */
  close(): void {
    this.loading?.abort(new PlayerError('player-failed', 'The TV is shutting down.'));
    this.deadlines.close();
  }

  private memoryOf({ key }: Remote): CommandMemory {
    let memory = this.memories.get(key);
    if (!memory) {
      memory = new CommandMemory();
      this.memories.set(key, memory);
    }
    return memory;
  }

  /** Never rejects. */
  private async execute(remote: Remote, command: Command): Promise<Outcome> {
    const { state, onOutcome } = this.options;
    const facet = facetOf[command.name];
    const finish = state.attribute(facet, remote.name);
    let outcome: Outcome;
    try {
      await this.perform(command);
      finish(command.name === 'seek');
      const { id } = command;
      outcome = { id, facet, epoch: state.epoch, revision: state.promise(facet) };
    } catch (error) {
      finish(false);
      outcome = this.toStanzaError(error);
    }
    onOutcome({ remote, command, outcome });
    return outcome;
  }

  private perform(command: Command): Promise<void> {
    const { player } = this.options;
    switch (command.name) {
      case 'load':
        return this.load(command);
      case 'play':
        this.requireMedia();
        return this.within(limit, player.play());
      case 'pause':
        this.requireMedia();
        return this.within(limit, player.pause());
      case 'stop':
        this.supersedeLoad();
        return this.within(limit, player.stop());
      case 'seek':
        return this.within(limit, player.seek(this.seekTarget(command.currentTime)));
      case 'setRate': {
        this.requireMedia();
        const { min, max } = player.capabilities.playbackRate;
        const { playbackRate } = command;
        if (playbackRate < min || playbackRate > max)
          throw new PlayerError('out-of-range', `This TV plays at rates from ${min} to ${max}.`);
        return this.within(limit, player.setRate(playbackRate));
      }
      case 'setVolume':
        return this.within(limit, player.setVolume(command.level));
      case 'setMuted':
        return this.within(limit, player.setMuted(command.muted));
    }
  }

  private async load(command: Extract<Command, { name: 'load' }>): Promise<void> {
    checkAddress(command.source.uri);
    const { player, state } = this.options;
    this.supersedeLoad();
    const abort = new AbortController();
    this.loading = abort;
    try {
      const catalogue = state.latest('catalogue');
      const { source, currentTime = 0, autoplay = true } = command;
      const metadata = command.metadata ?? describeSource(source, catalogue);
      const loaded = player.load({ source, metadata, currentTime, autoplay }, abort.signal);
      const superseded = new Promise<never>((_, reject) => {
        abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
      });
      await this.within(loadLimit, Promise.race([loaded, superseded]));
    } catch (error) {
      abort.abort(error);
      throw error;
    } finally {
      if (this.loading === abort) this.loading = undefined;
    }
  }

  private supersedeLoad(): void {
    this.loading?.abort(new PlayerError('superseded', 'A later command took its place.'));
    this.loading = undefined;
  }

  private requireMedia(): void {
    const { state } = this.options.state.latest('media');
    if (state === 'idle' || state === 'error')
      throw new PlayerError('no-media', 'Nothing is loaded on the TV.');
  }

  private seekTarget(currentTime: number): number {
    this.requireMedia();
    const { duration, seekable } = this.options.state.latest('media');
    const { start, end } = seekable ?? { start: 0, end: duration ?? Infinity };
    // A slider's end and the TV's end may differ in the last digit.
    const slack = 0.01;
    if (currentTime < start - slack || currentTime > end + slack)
      throw new PlayerError('out-of-range', `The media can be played from ${start} to ${end} s.`);
    return Math.min(Math.max(currentTime, start), end);
  }

  private within(seconds: number, done: Promise<void>): Promise<void> {
    return this.deadlines.within(
      seconds,
      done,
      () => new PlayerError('player-failed', `The player did not react in ${seconds} s.`),
    );
  }

  private toStanzaError(error: unknown): StanzaError {
    if (error instanceof PlayerError && isCondition(error.code))
      return commandError(error.code, error.message, { cause: error });
    this.options.onError(error);
    return commandError('player-failed', 'The player failed to do it.', { cause: error });
  }
}

function answer(outcome: Outcome): Element {
  if (outcome instanceof StanzaError) throw outcome;
  return encodeCommandResult(outcome);
}

function decode(payload: Element): Command {
  try {
    return decodeCommand(payload);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const condition = error.code === 'unknown' ? 'unknown-command' : 'invalid-value';
    throw commandError(condition, error.message, { cause: error });
  }
}

/** Only what a remote could have opened itself: no files of the TV, no scripts. */
function checkAddress(uri: string): void {
  let protocol: string;
  try {
    // Parsed as the player will, so that ` java\tscript:` does not pass for a relative address.
    ({ protocol } = new URL(uri, 'http://tv.invalid/'));
  } catch (cause) {
    throw new PlayerError('media-unsupported', 'This is not an address.', { cause });
  }
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new PlayerError('media-unsupported', `The TV does not open ${protocol} addresses.`);
}

function isCondition(code: string): code is CommandErrorCondition {
  return commandErrorConditions.some((condition) => condition === code);
}
