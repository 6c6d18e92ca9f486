import { type ChildProcess, spawn } from 'node:child_process';

/** A command that the firmware gives for something that only it can do. No shell is involved. */
export interface Hook {
  /** The program, then its arguments. */
  command: string[];
  /** Seconds until it is ended; default 5. */
  timeout?: number;
}

export interface Hooks {
  /** Somebody loads or plays while the TV sleeps. */
  wake?: Hook;
  /** The first media after idleness: make this device the visible input of the screen. */
  input?: Hook;
  /** Nothing was loaded for `standby-after` seconds. */
  standby?: Hook;
  /** Prints `on` or `standby`; asked every `interval` seconds (default 10). */
  status?: Hook & { interval?: number };
}

export type HookName = keyof Hooks;

export class HookError extends Error {
  override name = 'HookError';
  readonly code = 'hook';
}

/** Seconds. */
const defaultTimeout = 5;
/** Milliseconds between asking a command to end and ending it. */
const graceTime = 1000;
/** Characters of what a command prints that are looked at. */
const mostOutput = 4096;

/** Runs hooks, never two of one kind at once. */
export class HookRunner {
  private readonly variables: () => NodeJS.ProcessEnv;
  private readonly running = new Map<HookName, { done: Promise<string>; end: () => void }>();
  private closed = false;

  /** @param variables what a command finds in its environment, beside what the box has */
  constructor(variables: () => NodeJS.ProcessEnv) {
    this.variables = variables;
  }

  /**
   * Resolves with what the command printed, or with undefined when one of the kind runs already.
   * @throws HookError it could not be started, failed, or took too long; one sentence
   */
  async run(name: HookName, hook: Hook): Promise<string | undefined> {
    if (this.closed || this.running.has(name)) return undefined;
    const running = start(name, hook, { ...this.variables(), FJERN_EVENT: name });
    this.running.set(name, running);
    try {
      return await running.done;
    } finally {
      this.running.delete(name);
    }
  }

  /** Ends what runs. Never rejects. */
  async close(): Promise<void> {
    this.closed = true;
    const all = [...this.running.values()];
    for (const { end } of all) end();
    await Promise.allSettled(all.map(({ done }) => done));
  }
}

function start(name: HookName, hook: Hook, variables: NodeJS.ProcessEnv) {
  const [command = '', ...args] = hook.command;
  const timeout = hook.timeout ?? defaultTimeout;
  // A group of its own, so that what it starts ends with it.
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  });
  let kill: NodeJS.Timeout | undefined;
  let ended: string | undefined;
  const end = (why: string) => {
    ended ??= why;
    signal(child, 'SIGTERM');
    kill ??= setTimeout(() => signal(child, 'SIGKILL'), graceTime);
  };
  const limit = setTimeout(() => end(`took longer than ${timeout} s`), timeout * 1000);
  const output = collect(child.stdout);
  const complaint = collect(child.stderr);
  const done = new Promise<string>((resolve, reject) => {
    const settle = (problem: string | undefined) => {
      clearTimeout(limit);
      clearTimeout(kill);
      // Whatever it left behind, and the pipes that that holds open.
      if (problem !== undefined) signal(child, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      if (problem === undefined) resolve(output());
      else reject(new HookError(`The ${name} hook ${problem}.`));
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle(`cannot be started: ${command} (${error.code})`),
    );
    child.once('exit', (code, by) => {
      if (ended !== undefined) return settle(ended);
      if (code !== 0)
        return settle(`failed (${code === null ? by : `exit code ${code}`})${said(complaint())}`);
      // What was printed last may still be in the pipe.
      setImmediate(() => settle(undefined));
    });
  });
  return { done, end: () => end('was ended, as the box stops') };
}

/** To the command and all that it started. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // It has ended by itself.
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    if (text.length < mostOutput) text += chunk.toString('utf8').slice(0, mostOutput - text.length);
  });
  return () => text;
}

function said(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1)?.slice(0, 200);
  return line ? `: ${line.replace(/\.$/, '')}` : '';
}
