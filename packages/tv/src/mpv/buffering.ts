import type { Clock } from '../clock.ts';

/** Milliseconds without data before playback counts as buffering: every seek has some. */
const bufferingAfter = 300;

/** Time stands still although it should not. Said only when it lasts. */
export class Buffering {
  lasts = false;
  private readonly clock: Clock;
  private readonly onLasts: () => void;
  private timer: unknown;

  constructor(clock: Clock, onLasts: () => void) {
    this.clock = clock;
    this.onLasts = onLasts;
  }

  watch(starved: boolean): void {
    if (!starved) {
      this.clock.clearTimeout(this.timer);
      this.timer = undefined;
      this.lasts = false;
    } else if (this.timer === undefined) {
      this.timer = this.clock.setTimeout(() => {
        this.lasts = true;
        this.onLasts();
      }, bufferingAfter);
    }
  }
}
