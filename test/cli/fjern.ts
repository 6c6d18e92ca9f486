import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { undocumented } from './documented.ts';

export const program = new URL('../../apps/cli/bin/fjern.js', import.meta.url).pathname;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output, each line parsed. */
  json: Record<string, unknown>[];
}

/** The `fjern` command as it was built, with a home of its own. */
export class Fjern {
  readonly folder: string;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv = {}) {
    this.folder = folder;
    this.environment = { ...process.env, FJERN_CONFIG_DIR: folder, ...environment };
  }

  /** The files of its home. */
  get stored(): string {
    const file = join(this.folder, 'tvs.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  start(...args: string[]): Running {
    return new Running(spawn(process.execPath, [program, ...args], { env: this.environment }));
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** With something on standard input. */
  runWith(input: string, ...args: string[]): Promise<Ended> {
    const running = this.start(...args);
    running.process.stdin.end(input);
    return running.ended;
  }

  /** At a terminal, which shows standard output and standard error as one. */
  atTerminal(...args: string[]): Running {
    const quoted = [process.execPath, program, ...args].map((part) => `'${part}'`).join(' ');
    // Of bsdutils, which is on every Debian.
    return new Running(spawn('script', ['-qec', quoted, '/dev/null'], { env: this.environment }));
  }
}

/** All that any `fjern` of this process has said. */
export const everythingSaid: string[] = [];

export class Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Standard output so far. */
  private readonly said: () => string;
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.process = child;
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      for (const look of [...this.waiting]) look();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const look of [...this.waiting]) look();
    });
    this.said = () => stdout;
    this.ended = once(child, 'close').then(([code]) => {
      everythingSaid.push(stdout, stderr);
      return {
        code,
        stdout,
        stderr,
        get json() {
          const all = stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line));
          const problems = all.flatMap(undocumented);
          if (problems.length > 0) throw new Error(`not as in docs/cli.md: ${problems.join(', ')}`);
          return all;
        },
      };
    });
  }

  /** The first line of JSON that fits, of those so far and to come. */
  async line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return JSON.parse(await this.find((line) => fits(JSON.parse(line))));
  }

  async text(expected: string): Promise<void> {
    await this.find((line) => line === expected);
  }

  /** Also a question, which does not end its line. */
  async asks(question: string): Promise<void> {
    await this.wait(() => (this.said().includes(question) ? question : undefined), question);
  }

  private find(fits: (line: string) => boolean): Promise<string> {
    return this.wait(() => this.lines.find(fits), String(fits));
  }

  private wait(attempt: () => string | undefined, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = attempt();
        if (found === undefined) return;
        this.waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`not in 10 s: ${what}\n${this.said()}`));
      }, 10_000);
      this.waiting.add(look);
      look();
    });
  }
}
