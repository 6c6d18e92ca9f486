// Seeded randomness: the same numbers on every machine, so that a clip is the same every time.

export const TAU = Math.PI * 2;
export const clamp = (x, low = 0, high = 1) => (x < low ? low : Math.min(x, high));
export const mix = (a, b, x) => a + (b - a) * x;
export const mixColour = (a, b, x) => a.map((value, i) => mix(value, b[i], x));
export const wrap = (x, period) => x - Math.floor(x / period) * period;

export function smoothstep(from, to, x) {
  const s = clamp((x - from) / (to - from));
  return s * s * (3 - 2 * s);
}

/** Colours along 0..1: `stops` is a list of [position, [r, g, b]] in rising order. */
export function gradient(stops) {
  return (x) => {
    let i = 1;
    while (i < stops.length - 1 && x > stops[i][0]) i++;
    const [from, a] = stops[i - 1];
    const [to, b] = stops[i];
    return mixColour(a, b, smoothstep(from, to, x));
  };
}

/** mulberry32: numbers in 0..1. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

const GRADIENTS = [
  [1, 1, 0],
  [-1, 1, 0],
  [1, -1, 0],
  [-1, -1, 0],
  [1, 0, 1],
  [-1, 0, 1],
  [1, 0, -1],
  [-1, 0, -1],
  [0, 1, 1],
  [0, -1, 1],
  [0, 1, -1],
  [0, -1, -1],
];
const GX = Float64Array.from(GRADIENTS, (g) => g[0]);
const GY = Float64Array.from(GRADIENTS, (g) => g[1]);
const GZ = Float64Array.from(GRADIENTS, (g) => g[2]);
const fade = (t) => t * t * t * (t * (t * 6 - 15) + 10);

/**
 * Perlin noise in about -1..1. x and z repeat after whole periods, which is how a scene loops: let x drift by
 * its period, or z (time) run through its own, once per clip.
 */
export function perlin(seed) {
  const next = random(seed);
  const table = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let i = 255; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [table[i], table[j]] = [table[j], table[i]];
  }
  const directions = table.map((value) => value % GRADIENTS.length);
  const corner = (ix, iy, iz, x, y, z) => {
    const g = directions[(table[(table[ix & 255] + iy) & 255] + iz) & 255];
    return GX[g] * x + GY[g] * y + GZ[g] * z;
  };
  return (x, y, z = 0, periodX = 256, periodZ = 256) => {
    const fx = Math.floor(x);
    const fy = Math.floor(y);
    const fz = Math.floor(z);
    const x0 = wrap(fx, periodX);
    const x1 = wrap(fx + 1, periodX);
    const z0 = wrap(fz, periodZ);
    const z1 = wrap(fz + 1, periodZ);
    const dx = x - fx;
    const dy = y - fy;
    const dz = z - fz;
    const u = fade(dx);
    const v = fade(dy);
    const near = mix(
      mix(corner(x0, fy, z0, dx, dy, dz), corner(x1, fy, z0, dx - 1, dy, dz), u),
      mix(corner(x0, fy + 1, z0, dx, dy - 1, dz), corner(x1, fy + 1, z0, dx - 1, dy - 1, dz), u),
      v,
    );
    if (dz === 0) return near;
    const far = mix(
      mix(corner(x0, fy, z1, dx, dy, dz - 1), corner(x1, fy, z1, dx - 1, dy, dz - 1), u),
      mix(
        corner(x0, fy + 1, z1, dx, dy - 1, dz - 1),
        corner(x1, fy + 1, z1, dx - 1, dy - 1, dz - 1),
        u,
      ),
      v,
    );
    return mix(near, far, fade(dz));
  };
}

/** Octaves of noise, each twice as fine and half as strong; keeps the periods of the first octave. */
export function octaves(noise, count) {
  return (x, y, z = 0, periodX = 256, periodZ = 256) => {
    let sum = 0;
    let gain = 0.5;
    let scale = 1;
    for (let i = 0; i < count; i++) {
      sum += gain * noise(x * scale, y * scale + i * 17, z, periodX * scale, periodZ);
      gain *= 0.5;
      scale *= 2;
    }
    return sum;
  };
}
