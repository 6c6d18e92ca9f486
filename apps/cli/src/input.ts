import { createInterface, type Interface } from 'node:readline';
import { Failure } from './exit.ts';

/** Lines from standard input: what somebody types at a terminal, or what another program says. */
export class Input {
  private readonly signal: AbortSignal;
  private reader: Interface | undefined;
  private lines: AsyncIterator<string> | undefined;

  /** @param signal aborted by Ctrl-C */
  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Whether there is somebody to ask. */
  get isTerminal(): boolean {
    return process.stdin.isTTY === true;
  }

  /**
   * The next line, without space around it. Waits for it until Ctrl-C.
   * @param prompt for whoever sits at a terminal
   * @throws Failure when there is none
   */
  async line(prompt: string): Promise<string> {
    // Not to standard output, which may go elsewhere.
    if (this.isTerminal) process.stderr.write(prompt);
    if (!this.lines) {
      // The terminal's own editing; and Ctrl-C stays a signal.
      const reader = createInterface({ input: process.stdin, terminal: false });
      this.reader = reader;
      this.lines = reader[Symbol.asyncIterator]();
      this.signal.addEventListener('abort', () => reader.close(), { once: true });
      if (this.signal.aborted) reader.close();
    }
    const { value, done } = await this.lines.next();
    if (this.signal.aborted) throw new Failure('interrupted', 'Interrupted.');
    if (done) throw new Failure('usage', 'Standard input has ended without an answer.');
    return value.trim();
  }

  /** Nothing more is read, so that the program can end. */
  close(): void {
    this.reader?.close();
  }
}
