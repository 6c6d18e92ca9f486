import { type ChildProcess, spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MpvSpawn } from './options.ts';

/**
 * mpv as a TV's player: a window that stays, nothing on screen and no keys but ours, and nothing loaded that
 * the media did not bring along. It needs a build with Lua, as distributions have it: some switch its scripts off.
 */
const defaultArguments: readonly string[] = [
  '--idle=yes',
  '--force-window=yes',
  '--fullscreen=yes',
  '--cursor-autohide=always',
  '--keep-open=no',
  // Error messages are for whoever wants to know why it did not start.
  '--input-terminal=no',
  '--msg-level=all=error',
  '--msg-color=no',
  '--osc=no',
  '--osd-level=0',
  '--osd-bar=no',
  '--input-default-bindings=no',
  '--volume-max=100',
  '--resume-playback=no',
  '--save-position-on-quit=no',
  '--ytdl=no',
  '--load-scripts=no',
  '--load-stats-overlay=no',
  '--load-osd-console=no',
  '--load-auto-profiles=no',
  '--load-unsafe-playlists=no',
  '--autoload-files=no',
];

/** How much of what mpv printed is kept. */
const outputLimit = 2000;

/** An mpv that this process started. It outlives it: see `letGo`. */
export class MpvProcess {
  /** Resolves, with a sentence, when it has exited or could not be started. Never rejects. */
  readonly exited: Promise<string>;
  hasExited = false;
  private readonly child: ChildProcess;
  private output = '';

  static async start(socket: string, options: MpvSpawn): Promise<MpvProcess> {
    await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
    // Of one that is gone, or is not to be talked to: nobody shall take it for the new one's.
    const old = await lstat(socket).catch(() => undefined);
    if (old?.isSocket()) await rm(socket, { force: true });
    return new MpvProcess(socket, options);
  }

  private constructor(socket: string, { command = 'mpv', args = [], env }: MpvSpawn) {
    this.child = spawn(
      command,
      [...defaultArguments, ...args, socketArgument(socket)],
      // A group of its own: Ctrl-C is for us, and we decide what becomes of mpv.
      { env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk).slice(-outputLimit);
      });
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error: NodeJS.ErrnoException) => {
        this.hasExited = true;
        const why = error.code === 'ENOENT' ? 'there is no such command' : error.message;
        resolve(`${command} could not be started: ${why}.`);
      });
      this.child.once('exit', (code, signal) => {
        this.hasExited = true;
        const tell = () => resolve(this.describeExit(code, signal));
        // `close` comes when all that it printed has been read; not while a child of its own lives on.
        this.child.once('close', tell);
        setTimeout(tell, 100).unref();
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** It goes on without us. */
  letGo(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    this.child.unref();
  }

  private describeExit(code: number | null, signal: NodeJS.Signals | null): string {
    if (signal) return `mpv was ended by ${signal}.`;
    const said = this.output.trim().split('\n').slice(0, 2).join(' ');
    return `mpv exited with code ${code}${said ? `: ${said}` : ''}.`;
  }
}

/** Ends whichever mpv of this user was started with that socket, also if it does not answer any more. */
export async function killOwners(socket: string): Promise<void> {
  const wanted = socketArgument(socket);
  let entries: string[];
  try {
    entries = await readdir('/proc');
  } catch {
    // Not Linux: whoever it is stays, and the socket is taken over.
    return;
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const args = (await readFile(`/proc/${entry}/cmdline`, 'utf8')).split('\0');
      if (args.includes(wanted) && Number(entry) !== process.pid)
        process.kill(Number(entry), 'SIGKILL');
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
}

function socketArgument(socket: string): string {
  return `--input-ipc-server=${socket}`;
}
