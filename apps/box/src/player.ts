import type { MpvPlayer, MpvStatus } from '@fjern/tv/mpv';
import type { Check } from './health.ts';
import { socketPath } from './lock.ts';
import type { Options } from './options.ts';
import type { Report } from './report.ts';

/** The player of this process, and what it is told of where the box is. It outlives a restart of the hub. */
export interface LocalPlayer {
  readonly mpv: MpvPlayer;
  readonly check: Check;
  /** Whether something still happens for a player that is not there: no attempt takes this long. */
  readonly isSupervised: boolean;
  /** What relative URIs are relative to from now on: `http://127.0.0.1:7120/`. */
  serveAt(url: string): void;
  /** @param keep mpv goes on, with what it plays, for the next process to take over */
  close(options?: { keep?: boolean }): Promise<void>;
}

/** Milliseconds: many times what mpv gets to start. */
const longestStart = 120_000;

/** Starts mpv, or looks for the one that is to be used. Waits for neither. */
export async function openPlayer(options: Options, report: Report): Promise<LocalPlayer> {
  const { mpvPlayer } = await import('@fjern/tv/mpv');
  const { command, args, socket } = options.mpv;
  let base = 'http://127.0.0.1/';
  const mpv = mpvPlayer({
    baseUrl: () => base,
    ...(socket === undefined
      ? { socket: socketPath(options.dataDir, 'mpv'), spawn: { command, args } }
      : { socket }),
  });
  let since = performance.now();
  let told: string | undefined;
  const follow = () => {
    since = performance.now();
    const { status } = mpv;
    const reason = status.status === 'away' ? status.reason : undefined;
    const now = reason ?? status.status;
    // One that cannot be started says so once, however often it is tried.
    if (now === told || (status.status === 'starting' && told !== undefined)) return;
    told = now;
    report({
      event: 'player',
      status: status.status,
      ...(reason === undefined ? {} : { reason }),
    });
  };
  follow();
  mpv.on('status', follow);
  mpv.on('error', (error) => {
    report({ event: 'error', code: 'player', message: String(Object(error).message ?? error) });
  });
  return {
    mpv,
    get check() {
      return checkOf(mpv.status);
    },
    get isSupervised() {
      return mpv.status.status === 'ready' || performance.now() - since < longestStart;
    },
    serveAt: (url) => {
      base = url;
    },
    close: (how) => mpv.close(how),
  };
}

function checkOf(status: MpvStatus): Check {
  if (status.status === 'ready') return { status: 'pass', observedValue: 'ready' };
  if (status.status === 'starting') return { status: 'warn', observedValue: 'starting' };
  return { status: 'fail', observedValue: 'away', output: status.reason };
}
