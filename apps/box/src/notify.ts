import { spawn } from 'node:child_process';

// sd_notify(3). The socket is one of datagrams, which Node does not have, so systemd-notify sends for us: a few
// times in the life of the process, and twice in each WatchdogSec.

export interface ServiceManager {
  /** Resolves when it is told, or cannot be. Never rejects. */
  notify(...assignments: string[]): Promise<void>;
  /** Milliseconds between two signs of life that are due; undefined: nobody waits for them. */
  readonly watchdogInterval: number | undefined;
}

/** Undefined: nobody wants to know. */
export function serviceManager(
  environment: NodeJS.ProcessEnv,
  onError: (error: Error) => void,
): ServiceManager | undefined {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (!NOTIFY_SOCKET) return undefined;
  const microseconds = Number(WATCHDOG_USEC);
  const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  let failed = false;
  return {
    watchdogInterval: microseconds > 0 && isOurs ? microseconds / 2000 : undefined,
    notify: (...assignments) =>
      new Promise((resolve) => {
        const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...assignments], {
          stdio: 'ignore',
          // Longer than this, and the next sign of life is due.
          timeout: 10_000,
        });
        const settle = (problem: string | undefined) => {
          if (problem !== undefined && !failed)
            onError(new Error(`systemd cannot be told how the box is: systemd-notify ${problem}.`));
          failed = problem !== undefined;
          resolve();
        };
        child.once('error', (error: NodeJS.ErrnoException) => settle(`fails (${error.code})`));
        child.once('exit', (code, signal) =>
          settle(code === 0 ? undefined : `ended with ${code ?? signal}`),
        );
      }),
  };
}

/**
 * The descriptor of a listening socket that systemd passed on (sd_listen_fds(3)); undefined: none.
 * @throws Error more than one was passed
 */
export function passedSocket(environment: NodeJS.ProcessEnv): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = environment;
  if (LISTEN_PID !== String(process.pid) || !LISTEN_FDS) return undefined;
  // What we start has no use for them.
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (LISTEN_FDS !== '1')
    throw new Error('The box listens at one socket: give its unit one ListenStream.');
  return 3;
}

/**
 * Gives a sign of life as long as `isAlive` says so. That it is asked at all shows that the event loop turns.
 * Returns the function that ends it.
 */
export function keepWatchdog(manager: ServiceManager, isAlive: () => boolean): () => void {
  const { watchdogInterval } = manager;
  if (watchdogInterval === undefined) return () => {};
  const timer = setInterval(() => {
    if (isAlive()) void manager.notify('WATCHDOG=1');
  }, watchdogInterval);
  return () => clearInterval(timer);
}
