import type { WriteStream } from 'node:tty';

/** Who waits no longer than this needs no explanation, ms. */
const patience = 1000;
const frameLength = 100;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * One line at the bottom of a terminal that says what is waited for, once it takes long. Without a terminal it says
 * nothing: nobody looks on, and a log wants results.
 */
export class Progress {
  private readonly terminal: WriteStream | undefined;
  private text: string | undefined;
  private since = 0;
  private shown = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** @param terminal where it is shown; none: it is not */
  constructor(terminal: WriteStream | undefined) {
    this.terminal = terminal;
  }

  /** What is waited for now: `Looking for Living room`. */
  show(text: string): void {
    if (!this.terminal) return;
    this.text = text;
    if (this.timer) return;
    this.since = performance.now();
    this.timer = setInterval(() => this.draw(), frameLength);
    // The program ends when its work does.
    this.timer.unref();
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.text = undefined;
    this.clear();
  }

  /** Takes the line away, so that something can be printed; it comes back while there is something to wait for. */
  clear(): void {
    if (!this.shown) return;
    this.shown = false;
    this.terminal?.write('\r\u001b[K');
  }

  private draw(): void {
    const elapsed = performance.now() - this.since;
    if (!this.terminal || this.text === undefined || elapsed < patience) return;
    const frame = frames[Math.floor(elapsed / frameLength) % frames.length] ?? '';
    const line = `${frame} ${Math.floor(elapsed / 1000)} s  ${this.text} …`;
    // One line is all that can be taken away again.
    this.terminal.write(`\r${[...line].slice(0, this.terminal.columns - 1).join('')}\u001b[K`);
    this.shown = true;
  }
}
