// An aurora over snowy mountains and a still lake, with a lit cabin on the shore.

import { Mask, Picture } from '../canvas.mjs';
import { clamp, gradient, mix, octaves, perlin, random, smoothstep, TAU } from '../noise.mjs';

const SHORE = 0.76;
const CABIN = 0.655;
const RIPPLE_STEP = 8;
const FAR_ROCK = [0.01, 0.02, 0.034];
const NEAR_ROCK = [0.004, 0.008, 0.015];
const SNOW = [0.024, 0.036, 0.062];

const skyColour = gradient([
  [0, [0.003, 0.006, 0.022]],
  [0.5, [0.006, 0.015, 0.04]],
  [1, [0.016, 0.042, 0.066]],
]);
const curtainColour = gradient([
  [0, [0.42, 0.95, 0.5]],
  [0.1, [0.1, 1, 0.42]],
  [0.42, [0.06, 0.72, 0.56]],
  [0.75, [0.26, 0.2, 0.72]],
  [1, [0.42, 0.1, 0.55]],
]);

const CURTAINS = [
  { base: 0.5, span: 0.1, height: 0.56, fold: 0.07, folds: 2.3, phase: 0.1, gain: 1, turns: 1 },
  {
    base: 0.38,
    span: 0.13,
    height: 0.42,
    fold: 0.1,
    folds: 1.6,
    phase: 0.55,
    gain: 0.62,
    turns: -1,
  },
  { base: 0.58, span: 0.05, height: 0.3, fold: 0.05, folds: 3.2, phase: 0.8, gain: 0.4, turns: 1 },
];
const COLUMNS = 2400;

/** Draws one ribbon of light as many upright rays; where the ribbon folds back, rays add up and shine. */
function drawCurtain(layer, curtain, noise, turn) {
  const { width, height } = layer;
  for (let i = 0; i < COLUMNS; i++) {
    const s = i / COLUMNS;
    const wave = TAU * (curtain.phase + curtain.turns * turn);
    const x =
      -0.25 +
      1.5 * s +
      curtain.fold * 2.2 * Math.sin(TAU * curtain.folds * 0.6 * s + wave) +
      curtain.fold * Math.sin(TAU * curtain.folds * 1.9 * s - wave * 2);
    const foot =
      curtain.base +
      curtain.span * Math.sin(TAU * (0.9 * s + curtain.phase) - wave) +
      curtain.span * 0.35 * Math.sin(TAU * 2.7 * s + wave * 2);
    const rays = noise(s * 64, curtain.phase * 50, turn * 8, 256, 8) * 0.5 + 0.5;
    const fine = noise(s * 190, curtain.phase * 90, turn * 12, 256, 12) * 0.5 + 0.5;
    const swell = smoothstep(-0.45, 0.55, noise(s * 4.5, curtain.phase * 30, turn * 4, 256, 4));
    const strength = curtain.gain * (0.05 + swell) * (0.2 + 1.5 * rays * rays + 0.4 * fine);
    const reach = curtain.height * (0.55 + 0.6 * rays) * (0.6 + 0.5 * swell);
    const rows = Math.floor(reach * height);
    for (let row = -6; row < rows; row++) {
      const v = row / rows;
      const y = Math.floor(foot * height) - row;
      if (y < 0 || y >= height) continue;
      const edge = smoothstep(-6, 8, row);
      const light = strength * edge * Math.exp(-2.6 * Math.max(v, 0)) * (1 - Math.max(v, 0)) * 0.19;
      // Rays lean towards the magnetic zenith, far above the picture.
      const px = (x + (0.5 - x) * 0.24 * Math.max(v, 0)) * width;
      const column = Math.floor(px);
      const share = px - column;
      const colour = TINTS[clamp(Math.floor(v * 63), 0, 63)];
      layer.addPixel(column, y, colour, light * (1 - share));
      layer.addPixel(column + 1, y, colour, light * share);
    }
  }
}
const TINTS = Array.from({ length: 64 }, (_, i) => curtainColour(i / 63));

