import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = new URL('../../apps/box/dist/main.js', import.meta.url).pathname;

export interface BoxEvent {
  event: string;
  [field: string]: unknown;
}

export interface RunningBox {
  readonly port: number;
  readonly tvUrl: string;
  readonly dataDir: string;
  readonly events: readonly BoxEvent[];
  readonly stderr: () => string;
  readonly process: ChildProcessWithoutNullStreams;
  /** The latest event that fits, or the next one that will. */
  event(name: string, fits?: (event: BoxEvent) => boolean): Promise<BoxEvent>;
  /** The same for events that come from now on. */
  next(name: string, fits?: (event: BoxEvent) => boolean): Promise<BoxEvent>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface BoxOptions {
  args?: string[];
  /** For Node, before the program: `--inspect=0`. */
  nodeArgs?: string[];
  /** Beside this process's own environment. */
  env?: NodeJS.ProcessEnv;
  port?: number;
  /** Without `--name` and `--port`, where a configuration file has them. */
  named?: 'file';
  /** Kept when given, removed with the box when not. */
  dataDir?: string;
}

/** Starts the program behind `npm start` as it was built, at the loopback address. */
export function spawnBox(
  options: BoxOptions & { dataDir: string },
): ChildProcessWithoutNullStreams {
  const args = [
    ...(options.nodeArgs ?? []),
    main,
    '--json',
    '--no-mdns',
    ...['--host', '127.0.0.1'],
    ...(options.named === 'file'
      ? []
      : ['--port', String(options.port ?? 0), '--name', 'Living room']),
    ...['--log-level', 'warn'],
    ...['--data-dir', options.dataDir],
    ...(options.args ?? []),
  ];
  return spawn(process.execPath, args, { env: { ...process.env, ...options.env } });
}

/** The same, once it listens. */
export async function startBox(options: BoxOptions = {}): Promise<RunningBox> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'fjern-box-'));
  const child = spawnBox({ ...options, dataDir });
  const exited = once(child, 'exit');
  const events: BoxEvent[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line));
    for (const look of [...waiting]) look();
  });

  function wait(name: string, fits: (event: BoxEvent) => boolean, from: number): Promise<BoxEvent> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = events.slice(from).findLast((event) => event.event === name && fits(event));
        if (!found) return;
        waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        const seen = events.map((event) => event.event).join(', ');
        reject(new Error(`no ${name} event in 20 s; seen: ${seen}\n${stderr}`));
      }, 20_000);
      waiting.add(look);
      look();
    });
  }

  const any = () => true;
  const listening = await wait('listening', any, 0);
  return {
    port: listening.port as number,
    tvUrl: listening.tvUrl as string,
    dataDir,
    events,
    stderr: () => stderr,
    process: child,
    event: (name, fits = any) => wait(name, fits, 0),
    next: (name, fits = any) => wait(name, fits, events.length),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}
