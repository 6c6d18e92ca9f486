import qrcode from 'qrcode';
import { type Canvas, palette, rectangle } from './canvas.ts';

/** ISO/IEC 18004 §9.1: four modules of quiet zone on each side. */
const quietZone = 4;
/** From 3 m, a phone wants this many pixels of a 1080p screen. */
const smallest = 480;

/** The same code is drawn with each minute of the clock, and finding its best mask makes megabytes of garbage. */
let latest: { text: string; code: ReturnType<typeof encode> } | undefined;

function modulesOf(text: string) {
  if (latest?.text !== text) latest = { text, code: encode(text) };
  return latest.code;
}

function encode(text: string) {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' });
  // A whole number of pixels each: edges stay sharp.
  return { modules, pixels: Math.ceil(smallest / modules.size) };
}

/** Of the code on its card, with the quiet zone. */
export function qrWidth(text: string): number {
  const { modules, pixels } = modulesOf(text);
  return (modules.size + 2 * quietZone) * pixels;
}

/** A QR code at level M, dark on light, since cameras expect that. */
export function drawQr(canvas: Canvas, text: string, x: number, y: number): void {
  const { modules, pixels } = modulesOf(text);
  const { size } = modules;
  const width = qrWidth(text);
  canvas.rect(x, y, width, width, palette.paper, 22);
  const runs: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (!modules.get(row, column)) continue;
      let run = 1;
      while (column + run < size && modules.get(row, column + run)) run++;
      const left = x + (column + quietZone) * pixels;
      runs.push(rectangle(left, y + (row + quietZone) * pixels, run * pixels, pixels));
      column += run;
    }
  }
  canvas.path(runs.join(' '), palette.ink);
}