function ridge(noise, seed, base, height, scale) {
  return (x) => {
    let sum = 0;
    let gain = 1;
    for (let octave = 0; octave < 6; octave++) {
      const f = scale * 2 ** octave;
      sum += gain * (1 - 2 * Math.abs(noise(x * f + seed, seed * 3.7 + octave * 5)));
      gain *= 0.46;
    }
    return base - height * clamp(sum * 0.42 + 0.22, -0.2, 1.4);
  };
}

function drawPine(mask, x, foot, size, next) {
  mask.stroke(x, foot, x, foot - size, size * 0.07, 1);
  const tiers = 7;
  for (let i = 0; i < tiers; i++) {
    const y = foot - size * (0.1 + (0.82 * i) / tiers);
    const half = size * 0.23 * (1 - i / (tiers + 0.6)) * (0.85 + next() * 0.3);
    mask.polygon([
      [x - half, y + half * 0.22],
      [x, y - size * 0.24],
      [x + half, y + half * 0.22],
      [x, y - half * 0.1],
    ]);
  }
}

export function createScene(width, height) {
  const noise = perlin(11);
  const fine = octaves(perlin(12), 5);
  const next = random(13);
  const shore = SHORE * height;

  const sky = new Picture(width, height).paint((_x, y, out) => {
    const colour = skyColour(clamp(y / shore));
    out[0] = colour[0];
    out[1] = colour[1];
    out[2] = colour[2];
  });
  const stars = Array.from({ length: 620 }, () => ({
    x: next() * width,
    y: next() ** 1.25 * shore,
    size: 1 + next() ** 8 * 1.3,
    gain: 0.05 + next() ** 6 * 1.3,
    colour: next() < 0.3 ? [1, 0.86, 0.7] : [0.76, 0.87, 1],
    turns: 3 + Math.floor(next() * 9),
    phase: next(),
  }));

  // Land: how much of the sky it hides, and how it looks by the light of the aurora.
  const far = ridge(noise, 3.1, 0.735, 0.27, 1.7);
  const near = ridge(noise, 8.6, 0.765, 0.13, 2.6);
  const farMask = new Mask(width, height).below((x) => far(x / height) * height);
  const nearMask = new Mask(width, height).below((x) => near(x / height) * height);
  const snow = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x / height;
      const v = y / height;
      const isNear = nearMask.data[y * width + x] > 0.5;
      const depth = v - (isNear ? near(u) : far(u));
      if (depth < -0.01) continue;
      // Gullies run down and outwards; the light comes from the upper left.
      const scale = isNear ? 9 : 6;
      const gully = (du) =>
        1 - Math.abs(fine((u + du) * scale + depth * 2, v * scale * 0.55 - depth * 2)) * 3.2;
      const slope = clamp((gully(0.006) - gully(-0.006)) * 1.5, -1, 1);
      const cover = smoothstep(0.1, 0.62, gully(0) + 0.1 - depth * (isNear ? 4.2 : 2.4));
      snow[y * width + x] = (0.16 + 0.84 * cover) * (0.5 - 0.5 * slope) * (isNear ? 0.7 : 1);
    }
  }
  const trees = new Mask(width, height);
  for (let i = 0; i < 170; i++) {
    const x = next() * width;
    const clearing = smoothstep(0.03, 0.09, Math.abs(x / width - CABIN));
    const clump = smoothstep(-0.35, 0.4, noise(x / 90, 4));
    drawPine(
      trees,
      x,
      shore + 3,
      (12 + next() * 44 * clump) * (0.35 + 0.65 * clearing) * (height / 720),
      next,
    );
  }
  trees.below((x) => shore - 4 - 3 * noise(x / 40, 9));
  const cabin = drawCabin(width, height, shore);

  const glow = new Picture(width / 2, height / 2);
  const haze = new Picture(width / 8, height / 8);
  const upper = new Picture(width, height);

  function drawAbove(turn) {
    glow.fill([0, 0, 0]);
    for (const curtain of CURTAINS) drawCurtain(glow, curtain, noise, turn);
    const sum = [0, 0, 0];
    haze.paint((x, y, out) => glow.sample(x * 4 + 1.5, y * 4 + 1.5, out)).blur(7);
    for (let i = 0; i < haze.data.length; i++) sum[i % 3] += haze.data[i];
    const light = sum.map((s) => (s / haze.data.length) * 3);

    upper.copy(sky);
    for (const star of stars) {
      const twinkle = 0.75 + 0.25 * Math.sin(TAU * (star.turns * turn + star.phase));
      upper.addLight(star.x, star.y, star.size + 0.6, star.colour, star.gain * twinkle * 1.5);
    }
    upper.addStretched(glow.addStretched(haze, 0.45));

    const rows = Math.ceil(shore);
    for (let i = 0; i < rows * width; i++) {
      const a = farMask.data[i];
      if (a === 0) continue;
      const b = nearMask.data[i];
      const s = snow[i];
      for (let c = 0; c < 3; c++) {
        const rock = mix(FAR_ROCK[c], NEAR_ROCK[c], b);
        const lit = rock + s * (SNOW[c] + light[c] * 0.32) * mix(1, 0.62, b);
        const j = i * 3 + c;
        upper.data[j] += (lit - upper.data[j]) * Math.max(a, b);
      }
    }
    upper.ink(trees, [0.0016, 0.0032, 0.0055]);
    cabin.draw(upper, turn);
  }

  const rippleAt = (x, depth, w, turn) => {
    const u = (x - width / 2) / (0.25 + depth) / 90;
    return noise(u, w + 40, turn * 12, 256, 12) + 0.5 * noise(u * 2.3, w * 2.2, turn * 18, 256, 18);
  };

  const pixel = [0, 0, 0];
  return (picture, turn) => {
    drawAbove(turn);
    picture.copy(upper);
    for (let y = Math.floor(shore); y < height; y++) {
      const depth = (y - shore) / (height - shore);
      const calm = 0.6 + depth * 9;
      const w = 26 / (0.16 + depth);
      for (let x = 0, ripple = 0, slope = 0; x < width; x++, ripple += slope) {
        if (x % RIPPLE_STEP === 0) {
          if (x === 0) ripple = rippleAt(0, depth, w, turn);
          slope = (rippleAt(x + RIPPLE_STEP, depth, w, turn) - ripple) / RIPPLE_STEP;
        }
        upper.sample(
          x + ripple * calm * 0.7,
          shore - (y - shore) * 1.45 - 2 + ripple * calm,
          pixel,
        );
        const keep = mix(0.62, 0.34, depth);
        const i = (y * width + x) * 3;
        picture.data[i] = pixel[0] * keep + 0.0012;
        picture.data[i + 1] = pixel[1] * keep + 0.0035;
        picture.data[i + 2] = pixel[2] * keep + 0.007;
      }
    }
  };
}

