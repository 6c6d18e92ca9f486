/** Seconds until attempt `failures + 1`: exponential with full jitter, so that remotes do not return in step. */
export function backoff(
  failures: number,
  options: { base: number; cap: number; random: () => number },
): number {
  return options.random() * Math.min(options.cap, options.base * 2 ** Math.min(failures, 30));
}
