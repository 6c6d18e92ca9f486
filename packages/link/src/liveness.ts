import type { Clock } from './platform.ts';

export interface LivenessOptions {
  clock: Clock;
  /** Seconds of silence after which the peer is asked for a sign of life. */
  idle: number;
  /** Seconds that it has to give one. */
  timeout: number;
  probe(): void;
  dead(): void;
}

/** Notices a peer that is gone without a goodbye, within `idle + timeout` seconds. One timer. */
export class Liveness {
  private readonly options: LivenessOptions;
  private lastHeard: number;
  private probedAt: number | undefined;
  private timer: unknown;

  constructor(options: LivenessOptions) {
    this.options = options;
    this.lastHeard = options.clock.now();
    this.schedule(options.idle);
  }

  /** Called for every frame, so it only notes the time. */
  heard(): void {
    this.lastHeard = this.options.clock.now();
    this.probedAt = undefined;
  }

  /** Asks now, and waits for `timeout` seconds only. */
  check(timeout: number): void {
    this.options.clock.clearTimeout(this.timer);
    this.ask(timeout);
  }

  stop(): void {
    this.options.clock.clearTimeout(this.timer);
  }

  private schedule(seconds: number): void {
    this.timer = this.options.clock.setTimeout(() => this.tick(), Math.max(0, seconds) * 1000);
  }

  private ask(timeout: number): void {
    this.probedAt = this.options.clock.now();
    this.schedule(timeout);
    this.options.probe();
  }

  private tick(): void {
    const { clock, idle, timeout, dead } = this.options;
    if (this.probedAt !== undefined) {
      dead();
      return;
    }
    const silent = (clock.now() - this.lastHeard) / 1000;
    // A clock that was set back must not silence the probe.
    if (silent >= idle || silent < 0) this.ask(timeout);
    else this.schedule(idle - silent);
  }
}
