// A slow flight into a nebula: lit gas over dark dust, galaxies, and stars passing by.

import { Picture, softLight } from '../canvas.mjs';
import { clamp, gradient, mix, octaves, perlin, random, smoothstep, TAU, wrap } from '../noise.mjs';

const MARGIN = 1.16; // the gas is drawn larger than the picture, so that the view can sway
const PASSING = 420;

const gasColour = gradient([
  [0, [0.004, 0.008, 0.024]],
  [0.3, [0.006, 0.03, 0.08]],
  [0.52, [0.022, 0.135, 0.21]],
  [0.7, [0.3, 0.26, 0.3]],
  [0.84, [0.85, 0.38, 0.2]],
  [1, [1.5, 0.95, 0.55]],
]);
const GAS = Array.from({ length: 257 }, (_, i) => gasColour(i / 256));

/** Noise bent by noise: the folds of gas pushed about by starlight. */
function paintGas(width, height) {
  const warp = octaves(perlin(41), 4);
  const body = octaves(perlin(42), 6);
  const dust = octaves(perlin(43), 6);
  return new Picture(width, height).paint((px, py, out) => {
    const x = (px - width / 2) / height;
    const y = (py - height / 2) / height;
    const wx = warp(x * 1.7 + 3, y * 1.7);
    const wy = warp(x * 1.7 + 40, y * 1.7 + 9);
    const bx = x + wx * 0.55;
    const by = y + wy * 0.55;
    const cloud = body(bx * 2.1 + 10, by * 2.1) * 1.25;
    const thread = 1 - Math.abs(body(bx * 3.2 + 70, by * 3.2 + 5)) * 2.6;
    // A wall of dust rises from the lower left; its edge, facing the light, glows.
    const wall = y * 1.15 - x * 0.42 + 0.02 + wx * 0.55 + cloud * 0.32;
    const edge = Math.exp(-((wall - 0.015) ** 2) / 0.011);
    const inside = smoothstep(0, 0.34, wall);
    const lit = clamp(
      0.215 +
        cloud * 0.46 +
        0.12 * thread +
        0.5 * edge * (0.55 + 0.6 * clamp(thread)) -
        0.12 * inside,
    );
    const colour = GAS[Math.round(lit * 256)];
    const smoke = smoothstep(-0.08, 0.4, dust(bx * 3.6 + 5, by * 3.6 + 30) + wall * 0.5) * inside;
    const rose = inside * clamp(thread) ** 2 * 0.16;
    // The young stars that light the scene.
    const core = Math.exp(-((x - 0.24) ** 2 + (y + 0.2) ** 2) / 0.05);
    out[0] = (colour[0] + rose) * (1 - 0.8 * smoke) + core * 0.05 + 0.012 * smoke;
    out[1] = (colour[1] + rose * 0.35) * (1 - 0.86 * smoke) + core * 0.12;
    out[2] = (colour[2] + rose * 0.3) * (1 - 0.88 * smoke) + core * 0.22;
  });
}

function starColour(next) {
  const heat = next();
  if (heat < 0.22) return [1, 0.68, 0.42];
  if (heat < 0.45) return [1, 0.9, 0.78];
  return [0.72, 0.86, 1];
}

function addGalaxy(picture, x, y, size, tilt, flat, colour) {
  const r = Math.ceil(size);
  for (let dy = -r; dy <= r; dy++) {
    for (let dx = -r; dx <= r; dx++) {
      const u = (dx * Math.cos(tilt) + dy * Math.sin(tilt)) / size;
      const v = (dy * Math.cos(tilt) - dx * Math.sin(tilt)) / size / flat;
      const d = Math.hypot(u, v);
      if (d >= 1) continue;
      const arms = 0.5 + 0.5 * Math.cos(2 * Math.atan2(v, u) + Math.log(d + 0.05) * 4.6);
      const light = Math.exp(-d * 4.2) * (0.25 + 0.9 * arms * smoothstep(0.02, 0.25, d)) * (1 - d);
      const core = Math.exp(-d * d * 70);
      const at = [Math.round(x) + dx, Math.round(y) + dy];
      picture.addPixel(...at, colour, light * 1.15);
      picture.addPixel(...at, [1, 0.82, 0.58], core * 1.1);
    }
  }
}

/** A bright star with the six spikes of a segmented mirror. */
function addBrightStar(picture, x, y, reach, colour, gain) {
  picture.addLight(x, y, reach * 0.7, colour, gain * 0.16, (d) => (1 - d) ** 4);
  picture.addLight(x, y, 2.2 + reach * 0.055, [1, 1, 1], gain * 3, softLight);
  const half = Math.ceil(reach);
  for (let spike = 0; spike < 3; spike++) {
    const angle = Math.PI / 2 + (spike * Math.PI) / 3;
    const [cx, cy] = [Math.cos(angle), Math.sin(angle)];
    for (let step = -half; step <= half; step++) {
      const fade = (1 - Math.abs(step) / half) ** 2.4;
      addPoint(picture, x + cx * step, y + cy * step, colour, gain * 0.5 * fade);
    }
  }
}

