import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

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
  private readonly environment: NodeJS.ProcessEnv;

  constructor(configDir: string, environment: NodeJS.ProcessEnv = {}) {
    this.environment = { ...process.env, FJERN_CONFIG_DIR: configDir, ...environment };
  }

  start(...args: string[]): Running {
    return new Running(spawn(process.execPath, [program, ...args], { env: this.environment }));
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }
}

export class Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.process = child;
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const look of [...this.waiting]) look();
    });
    this.ended = once(child, 'close').then(([code]) => ({
      code,
      stdout,
      stderr,
      get json() {
        return stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
      },
    }));
  }

  /** The first line of JSON that fits, of those so far and to come. */
  async line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return JSON.parse(await this.find((line) => fits(JSON.parse(line))));
  }

  async text(expected: string): Promise<void> {
    await this.find((line) => line === expected);
  }

  private find(fits: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.find(fits);
        if (found === undefined) return;
        this.waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`no such line in 10 s: ${fits}\n${this.lines.join('\n')}`));
      }, 10_000);
      this.waiting.add(look);
      look();
    });
  }
}
