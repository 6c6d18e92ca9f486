import { escapeAss, fit, measure, wrap } from './text.ts';

/** The colours of the TV page: near-black that leans warm, and one accent. */
export const palette = {
  bg: '#110e0d',
  surface2: '#282320',
  surface3: '#37302c',
  text: '#f7f1ea',
  muted: '#b9aca0',
  faint: '#968a7f',
  accent: '#f0a561',
  onAccent: '#201307',
  ok: '#8fd3a2',
  onOk: '#10251a',
  warn: '#f2c75c',
  error: '#ff9c8a',
  focus: '#fff6ea',
  onFocus: '#1c1310',
  paper: '#fdf8f1',
  ink: '#14100e',
  shade: '#0a0706',
} as const;

/** 28 px at 1080p, and a scale of 1.25 from there. */
export const sizes = { m: 28, l: 35, xl: 43.75, xxl: 54.7, xxxl: 68.3, display: 106.8 } as const;

/** libass counts the height of a line as the size; this is how much of it the letters' em is not, in DejaVu Sans. */
const lineHeight = 1.164;

export interface TextStyle {
  size: number;
  colour: string;
  bold?: boolean;
  align?: 'left' | 'center' | 'right';
  /** It ends in `…` where it would be wider. Without one it takes what it takes. */
  width?: number;
  /** Between letters. */
  spacing?: number;
  /** 0..1 */
  opacity?: number;
}

export interface Frame {
  /** Of what is drawn on, in the units of the design: 1920 × 1080, and more in one direction. */
  width: number;
  height: number;
}

/** The picture of 16:9 in the middle of a window of any shape. */
export function frameFor(width: number, height: number): Frame {
  if (!(width > 0 && height > 0)) return { width: 1920, height: 1080 };
  const aspect = width / height;
  return aspect > 1920 / 1080
    ? { width: Math.round(1080 * aspect), height: 1080 }
    : { width: 1920, height: Math.round(1920 / aspect) };
}

/** One overlay of mpv: a list of libass events. Units are pixels of a screen with 1920 × 1080. */
export class Canvas {
  private readonly events: string[] = [];
  private readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Over all of the window. */
  fill(colour: string, opacity = 1): void {
    const { width, height } = this.frame;
    this.draw(rectangle(0, 0, width, height), colour, opacity, '\\pos(0,0)');
  }

  /** From side to side of the window. */
  band(y: number, height: number, colour: string, opacity: number): void {
    const { frame } = this;
    const [, top] = this.origin;
    const bottom = y + height >= 1080 ? frame.height : top + y + height;
    const path = rectangle(0, top + y, frame.width, bottom - top - y);
    this.draw(path, colour, opacity, '\\pos(0,0)');
  }

  rect(
    x: number,
    y: number,
    width: number,
    height: number,
    colour: string,
    radius = 0,
    opacity = 1,
  ) {
    this.path(rounded(x, y, width, height, radius), colour, opacity);
  }

  /** The outline of a rounded rectangle, `thickness` inwards. */
  outline(
    ...[x, y, width, height, colour, radius, thickness]: [
      x: number,
      y: number,
      width: number,
      height: number,
      colour: string,
      radius: number,
      thickness: number,
    ]
  ): void {
    const t = thickness;
    const hole = rounded(
      x + t,
      y + t,
      width - 2 * t,
      height - 2 * t,
      Math.max(0, radius - t),
      true,
    );
    this.path(`${rounded(x, y, width, height, radius)} ${hole}`, colour, 1);
  }

  circle(x: number, y: number, radius: number, colour: string, opacity = 1): void {
    this.rect(x - radius, y - radius, 2 * radius, 2 * radius, colour, radius, opacity);
  }

  /** A closed shape of straight lines. */
  polygon(points: readonly (readonly [number, number])[], colour: string): void {
    const [first, ...rest] = points;
    if (!first) return;
    const lines = rest.map(([x, y]) => `${e(x)} ${e(y)}`).join(' ');
    this.path(`m ${e(first[0])} ${e(first[1])} l ${lines}`, colour, 1);
  }

  /** Drawing commands of ASS, in eighths: it knows no fractions. */
  path(path: string, colour: string, opacity = 1, x = 0, y = 0): void {
    this.draw(path, colour, opacity, this.position(x, y));
  }

