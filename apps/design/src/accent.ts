/** 0..255 each, whole numbers. */
export type Rgb = readonly [number, number, number];

/** #rgb or #rrggbb. */
export function parseHex(hex: string): Rgb {
  const digits = hex.trim().replace('#', '');
  const wide = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  const value = Number.parseInt(wide, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function toHex(rgb: Rgb): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG 2.2 relative luminance, 0..1. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Hue 0..360, saturation and lightness 0..1. */
function toHsl(rgb: Rgb): [number, number, number] {
  const [r, g, b] = rgb.map((part) => part / 255) as [number, number, number];
  const max = Math.max(r, g, b);
  const min = Math.min(r, g, b);
  const delta = max - min;
  const lightness = (max + min) / 2;
  if (delta === 0) return [0, 0, lightness];
  const hue =
    max === r ? ((g - b) / delta) % 6 : max === g ? (b - r) / delta + 2 : (r - g) / delta + 4;
  return [(hue * 60 + 360) % 360, delta / (1 - Math.abs(2 * lightness - 1)), lightness];
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** WCAG 2.2 AA for text. */
export const minimumContrast = 4.5;

/**
 * The most telling colour of a picture, made light or dark enough to be read on every one of
 * `backgrounds`. Nothing when the picture has no colour to speak of, or no shade of it is readable.
 * @param pixels RGBA, as ImageData.data
 */
export function accentOf(pixels: Uint8ClampedArray, backgrounds: readonly Rgb[]): Rgb | undefined {
  const bins = new Map<number, { weight: number; hue: number; saturation: number }>();
  let total = 0;
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const [r = 0, g = 0, b = 0, alpha = 0] = pixels.subarray(i, i + 4);
    if (alpha < 128) continue;
    total++;
    const [hue, saturation, lightness] = toHsl([r, g, b]);
    // Almost black and almost white have a hue only on paper.
    const weight = saturation * (1 - Math.abs(2 * lightness - 1));
    if (weight < 0.08) continue;
    const key = Math.floor(hue / 20);
    const bin = bins.get(key) ?? { weight: 0, hue: 0, saturation: 0 };
    bin.weight += weight;
    bin.hue += hue * weight;
    bin.saturation += saturation * weight;
    bins.set(key, bin);
  }
  const best = [...bins.values()].sort((a, b) => b.weight - a.weight)[0];
  if (!best || best.weight / total < 0.02) return undefined;
  // Kept between dull and neon.
  const saturation = Math.min(Math.max(best.saturation / best.weight, 0.4), 0.8);
  return readable(best.hue / best.weight, saturation, backgrounds);
}

function readable(hue: number, saturation: number, backgrounds: readonly Rgb[]): Rgb | undefined {
  const dark = backgrounds.every((background) => luminance(background) < 0.18);
  for (let step = 0; step <= 16; step++) {
    const lightness = dark ? 0.6 + step * 0.02 : 0.45 - step * 0.02;
    const candidate = fromHsl(hue, saturation, lightness);
    if (backgrounds.every((background) => contrast(candidate, background) >= minimumContrast))
      return candidate;
  }
  return undefined;
}

const ink: Rgb = [26, 18, 12];
const paper: Rgb = [255, 255, 255];

/** Text or icon colour on top of `accent`. */
export function onAccent(accent: Rgb): Rgb {
  return contrast(accent, ink) >= contrast(accent, paper) ? ink : paper;
}
