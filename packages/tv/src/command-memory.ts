import { type Command, type CommandResult, InFlight, type StanzaError } from '@fjern/protocol';

export type Outcome = CommandResult | StanzaError;

interface Entry {
  /** The whole of it, to tell a repeat from another command under the same id. */
  command: Command;
  expires: number;
  outcome: Promise<Outcome>;
  settled: boolean;
}

const most = 512;
/** Seconds that an outcome is kept beyond the command's expiry. */
const keep = 600;

/**
 * What one remote asked for lately, by command id, so that a repeat is answered and not carried out.
 * Memory is bounded: where a command had to be forgotten before it expired, all that expire as early
 * are refused from then on, since any of them might be the one.
 */
export class CommandMemory {
  private readonly entries = new InFlight<Entry>();
  private forgottenUpTo = -Infinity;

  /** The outcome of the command if this is a repeat; `conflict` if its id was used for another one. */
  recall(command: Command): Promise<Outcome> | 'conflict' | undefined {
    const entry = this.entries.get(command.id);
    if (!entry) return undefined;
    return textOf(entry.command) === textOf(command) ? entry.outcome : 'conflict';
  }

  /** Whether a command with this expiry, which is not remembered, may have been carried out before. */
  mayHaveForgotten(expires: number): boolean {
    return expires <= this.forgottenUpTo;
  }

  /** @param outcome never rejects */
  remember(command: Command, outcome: Promise<Outcome>, now: number): void {
    if (this.entries.size >= most) this.makeRoom(now);
    const entry: Entry = {
      command,
      expires: command.expires,
      outcome,
      settled: false,
    };
    this.entries.set(command.id, entry);
    void outcome.then(() => {
      entry.settled = true;
    });
  }

  /** Half of it, soonest expiry first: so a few long-lived commands outlast a flood of short-lived ones. */
  private makeRoom(now: number): void {
    const settled = this.entries.all().filter(({ settled }) => settled);
    settled.sort((a, b) => a.expires - b.expires);
    for (const [index, { command, expires }] of settled.entries()) {
      if (index >= most / 2 && expires + keep > now) break;
      this.entries.take(command.id);
      this.forgottenUpTo = Math.max(this.forgottenUpTo, expires);
    }
  }
}

function textOf(command: Command): string {
  return JSON.stringify(command);
}