/** One point of light between pixels, so that slow stars glide and do not hop. */
function addPoint(picture, x, y, colour, gain) {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const [u, v] = [x - ix, y - iy];
  picture.addPixel(ix, iy, colour, gain * (1 - u) * (1 - v));
  picture.addPixel(ix + 1, iy, colour, gain * u * (1 - v));
  picture.addPixel(ix, iy + 1, colour, gain * (1 - u) * v);
  picture.addPixel(ix + 1, iy + 1, colour, gain * u * v);
}

export function createScene(width, height) {
  const next = random(44);
  const gas = paintGas(Math.round((width * MARGIN) / 2), Math.round((height * MARGIN) / 2));
  const backdrop = new Picture(
    Math.round(width * MARGIN),
    Math.round(height * MARGIN),
  ).addStretched(gas);
  const s = height / 720;
  for (let i = 0; i < 1500; i++) {
    const bright = next() ** 9;
    const [x, y] = [next() * backdrop.width, next() * backdrop.height];
    const veil = smoothstep(0.75, 0.3, y / backdrop.height - (x / backdrop.width - 0.5) * 0.4);
    backdrop.addLight(
      x,
      y,
      (1.3 + bright * 1.6) * s,
      starColour(next),
      (0.07 + bright * 1.6) * (0.25 + 0.75 * veil),
    );
  }
  for (const [x, y, size, tilt, flat, colour] of [
    [0.77, 0.21, 64, 0.5, 0.5, [0.55, 0.72, 1]],
    [0.2, 0.2, 30, -0.7, 0.32, [1, 0.72, 0.5]],
    [0.42, 0.13, 17, 1.2, 0.6, [0.7, 0.8, 1]],
    [0.9, 0.47, 22, 2.4, 0.25, [1, 0.8, 0.62]],
    [0.63, 0.36, 12, 0.1, 0.4, [1, 0.62, 0.45]],
    [0.1, 0.42, 14, 0.9, 0.7, [0.75, 0.85, 1]],
  ])
    addGalaxy(backdrop, x * backdrop.width, y * backdrop.height, size * s, tilt, flat, colour);

  const bright = [
    [0.64, 0.3, 92, [0.62, 0.82, 1], 1],
    [0.3, 0.37, 46, [1, 0.78, 0.55], 0.75],
    [0.86, 0.63, 38, [0.7, 0.86, 1], 0.6],
    [0.47, 0.55, 28, [1, 0.86, 0.7], 0.5],
    [0.13, 0.7, 34, [1, 0.66, 0.42], 0.55],
    [0.53, 0.17, 24, [0.8, 0.9, 1], 0.5],
  ];
  // Stars between us and the gas: each comes nearer once or twice a loop and fades in far away.
  const passing = Array.from({ length: PASSING }, () => ({
    x: (next() - 0.5) * 3.4,
    y: (next() - 0.5) * 2.2,
    phase: next(),
    gain: 0.25 + next() ** 3 * 1.1,
    colour: starColour(next),
  }));

  const pixel = [0, 0, 0];
  return (picture, turn) => {
    const zoom = 1.075 - 0.035 * Math.cos(TAU * turn);
    const left = backdrop.width / 2 + 0.022 * width * Math.sin(TAU * turn);
    const top = backdrop.height / 2 + 0.014 * height * Math.cos(TAU * turn);
    const place = (x, y) => [
      (x * backdrop.width - left) * zoom + width / 2,
      (y * backdrop.height - top) * zoom + height / 2,
    ];
    picture.paint((x, y, out) => {
      backdrop.sample((x - width / 2) / zoom + left, (y - height / 2) / zoom + top, pixel);
      out[0] = pixel[0];
      out[1] = pixel[1];
      out[2] = pixel[2];
    });
    for (const [x, y, reach, colour, gain] of bright) {
      const twinkle = 0.94 + 0.06 * Math.sin(TAU * 6 * turn + x * 40);
      addBrightStar(picture, ...place(x, y), reach * s, colour, gain * twinkle);
    }
    for (const star of passing) {
      const life = wrap(turn + star.phase, 1);
      const depth = mix(2.6, 0.55, life);
      const x = width / 2 + (star.x / depth) * height * 0.8;
      const y = height / 2 + (star.y / depth) * height * 0.8;
      const shown = smoothstep(0, 0.2, life) * smoothstep(1, 0.9, life);
      picture.addLight(x, y, (0.8 + 0.9 / depth) * s + 0.5, star.colour, star.gain * shown * 1.2);
    }
  };
}
