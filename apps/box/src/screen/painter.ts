import type { Timers } from '@fjern/app-tv/screen';
import { MpvError, type MpvPlayer } from '@fjern/tv/mpv';
import { type Frame, fade, frameFor } from './canvas.ts';
import { type Drawing, type Layer, layers } from './draw.ts';

export interface PainterOptions {
  mpv: MpvPlayer;
  /** Of the first overlay; there are as many as layers. */
  firstId: number;
  timers: Timers;
  onError(error: unknown): void;
}

/** Milliseconds, and opacity, of each step of what comes and goes. */
const step = { time: 40, opacity: 0.2 } as const;
/** Milliseconds until what mpv did not take is tried again. */
const retryAfter = 2000;

/**
 * Brings drawings to mpv. One at a time: what changes meanwhile waits, and only the last of it is sent. mpv keeps
 * overlays for the connection that made them, so a new one gets all of them again.
 */
export class Painter {
  /** The window that the last picture was for. */
  frame: Frame = frameFor(0, 0);
  private readonly options: PainterOptions;
  private readonly sent = new Map<Layer, string>();
  private readonly fading = new Map<Layer, { overlay: string; opacity: number }>();
  private draw: ((frame: Frame) => Drawing) | undefined;
  private isPainting = false;
  private isStale = false;
  private isClosed = false;
  private cancelRetry = () => {};
  private endPause = () => {};

  constructor(options: PainterOptions) {
    this.options = options;
  }

  /** Shows this from now on. */
  paint(draw: (frame: Frame) => Drawing): void {
    this.draw = draw;
    this.isStale = true;
    this.start();
  }

  /** mpv is another one, or another connection to it. */
  renew(): void {
    this.sent.clear();
    this.isStale = true;
    this.start();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry();
    this.endPause();
    if (this.options.mpv.status.status !== 'ready') return;
    const shown = layers.filter((layer) => this.sent.get(layer));
    await Promise.allSettled(shown.map((layer) => this.send(layer, '')));
  }

  private start(): void {
    if (this.isPainting || this.isClosed) return;
    this.isPainting = true;
    this.cancelRetry();
    this.run()
      .catch((error: unknown) => this.retry(error))
      .finally(() => {
        this.isPainting = false;
        // Somebody was too late for the last look.
        if (this.isStale && this.options.mpv.status.status === 'ready') this.start();
      });
  }

  private async run(): Promise<void> {
    let drawing: Drawing | undefined;
    for (;;) {
      if (this.isClosed || this.options.mpv.status.status !== 'ready') return;
      if (this.isStale || !drawing) {
        this.isStale = false;
        this.frame = await this.readFrame();
        drawing = this.draw?.(this.frame);
        if (!drawing) return;
      }
      let isMoving = false;
      for (const layer of layers) {
        const { overlay, isSettled } = this.next(layer, drawing[layer]);
        if (!isSettled) isMoving = true;
        if (this.isClosed) return;
        if (overlay === (this.sent.get(layer) ?? '')) continue;
        await this.send(layer, overlay);
        this.sent.set(layer, overlay);
      }
      if (!isMoving && !this.isStale) return;
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.timers.after(step.time, resolve);
      this.endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** What is seen of it next: what fills the screen comes and goes at once, all else softly. */
  private next(layer: Layer, wanted: string): { overlay: string; isSettled: boolean } {
    if (layer === 'ground') return { overlay: wanted, isSettled: true };
    const last = this.fading.get(layer) ?? { overlay: '', opacity: 0 };
    const change = wanted === '' ? -step.opacity : step.opacity;
    // In whole steps: no sum of them is off by a rounding error.
    const opacity = Math.round(Math.min(1, Math.max(0, last.opacity + change)) * 100) / 100;
    const overlay = wanted === '' && opacity > 0 ? last.overlay : wanted;
    this.fading.set(layer, { overlay, opacity });
    return {
      overlay: opacity === 1 || overlay === '' ? overlay : fade(overlay, opacity),
      isSettled: opacity === (wanted === '' ? 0 : 1),
    };
  }

  private async send(layer: Layer, overlay: string): Promise<void> {
    const z = layers.indexOf(layer);
    await this.options.mpv.command({
      name: 'osd-overlay',
      id: this.options.firstId + z,
      z,
      format: overlay === '' ? 'none' : 'ass-events',
      data: overlay,
      res_x: this.frame.width,
      res_y: this.frame.height,
    });
  }

  private async readFrame(): Promise<Frame> {
    const size = await this.options.mpv.command(['get_property', 'osd-dimensions']);
    const { w, h } = Object(size) as { w?: unknown; h?: unknown };
    return frameFor(Number(w), Number(h));
  }

  private retry(error: unknown): void {
    // It comes back by itself, and everything is sent anew then.
    if (error instanceof MpvError && error.code === 'not-ready') return;
    this.options.onError(error);
    this.cancelRetry = this.options.timers.after(retryAfter, () => this.renew());
  }
}
