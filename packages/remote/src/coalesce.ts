import type { CommandError } from './errors.ts';
import type { CommandHandle } from './handle.ts';

/** `superseded`: a later value took its place, which is what a drag is for. */
export type DragOutcome = 'done' | 'superseded';

interface Push<T> {
  value: T;
  settle(outcome: DragOutcome | CommandError): void;
}

/**
 * Sends a stream of values one command at a time: while one is out, only the latest of the others is
 * kept. So a slow TV sees few of them, and always the last.
 */
export class Coalescer<T> {
  private readonly send: (value: T, signal: AbortSignal) => CommandHandle;
  private latest: Push<T> | undefined;
  private out: { push: Push<T>; abort: AbortController; handle: CommandHandle } | undefined;

  constructor(send: (value: T, signal: AbortSignal) => CommandHandle) {
    this.send = send;
  }

  /** The last value given, until the TV has answered it. */
  get pending(): T | undefined {
    return this.latest?.value ?? this.out?.push.value;
  }

  /**
   * Resolves when the TV has taken the value or a later one was given instead.
   * @throws CommandError when the value was sent and failed
   */
  push(value: T): Promise<DragOutcome> {
    const outcome = new Promise<DragOutcome>((resolve, reject) => {
      this.latest?.settle('superseded');
      this.latest = {
        value,
        settle: (result) => (typeof result === 'string' ? resolve(result) : reject(result)),
      };
    });
    // Whoever drags seldom looks; the failure is reported as the command's in any case.
    outcome.catch(() => {});
    // One that is still held would only be in the way of this one.
    if (this.out?.handle.status === 'held') this.out.abort.abort();
    else if (!this.out) this.next();
    return outcome;
  }

  private next(): void {
    const push = this.latest;
    if (!push) return;
    this.latest = undefined;
    const abort = new AbortController();
    const handle = this.send(push.value, abort.signal);
    this.out = { push, abort, handle };
    const settled = (outcome: DragOutcome | CommandError) => {
      this.out = undefined;
      push.settle(outcome);
      this.next();
    };
    handle.then(
      () => settled('done'),
      (error: CommandError) => {
        const superseded = error.code === 'superseded' || abort.signal.aborted;
        settled(superseded ? 'superseded' : error);
      },
    );
  }
}
