import { type ReadonlySignal, signal } from '@preact/signals';

/**
 * A value under a finger. It is shown in place of the TV's own until the finger is off and the TV has
 * answered the last of it, so that incoming state never pulls the thumb away.
 */
export class Drag {
  private readonly shown = signal<number | undefined>(undefined);
  private readonly touched = signal(false);
  private readonly send: (value: number) => Promise<unknown>;
  private readonly failed: (error: unknown) => void;
  private latest = 0;
  private answered = true;

  constructor(send: (value: number) => Promise<unknown>, failed: (error: unknown) => void) {
    this.send = send;
    this.failed = failed;
  }

  /** Where it is being moved to; nothing when the TV's value counts. */
  get target(): ReadonlySignal<number | undefined> {
    return this.shown;
  }

  /** Whether a finger is on it. */
  get held(): ReadonlySignal<boolean> {
    return this.touched;
  }

  grab(): void {
    this.touched.value = true;
  }

  move(value: number): void {
    if (this.shown.peek() === value) return;
    this.shown.value = value;
    this.answered = false;
    const number = ++this.latest;
    const settled = () => {
      if (number !== this.latest) return;
      this.answered = true;
      this.settle();
    };
    this.send(value).then(settled, (error: unknown) => {
      settled();
      this.failed(error);
    });
  }

  release(): void {
    this.touched.value = false;
    this.settle();
  }

  /** A move that is not part of a longer drag. */
  jump(value: number): void {
    this.move(value);
    this.release();
  }

  private settle(): void {
    if (this.answered && !this.touched.peek()) this.shown.value = undefined;
  }
}