function drawCabin(width, height, shore) {
  const x = CABIN * width;
  const s = height / 720;
  const foot = shore - 1;
  const walls = new Mask(width, height)
    .polygon([
      [x - 25 * s, foot],
      [x - 25 * s, foot - 17 * s],
      [x + 25 * s, foot - 17 * s],
      [x + 25 * s, foot],
    ])
    .stroke(x + 14 * s, foot - 20 * s, x + 14 * s, foot - 41 * s, 6 * s);
  const roof = new Mask(width, height).polygon([
    [x - 32 * s, foot - 15 * s],
    [x - 19 * s, foot - 35 * s],
    [x + 19 * s, foot - 35 * s],
    [x + 32 * s, foot - 15 * s],
  ]);
  const windows = new Mask(width, height);
  for (const dx of [-16, -3, 10]) {
    windows.polygon([
      [x + dx * s, foot - 13 * s],
      [x + (dx + 7) * s, foot - 13 * s],
      [x + (dx + 7) * s, foot - 4 * s],
      [x + dx * s, foot - 4 * s],
    ]);
  }
  return {
    draw(picture, turn) {
      const flicker = 1 + 0.06 * Math.sin(TAU * 9 * turn) + 0.05 * Math.sin(TAU * 17 * turn + 1);
      picture.ink(walls, [0.006, 0.005, 0.005]);
      picture.ink(roof, [0.035, 0.06, 0.085]);
      picture.ink(
        windows,
        [2.2, 0.98, 0.26].map((c) => c * flicker),
      );
      picture.addLight(x, foot - 8 * s, 90 * s, [1, 0.45, 0.12], 0.16 * flicker);
    },
  };
}
