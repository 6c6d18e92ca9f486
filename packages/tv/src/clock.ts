/** Injectable time and timers, in milliseconds. The link's clock has the same shape. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

const timers = {
  setTimeout: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
  clearTimeout: (timer: unknown): void => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** Never jumps, unlike the wall clocks of TVs, which are set by the network minutes after power-up. */
export const monotonicClock: Clock = { now: () => performance.now(), ...timers };

/** Milliseconds since the Unix epoch: for instants that people see or that outlive the process. */
export const wallClock: Clock = { now: () => Date.now(), ...timers };
