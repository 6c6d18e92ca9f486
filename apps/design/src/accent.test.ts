import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accentOf,
  contrast,
  minimumContrast,
  onAccent,
  parseHex,
  type Rgb,
  toHex,
} from './accent.ts';

const dark = [parseHex('#110e0d'), parseHex('#282320')];
const light = [parseHex('#faf6f1'), parseHex('#f0e9e1')];

function picture(...pixels: Rgb[]): Uint8ClampedArray {
  return new Uint8ClampedArray(pixels.flatMap((rgb) => [...rgb, 255]));
}

test('contrast is that of WCAG', () => {
  expect(contrast(parseHex('#fff'), parseHex('#000'))).toBeCloseTo(21, 5);
  expect(contrast(parseHex('#777777'), parseHex('#ffffff'))).toBeCloseTo(4.48, 2);
});

test.each([
  ['dark', dark],
  ['light', light],
] as const)('whatever the picture, the accent is readable on %s', (_, backgrounds) => {
  const channel = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.array(fc.tuple(channel, channel, channel), { maxLength: 24 }), (pixels) => {
      const accent = accentOf(picture(...pixels), backgrounds);
      if (!accent) return;
      const shown = parseHex(toHex(accent));
      expect(shown).toEqual(accent);
      for (const background of backgrounds)
        expect(contrast(shown, background)).toBeGreaterThanOrEqual(minimumContrast);
      expect(contrast(shown, onAccent(shown))).toBeGreaterThanOrEqual(minimumContrast);
    }),
  );
});

test('takes the colour that fills the picture and leaves its hue', () => {
  const accent = accentOf(picture([200, 40, 30], [190, 50, 30], [20, 20, 20], [30, 60, 200]), dark);
  expect(accent).toBeDefined();
  const [r, g, b] = accent ?? [0, 0, 0];
  expect(r).toBeGreaterThan(g);
  expect(r).toBeGreaterThan(b);
});

test('a grey, an empty or a transparent picture has none', () => {
  expect(accentOf(picture([128, 128, 128], [10, 10, 10], [250, 250, 250]), dark)).toBeUndefined();
  expect(accentOf(new Uint8ClampedArray(), dark)).toBeUndefined();
  expect(accentOf(new Uint8ClampedArray([255, 0, 0, 0]), dark)).toBeUndefined();
});
