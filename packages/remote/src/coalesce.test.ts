import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Coalescer } from './coalesce.ts';
import { type CommandEntry, CommandQueue } from './commands.ts';
import { localCommandError } from './errors.ts';
import { createHandle } from './handle.ts';

/** Commands that the test answers. */
function commands() {
  const queue = new CommandQueue({
    now: () => 0,
    ask() {},
    effect: () => undefined,
    seen: () => true,
    resync() {},
    changed() {},
  });
  const out: { value: number; done(): void; fail(): void; hold(): void; entry: CommandEntry }[] =
    [];
  const coalescer = new Coalescer<number>((value, signal) => {
    const entry = queue.issue(`c${value}`, { name: 'setVolume', level: value }, 10);
    entry.status = 'sent';
    const { handle, changed } = createHandle(entry);
    const end = (status: 'done' | 'failed') => {
      if (entry.status === 'done' || entry.status === 'failed') return;
      entry.status = status;
      changed();
    };
    const fail = () => {
      entry.error = localCommandError(signal.aborted ? 'aborted' : 'player-failed');
      end('failed');
    };
    signal.addEventListener('abort', fail);
    const done = () => {
      entry.result = { id: entry.id, facet: 'volume', epoch: 'e', revision: 1 };
      end('done');
    };
    const hold = () => {
      entry.status = 'held';
      changed();
    };
    out.push({ value, done, fail, hold, entry });
    return handle;
  });
  return { out, coalescer };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

it('has one command out at most, and the last value arrives', async () => {
  const happenings = fc.array(fc.constantFrom('push', 'push', 'answer', 'fail'), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(happenings, async (steps) => {
      const { out, coalescer } = commands();
      const waiting = () => out.filter(({ entry }) => entry.status === 'sent');
      let last = 0;
      const outcomes: Promise<unknown>[] = [];
      for (const step of steps) {
        if (step === 'push')
          outcomes.push(coalescer.push(++last).catch(({ code }: { code: string }) => code));
        else if (step === 'answer') waiting()[0]?.done();
        else waiting()[0]?.fail();
        await turn();
        expect(waiting().length).toBeLessThanOrEqual(1);
      }
      while (waiting().length > 0) {
        waiting()[0]?.done();
        await turn();
      }
      expect(out.at(-1)?.value ?? 0).toBe(last);
      expect(coalescer.pending).toBeUndefined();
      for (const outcome of await Promise.all(outcomes))
        expect(['done', 'superseded', 'player-failed']).toContain(outcome);
    }),
    { numRuns: 100 },
  );
});

it('replaces one that is still held by the next', async () => {
  const { out, coalescer } = commands();
  const first = coalescer.push(1);
  out[0]?.hold();
  const second = coalescer.push(2);
  expect(coalescer.pending).toBe(2);
  expect(await first).toBe('superseded');
  await turn();
  out.at(-1)?.done();
  expect(await second).toBe('done');
  expect(out.map(({ value }) => value)).toEqual([1, 2]);
});