  /**
   * One line.
   * @param y of the top of the line
   * @returns how wide it may be
   */
  text(text: string, x: number, y: number, style: TextStyle): number {
    const { size, colour, bold = false, align = 'left', width, spacing = 0, opacity = 1 } = style;
    const shown = width === undefined ? text : fit(text, width / size, bold);
    const tags = [
      `\\an${{ left: 7, center: 8, right: 9 }[align]}${this.position(x, y)}`,
      `\\q2\\fs${n(size * lineHeight)}\\b${bold ? 1 : 0}`,
      spacing ? `\\fsp${n(spacing)}` : '',
      paint(colour, opacity),
    ];
    if (shown !== '') this.events.push(`{${tags.join('')}}${escapeAss(shown)}`);
    return measure(shown, bold) * size + spacing * shown.length;
  }

  /** Several lines, as far as they fit. @returns the y below them */
  paragraph(
    ...[text, x, y, style, lines]: [
      text: string,
      x: number,
      y: number,
      style: TextStyle & { width: number },
      lines: number,
    ]
  ): number {
    const { size, width, bold = false } = style;
    // Large type stands closer.
    const step = size * (size > sizes.xl ? 1.2 : 1.42);
    let top = y;
    for (const line of wrap(text, width / size, lines, bold)) {
      this.text(line, x, top, style);
      top += step;
    }
    return top;
  }

  toString(): string {
    return this.events.join('\n');
  }

  private draw(path: string, colour: string, opacity: number, position: string): void {
    this.events.push(`{\\an7${position}${paint(colour, opacity)}\\p4}${path}{\\p0}`);
  }

  private get origin(): [x: number, y: number] {
    return [(this.frame.width - 1920) / 2, (this.frame.height - 1080) / 2];
  }

  private position(x: number, y: number): string {
    const [left, top] = this.origin;
    return `\\pos(${n(x + left)},${n(y + top)})`;
  }
}

/** The same overlay, with so much of its opacity. @param part 0..1 */
export function fade(overlay: string, part: number): string {
  return overlay.replace(/\\1a&H([0-9A-F]{2})&/g, (_, alpha: string) => {
    return transparency((1 - Number.parseInt(alpha, 16) / 255) * part);
  });
}

function paint(colour: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => colour.slice(at, at + 2).toUpperCase());
  return `\\bord0\\shad0\\1c&H${blue}${green}${red}&${transparency(opacity)}`;
}

function transparency(opacity: number): string {
  const alpha = Math.round((1 - Math.min(1, Math.max(0, opacity))) * 255);
  return `\\1a&H${alpha.toString(16).toUpperCase().padStart(2, '0')}&`;
}

const n = (value: number) => String(Math.round(value * 100) / 100);

/** A coordinate of a drawing. */
const e = (value: number) => String(Math.round(value * 8));

export function rectangle(x: number, y: number, width: number, height: number): string {
  const [left, top, right, bottom] = [x, y, x + width, y + height].map(e);
  return `m ${left} ${top} l ${right} ${top} ${right} ${bottom} ${left} ${bottom}`;
}

/** What a Bézier curve needs for a quarter of a circle. */
const kappa = 0.5523;

/** @param hole the other way round, which cuts it out of what is around it */
function rounded(
  ...[x, y, w, h, radius, hole = false]: [
    x: number,
    y: number,
    w: number,
    h: number,
    radius: number,
    hole?: boolean,
  ]
): string {
  const r = Math.min(radius, w / 2, h / 2);
  if (r <= 0 && !hole) return rectangle(x, y, w, h);
  const k = r * (1 - kappa);
  const [right, bottom] = [x + w, y + h];
  const point = (a: number, b: number) => `${e(a)} ${e(b)}`;
  const curve = (...p: [number, number][]) => `b ${p.map(([a, b]) => point(a, b)).join(' ')}`;
  const line = (a: number, b: number) => `l ${point(a, b)}`;
  const corners = [
    `m ${point(x + r, y)}`,
    line(right - r, y),
    curve([right - k, y], [right, y + k], [right, y + r]),
    line(right, bottom - r),
    curve([right, bottom - k], [right - k, bottom], [right - r, bottom]),
    line(x + r, bottom),
    curve([x + k, bottom], [x, bottom - k], [x, bottom - r]),
    line(x, y + r),
    curve([x, y + k], [x + k, y], [x + r, y]),
  ];
  if (!hole) return corners.join(' ');
  return [
    `m ${point(x + r, y)}`,
    curve([x + k, y], [x, y + k], [x, y + r]),
    line(x, bottom - r),
    curve([x, bottom - k], [x + k, bottom], [x + r, bottom]),
    line(right - r, bottom),
    curve([right - k, bottom], [right, bottom - k], [right, bottom - r]),
    line(right, y + r),
    curve([right, y + k], [right - k, y], [right - r, y]),
    line(x + r, y),
  ].join(' ');
}
