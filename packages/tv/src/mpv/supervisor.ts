import type { Clock } from '../clock.ts';
import { MpvConnection } from './ipc.ts';
import type { MpvSpawn, MpvStatus, MpvTiming } from './options.ts';
import { killOwners, MpvProcess } from './process.ts';

export interface SupervisorOptions {
  socket: string;
  spawn: MpvSpawn | undefined;
  timing: MpvTiming;
  clock: Clock;
  /** A new connection to an mpv, fresh or found: what has to be asked and set before it counts as ready. */
  prepare(connection: MpvConnection): Promise<void>;
  onStatus(status: MpvStatus): void;
}

/** Milliseconds for which a connection has to have lived to be made again at once. */
const lived = 1000;

/**
 * Sees to it that there is an mpv to talk to: finds or starts one, notices when it is gone or hangs, and begins
 * again. Nothing here ever fails: it is ready or away, and tries again.
 */
export class Supervisor {
  status: MpvStatus = { status: 'starting' };
  /** While `ready`. */
  connection: MpvConnection | undefined;
  private readonly options: SupervisorOptions;
  /** The mpv that was started here last. */
  private process: MpvProcess | undefined;
  /** What is being talked to, ready or not. */
  private current: MpvConnection | undefined;
  /** What is at the socket cannot be talked to: the next mpv takes its place. */
  private takeOver = false;
  private readonly closing = new AbortController();
  private closed = false;
  private readonly done: Promise<void>;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.done = this.run();
  }

  /** With `keep`, an mpv that was started or found here goes on without us. Never rejects. */
  async close(keep: boolean): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      if (this.options.spawn && !keep) await this.quit();
      this.process?.letGo();
      this.current?.close();
      this.connection = undefined;
      this.closing.abort();
    }
    await this.done;
  }

  private async run(): Promise<void> {
    const { timing, clock } = this.options;
    // Whoever made this first gets to hear what becomes of it.
    await Promise.resolve();
    let failures = 0;
    while (!this.closed) {
      const begun = clock.now();
      const reason = await this.attempt();
      if (this.closed) return;
      if (clock.now() - begun > timing.sound * 1000) failures = 0;
      failures += 1;
      const nextTry = Math.min(timing.restart * 2 ** (failures - 1), timing.longestRestart);
      this.become({ status: 'away', reason, restarts: failures, nextTry });
      await this.wait(nextTry);
    }
  }

  /** Resolves with a sentence when there is no mpv any more, or it could not be had. Never rejects. */
  private async attempt(): Promise<string> {
    const { clock } = this.options;
    let reason = '';
    try {
      let connection = await this.obtain();
      for (;;) {
        const begun = clock.now();
        reason = await this.serve(connection);
        if (this.closed || this.takeOver || clock.now() - begun < lived) break;
        // Perhaps it was the connection only: then mpv is still there, and nothing was lost.
        connection = await this.open();
      }
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
    return (await this.exit()) ?? reason;
  }

  /** Whichever mpv is there, else one that is started, if that is ours to do. @throws Error */
  private async obtain(): Promise<MpvConnection> {
    const { spawn, socket } = this.options;
    if (!spawn) return this.open();
    if (!this.takeOver) {
      const found = await this.open().catch(() => undefined);
      if (found) return found;
    }
    this.takeOver = false;
    const process = await MpvProcess.start(socket, spawn);
    this.process = process;
    if (this.closed) await this.kill();
    return this.reach(process);
  }

  private open(): Promise<MpvConnection> {
    const { socket, timing, clock } = this.options;
    return MpvConnection.open(socket, timing.request, clock);
  }

  /** The connection to an mpv that has just been started. @throws Error */
  private async reach(process: MpvProcess): Promise<MpvConnection> {
    const { timing, clock } = this.options;
    const until = clock.now() + timing.start * 1000;
    for (let pause = 0.01; !this.closed; pause = Math.min(pause * 1.5, 0.2)) {
      await this.wait(pause, process.exited);
      if (process.hasExited) throw new Error(await process.exited);
      const connection = await this.open().catch(() => undefined);
      if (connection) return connection;
      if (clock.now() >= until) {
        await this.kill();
        throw new Error(`mpv was started and did not answer in ${timing.start} s.`);
      }
    }
    throw new Error('Closed meanwhile.');
  }

  /** Resolves with a sentence when the connection has ended, or is of no use. Never rejects. */
  private async serve(connection: MpvConnection): Promise<string> {
    const { clock } = this.options;
    this.current = connection;
    let beat: unknown;
    try {
      return await new Promise<string>((resolve) => {
        const watch = () => {
          beat = clock.setTimeout(() => {
            // Should this process have been held up itself, what mpv said meanwhile is read first.
            setImmediate(() => this.check(connection, watch, resolve));
          }, this.nextCheck(connection));
        };
        watch();
        void connection.ended.then((reason) => {
          // Of one that could not even be prepared, it is for those who wait for that to decide.
          if (this.connection === connection || this.closed) resolve(reason);
        });
        this.prepare(connection).catch((error: Error) => {
          resolve(this.kill().then(() => error.message));
        });
      });
    } finally {
      clock.clearTimeout(beat);
      connection.close();
      this.current = undefined;
      this.connection = undefined;
    }
  }

  /** @throws MpvError */
  private async prepare(connection: MpvConnection): Promise<void> {
    const { prepare, timing } = this.options;
    // It may be busy opening something: as long as it takes to say that it hangs.
    const pid = await connection.request(['get_property', 'pid'], { limit: timing.hang * 2 });
    await prepare(connection);
    if (this.current !== connection || this.closed) return;
    this.connection = connection;
    this.become({ status: 'ready', ...(typeof pid === 'number' ? { pid } : {}) });
  }

  private nextCheck({ lastHeard }: MpvConnection): number {
    const { timing, clock } = this.options;
    const left = lastHeard + timing.hang * 1000 - clock.now();
    return Math.max(0, Math.min(timing.ping * 1000, left));
  }

  private check(
    connection: MpvConnection,
    goOn: () => void,
    giveUp: (reason: Promise<string>) => void,
  ): void {
    const { timing, clock } = this.options;
    if (this.current !== connection) return;
    if (clock.now() - connection.lastHeard >= timing.hang * 1000) {
      const reason = `mpv did not answer for ${timing.hang} s.`;
      giveUp(this.kill().then(() => reason));
      return;
    }
    connection.request(['get_property', 'pid']).catch(() => {});
    goOn();
  }

  /** Why the mpv that was started here is no more, if that is so: it knows better than the connection. */
  private async exit(): Promise<string | undefined> {
    const { process } = this;
    if (!process) return undefined;
    if (!this.takeOver) await this.wait(0.5, process.exited);
    return process.hasExited && !this.takeOver ? process.exited : undefined;
  }

  /** Ends an mpv that is of no use. Only what is ours to start is ours to end. */
  private async kill(): Promise<void> {
    const { socket, spawn } = this.options;
    if (!spawn) return;
    this.takeOver = true;
    const { process } = this;
    if (process && !process.hasExited) {
      process.kill();
      await process.exited;
    } else {
      await killOwners(socket);
    }
  }

  private async quit(): Promise<void> {
    const { timing } = this.options;
    const { process, current } = this;
    if (current) {
      current.request(['quit']).catch(() => {});
      const gone = process && !process.hasExited ? process.exited : current.ended;
      await this.wait(timing.quit, gone);
    }
    await this.kill();
  }

  private become(status: MpvStatus): void {
    this.status = status;
    this.options.onStatus(status);
  }

  /** Resolves after so many seconds, or earlier with `until` or when it is closed. */
  private wait(seconds: number, until?: Promise<unknown>): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.closing;
    return new Promise((resolve) => {
      const done = () => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.setTimeout(done, seconds * 1000);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
      until?.then(done, done);
    });
  }
}
