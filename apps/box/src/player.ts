import type { MpvPlayer } from '@fjern/tv/mpv';
import { socketPath } from './lock.ts';
import type { Options } from './options.ts';
import type { Report } from './report.ts';

/** The player of this process, and what it is told of where the box is. It outlives a restart of the hub. */
export interface LocalPlayer {
  readonly mpv: MpvPlayer;
  /** What relative URIs are relative to from now on: `http://127.0.0.1:7120/`. */
  serveAt(url: string): void;
  /** @param keep mpv goes on, with what it plays, for the next process to take over */
  close(options?: { keep?: boolean }): Promise<void>;
}

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
  const tell = () => {
    const { status } = mpv;
    report({
      event: 'player',
      status: status.status,
      ...(status.status === 'away' ? { reason: status.reason } : {}),
    });
  };
  let told: string | undefined;
  const follow = () => {
    const { status } = mpv;
    const now = status.status === 'away' ? status.reason : status.status;
    // One that cannot be started says so once, however often it is tried.
    if (now === told || (status.status === 'starting' && told !== undefined)) return;
    told = now;
    tell();
  };
  follow();
  mpv.on('status', follow);
  mpv.on('error', (error) => {
    report({ event: 'error', code: 'player', message: String(Object(error).message ?? error) });
  });
  return {
    mpv,
    serveAt: (url) => {
      base = url;
    },
    close: (how) => mpv.close(how),
  };
}
