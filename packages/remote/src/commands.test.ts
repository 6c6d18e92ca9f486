import type { Command, CommandAction } from '@fjern/protocol';
import { type CommandResult, commandError, StanzaError } from '@fjern/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CommandEntry, CommandQueue } from './commands.ts';
import { localCommandError } from './errors.ts';

type Step =
  | 'issue'
  | 'deliver'
  | 'answer'
  | 'lose'
  | 'down'
  | 'resume'
  | 'renew'
  | 'sync'
  | 'away'
  | 'restart'
  | 'wait'
  | 'abort'
  | 'unsent'
  | 'bounce';

const steps: fc.Arbitrary<{ step: Step; pick: number }> = fc.record({
  step: fc.constantFrom<Step>(
    ...(['issue', 'deliver', 'deliver', 'deliver', 'answer', 'answer'] as const),
    ...(['sync', 'sync', 'sync', 'lose', 'down', 'resume', 'renew', 'away', 'restart'] as const),
    ...(['wait', 'abort', 'unsent', 'bounce'] as const),
  ),
  pick: fc.nat(1000),
});

/** A TV, the way to it, and everything that may happen to both. */
class World {
  now = 0;
  readonly settled = new Map<string, number>();
  readonly runs = new Map<string, number>();
  readonly entries: CommandEntry[] = [];
  private up = true;
  private epoch = 1;
  private memory = new Map<string, CommandResult>();
  private level = 0;
  private revision = 1;
  /** Stanzas that will or will not reach the TV, whatever becomes of the session that sent them. */
  private transit: Command[] = [];
  /** Requests whose outcome the queue waits for. */
  private readonly out = new Set<string>();
  private answers: { id: string; outcome: CommandResult | StanzaError }[] = [];
  private readonly queue = new CommandQueue({
    now: () => this.now,
    ask: (entry, command) => {
      expect(this.out.has(entry.id)).toBe(false);
      this.out.add(entry.id);
      this.transit.push(command);
    },
    effect: (action) =>
      action.name === 'setVolume' && action.level === this.level
        ? { facet: 'volume', epoch: `e${this.epoch}`, revision: this.revision }
        : undefined,
    seen: () => true,
    resync: () => {},
    changed: ({ id, status }) => {
      if (status === 'done' || status === 'failed')
        this.settled.set(id, (this.settled.get(id) ?? 0) + 1);
    },
  });

  run({ step, pick }: { step: Step; pick: number }): void {
    this[step](pick);
  }

  finish(): void {
    for (let i = 0; i < 200 && this.queue.size > 0; i++) {
      this.now = Math.max(this.now, this.queue.nextTick ?? this.now);
      this.queue.tick();
    }
    expect(this.queue.size).toBe(0);
    expect(this.queue.nextTick).toBeUndefined();
  }

  private issue(pick: number): void {
    const id = `c${this.entries.length}`;
    const action: CommandAction = { name: 'setVolume', level: this.entries.length + 1 };
    const entry = this.queue.issue(id, action, (pick % 20) + 1);
    this.entries.push(entry);
    this.queue.start(entry);
  }

  private deliver(pick: number): void {
    const [command] = this.transit.splice(pick % (this.transit.length || 1), 1);
    if (command) this.answers.push({ id: command.id, outcome: this.execute(command) });
  }

  private execute(command: Command): CommandResult | StanzaError {
    const remembered = this.memory.get(command.id);
    if (remembered) return remembered;
    if (command.epoch !== `e${this.epoch}`) return commandError('stale-epoch', 'Other epoch');
    if (command.expires < this.now) return commandError('expired', 'Late');
    this.runs.set(command.id, (this.runs.get(command.id) ?? 0) + 1);
    if (command.name === 'setVolume') this.level = command.level;
    this.revision++;
    const { epoch, id } = command;
    const result = { id, epoch, facet: 'volume', revision: this.revision } as const;
    this.memory.set(id, result);
    return result;
  }

  private answer(pick: number): void {
    if (!this.up) return;
    const [answer] = this.answers.splice(pick % (this.answers.length || 1), 1);
    if (!answer || !this.out.delete(answer.id)) return;
    const { id, outcome } = answer;
    if (outcome instanceof StanzaError) this.queue.refused(id, outcome);
    else this.queue.answered(id, outcome);
  }

  /** A stanza disappears. */
  private lose(pick: number): void {
    if (!this.up) this.transit.splice(pick % (this.transit.length || 1), 1);
  }

  private down(): void {
    this.up = false;
    this.queue.linkDown();
  }

  private resume(): void {
    if (this.up) return;
    this.up = true;
    this.queue.linkResumed();
  }

  /** A session without a past: no request of the one before is answered. */
  private renew(): void {
    this.up = true;
    this.answers = [];
    this.queue.linkDown();
    for (const id of [...this.out]) {
      this.out.delete(id);
      this.queue.unanswered(id);
    }
  }

  private sync(): void {
    if (this.up) this.queue.ready(`e${this.epoch}`, () => 0);
  }

  private away(): void {
    this.queue.unready();
  }

  private restart(): void {
    this.epoch++;
    this.memory = new Map();
  }

  private wait(pick: number): void {
    this.now += (pick % 100) / 10;
    this.queue.tick();
  }

  private abort(pick: number): void {
    const entry = this.entries[pick % (this.entries.length || 1)];
    if (entry && pick % 10 === 0) this.queue.end('closed');
    else if (entry) this.queue.give(entry.id, localCommandError('aborted'));
  }

  /** The session turns out not to be online. */
  private unsent(): void {
    const id = [...this.out].at(-1);
    const command = this.transit.at(-1);
    if (id === undefined || command?.id !== id) return;
    this.transit.pop();
    this.out.delete(id);
    this.queue.unsent(id);
  }

  /** Somebody on the way says that nobody got it, whether or not that is true. */
  private bounce(): void {
    const [id] = this.out;
    if (id === undefined) return;
    this.out.delete(id);
    this.queue.bounced(id, new Error('recipient-unavailable'));
  }
}

it('settles each command exactly once, whatever happens, and none runs twice', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 5, maxLength: 120, size: 'max' }), (happenings) => {
      const world = new World();
      for (const happening of happenings) world.run(happening);
      world.finish();
      for (const { id, status, error } of world.entries) {
        const runs = world.runs.get(id) ?? 0;
        expect(world.settled.get(id)).toBe(1);
        expect(runs).toBeLessThanOrEqual(1);
        if (status === 'done') expect(runs).toBe(1);
        else if (error?.code !== 'outcome-unknown' && error?.code !== 'aborted')
          expect([error?.code, runs]).toEqual([error?.code, 0]);
      }
    }),
    { numRuns: 3000 },
  );
});
