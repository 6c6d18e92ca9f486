import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'vite';

/** Bundles `programs/` from the sources, so that plain Node runs them. Returns the folder. */
export async function buildPrograms(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fjern-store-programs-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    ssr: {
      noExternal: true,
      resolve: { conditions: ['@fjern/source', 'node', 'import', 'module', 'default'] },
    },
    build: {
      ssr: true,
      outDir: folder,
      minify: false,
      rolldownOptions: {
        // For CommonJS that is bundled into a module.
        output: { banner: 'const __filename = import.meta.filename;' },
        input: ['change-box', 'change-tvs'].map((name) =>
          join(import.meta.dirname, 'programs', `${name}.ts`),
        ),
      },
    },
  });
  return folder;
}

export interface Outcome {
  /** All numbers that were said. */
  numbers: number[];
  /** The last number that the program said it had stored; 0: none. */
  acknowledged: number;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** Runs until the program ends, or for `lifetime` ms after it has stored something: then it is killed. */
export async function run(command: string[], lifetime?: number): Promise<Outcome> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout === '' && lifetime !== undefined)
      void delay(lifetime).then(() => child.kill('SIGKILL'));
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  // What was said in part was not said.
  const numbers = stdout.split('\n').slice(0, -1).map(Number);
  return { numbers, acknowledged: numbers.at(-1) ?? 0, signal, stderr };
}
