/** A command that the firmware gives for something that only it can do. No shell is involved. */
export interface Hook {
  command: [string, ...string[]];
  /** Seconds until it is ended; default 5. */
  timeout?: number;
}

export interface Hooks {
  /** Somebody loads or plays while the TV sleeps. */
  wake?: Hook;
  /** The first media after idleness: make this device the visible input of the screen. */
  input?: Hook;
  /** Nothing was loaded for `standby-after` seconds. */
  standby?: Hook;
  /** Prints `on` or `standby`; asked every `interval` seconds (default 10). */
  status?: Hook & { interval?: number };
}
