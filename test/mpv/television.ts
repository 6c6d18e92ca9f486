import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import jsQR from 'jsqr';
import { type BoxOptions, type RunningBox, startBox } from '../support/box.ts';
import { until } from '../support/browser.ts';

/** As a camera sees it: RGBA. */
export interface Picture {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** Half as many pixels in a row as the screen has: what a camera makes of it at best, and quickly looked at. */
const [width, height] = [960, 540];

/** A screen of 1920 × 1080 without glass. */
export interface Glass {
  /** `:1` */
  readonly display: string;
  /** What is on it now. */
  picture(): Promise<Picture>;
  close(): Promise<void>;
}

export async function startGlass(): Promise<Glass> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.stdio[3]?.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
  });
  const display = `:${number}`;
  return {
    display,
    async picture() {
      const shot = spawn(
        'import',
        [
          ...['-silent', '-window', 'root'],
          ...['-depth', '8', '-resize', `${width}x${height}!`, 'rgba:-'],
        ],
        { env: { ...process.env, DISPLAY: display }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const chunks: Buffer[] = [];
      for await (const chunk of shot.stdout) chunks.push(chunk as Buffer);
      const data = Buffer.concat(chunks);
      if (data.length !== width * height * 4) throw new Error('There is no picture of the screen.');
      return { data: new Uint8ClampedArray(data), width, height };
    },
    async close() {
      server.kill();
      await exited;
    },
  };
}

/** What a phone's camera reads off the glass, or nothing. */
export async function readCode(glass: Glass): Promise<string | undefined> {
  const { data, width, height } = await glass.picture();
  return jsQR(data, width, height, { inversionAttempts: 'dontInvert' })?.data;
}

/** How bright a part of the picture is, 0..255. @param y of 540, from the top */
export function brightness({ data, width }: Picture, y: number, rows: number): number {
  const part = data.subarray(y * width * 4, (y + rows) * width * 4);
  let sum = 0;
  for (let at = 0; at < part.length; at += 4)
    sum += (part[at] ?? 0) + (part[at + 1] ?? 0) + (part[at + 2] ?? 0);
  return (sum * 4) / (part.length * 3);
}

/** A second connection to the mpv that a box has started: what it says is the truth. */
export interface Witness {
  /** Of mpv. */
  readonly pid: number;
  /** @throws Error with mpv's words */
  command(...command: unknown[]): Promise<unknown>;
  get(property: string): Promise<unknown>;
  close(): void;
}

/** The mpv among the children of the box. */
export async function witness(box: Pick<RunningBox, 'process'>, not?: number): Promise<Witness> {
  const { pid, socket } = await until('an mpv of the box', async () => {
    const parent = box.process.pid ?? 0;
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
    for (const child of children.split(' ').map(Number)) {
      if (child === 0 || child === not) continue;
      const args = argumentsOf(child);
      const socket = args.find((arg) => arg.startsWith('--input-ipc-server='))?.split('=')[1];
      if (socket) return { pid: child, socket };
    }
    return undefined;
  });
  const connection = await until('its socket', () => open(socket));
  const answers = new Map<number, (answer: { error?: string; data?: unknown }) => void>();
  createInterface({ input: connection }).on('line', (line) => {
    const answer = JSON.parse(line) as { request_id?: number; error?: string; data?: unknown };
    answers.get(answer.request_id ?? -1)?.(answer);
  });
  let last = 0;
  const command = (...command: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++last;
      answers.set(id, ({ error, data }) => {
        answers.delete(id);
        if (error === 'success') resolve(data);
        else reject(new Error(`${command.join(' ')}: ${error}`));
      });
      connection.write(`${JSON.stringify({ command, request_id: id })}\n`);
    });
  return {
    pid,
    command,
    get: (property) => command('get_property', property).catch(() => undefined),
    close: () => connection.destroy(),
  };
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function open(socket: string): Promise<ReturnType<typeof connect> | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => resolve(connection));
    connection.on('error', () => resolve(undefined));
  });
}

/** A box with mpv on that glass. */
export function startMpvBox(glass: Glass, options: BoxOptions = {}): Promise<RunningBox> {
  return startBox({
    ...options,
    env: { DISPLAY: glass.display },
    args: [
      ...[
        '--player',
        'mpv',
        '--mpv-args=--vo=x11',
        '--mpv-args=--ao=null',
        '--mpv-args=--no-config',
      ],
      ...(options.args ?? []),
    ],
  });
}
