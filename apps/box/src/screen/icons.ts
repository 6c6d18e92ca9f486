import { type Canvas, palette } from './canvas.ts';

export type Icon =
  | 'play'
  | 'pause'
  | 'stop'
  | 'forward'
  | 'rewind'
  | 'volume'
  | 'muted'
  | 'rate'
  | 'back'
  | 'check'
  | 'warning';

type Points = readonly (readonly [number, number])[];

/** Shapes in a square of 1 × 1. */
const shapes: Record<Icon, readonly Points[]> = {
  play: [
    [
      [0.14, 0.02],
      [0.96, 0.5],
      [0.14, 0.98],
    ],
  ],
  pause: [
    [
      [0.12, 0.04],
      [0.38, 0.04],
      [0.38, 0.96],
      [0.12, 0.96],
    ],
    [
      [0.62, 0.04],
      [0.88, 0.04],
      [0.88, 0.96],
      [0.62, 0.96],
    ],
  ],
  stop: [
    [
      [0.1, 0.1],
      [0.9, 0.1],
      [0.9, 0.9],
      [0.1, 0.9],
    ],
  ],
  forward: [
    [
      [0.02, 0.12],
      [0.5, 0.5],
      [0.02, 0.88],
    ],
    [
      [0.5, 0.12],
      [0.98, 0.5],
      [0.5, 0.88],
    ],
  ],
  rewind: [
    [
      [0.5, 0.12],
      [0.02, 0.5],
      [0.5, 0.88],
    ],
    [
      [0.98, 0.12],
      [0.5, 0.5],
      [0.98, 0.88],
    ],
  ],
  volume: [
    [
      [0, 0.34],
      [0.2, 0.34],
      [0.48, 0.08],
      [0.48, 0.92],
      [0.2, 0.66],
      [0, 0.66],
    ],
    [
      [0.62, 0.34],
      [0.72, 0.34],
      [0.72, 0.66],
      [0.62, 0.66],
    ],
    [
      [0.84, 0.18],
      [0.94, 0.18],
      [0.94, 0.82],
      [0.84, 0.82],
    ],
  ],
  muted: [
    [
      [0, 0.34],
      [0.2, 0.34],
      [0.48, 0.08],
      [0.48, 0.92],
      [0.2, 0.66],
      [0, 0.66],
    ],
    [
      [0.6, 0.36],
      [0.67, 0.29],
      [1, 0.64],
      [0.93, 0.71],
    ],
    [
      [0.93, 0.29],
      [1, 0.36],
      [0.67, 0.71],
      [0.6, 0.64],
    ],
  ],
  rate: [
    [
      [0, 0.8],
      [0.1, 0.45],
      [0.35, 0.2],
      [0.65, 0.2],
      [0.9, 0.45],
      [1, 0.8],
      [0.86, 0.8],
      [0.78, 0.53],
      [0.6, 0.33],
      [0.4, 0.33],
      [0.22, 0.53],
      [0.14, 0.8],
    ],
    [
      [0.46, 0.74],
      [0.7, 0.42],
      [0.58, 0.82],
    ],
  ],
  back: [
    [
      [0, 0.5],
      [0.46, 0.06],
      [0.46, 0.94],
    ],
    [
      [0.4, 0.42],
      [1, 0.42],
      [1, 0.58],
      [0.4, 0.58],
    ],
  ],
  check: [
    [
      [0.04, 0.55],
      [0.16, 0.43],
      [0.38, 0.65],
      [0.84, 0.17],
      [0.96, 0.29],
      [0.38, 0.89],
    ],
  ],
  warning: [
    [
      [0.5, 0.04],
      [1, 0.94],
      [0, 0.94],
    ],
  ],
};

type Drawer = (canvas: Canvas, x: number, y: number, size: number, colour: string) => void;

function drawer(icon: Icon): Drawer {
  return (canvas, x, y, size, colour) => {
    for (const points of shapes[icon])
      canvas.polygon(
        points.map(([a, b]) => [x + a * size, y + b * size] as const),
        colour,
      );
    if (icon !== 'warning') return;
    canvas.rect(x + size * 0.46, y + size * 0.36, size * 0.08, size * 0.3, palette.bg);
    canvas.rect(x + size * 0.46, y + size * 0.74, size * 0.08, size * 0.09, palette.bg);
  };
}

/** Each draws its icon into the square that begins at x and y. */
export const iconDrawers = Object.fromEntries(
  Object.keys(shapes).map((icon) => [icon, drawer(icon as Icon)]),
) as Record<Icon, Drawer>;

export function drawTvIcon(canvas: Canvas, x: number, y: number, colour: string): void {
  canvas.outline(x + 2, y + 14, 48, 36, colour, 8, 4);
  canvas.polygon(
    [
      [x + 13, y + 1],
      [x + 16, y - 2],
      [x + 28, y + 11],
      [x + 25, y + 14],
    ],
    colour,
  );
  canvas.polygon(
    [
      [x + 39, y + 1],
      [x + 36, y - 2],
      [x + 24, y + 11],
      [x + 27, y + 14],
    ],
    colour,
  );
}

export function drawPhoneIcon(canvas: Canvas, x: number, y: number, colour: string): void {
  canvas.outline(x + 4, y, 20, 32, colour, 5, 3);
  canvas.rect(x + 12, y + 23, 4, 4, colour, 2);
}
