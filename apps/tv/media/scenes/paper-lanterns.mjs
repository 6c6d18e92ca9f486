// Paper lanterns let go over the roofs of a sleeping town.

import { Mask, Picture } from '../canvas.mjs';
import { clamp, gradient, mix, perlin, random, smoothstep, TAU, wrap } from '../noise.mjs';

const LANTERNS = 120;
const FLAME = [1, 0.75, 0.4];
const skyColour = gradient([
  [0, [0.006, 0.01, 0.04]],
  [0.45, [0.016, 0.022, 0.085]],
  [0.75, [0.075, 0.04, 0.12]],
  [1, [0.28, 0.1, 0.1]],
]);
/** Paper by height: 0 at the crown, 1 at the mouth, where the flame is. */
const paperColour = gradient([
  [0, [0.5, 0.11, 0.015]],
  [0.45, [1.05, 0.32, 0.05]],
  [0.8, [2, 0.85, 0.18]],
  [1, [2.8, 1.5, 0.5]],
]);
const PAPER = Array.from({ length: 65 }, (_, i) => paperColour(i / 64));

export function createScene(width, height) {
  const next = random(31);
  const noise = perlin(32);
  const roofs = drawTown(width, height, random(33));
  const hills = new Mask(width, height).below(
    (x) => (0.8 - 0.055 * noise(x / 330, 2) - 0.025 * noise(x / 90, 7)) * height,
  );
  const sky = new Picture(width, height).paint((x, y, out) => {
    const colour = skyColour(y / height / 0.84);
    const away = Math.abs(x / width - 0.56);
    for (let c = 0; c < 3; c++) out[c] = colour[c] * (1.12 - 0.55 * away);
  });
  for (let i = 0; i < 380; i++) {
    const bright = next() ** 7;
    sky.addLight(
      next() * width,
      next() ** 1.4 * height * 0.7,
      1.4 + bright,
      [0.8, 0.88, 1],
      0.08 + bright,
    );
  }
  sky.ink(hills, [0.042, 0.02, 0.05], 0.9);

  // Sorted from far to near: a near lantern hides a far one.
  const lanterns = Array.from({ length: LANTERNS }, (_, i) => {
    const near = (i / (LANTERNS - 1)) ** 3;
    return {
      near,
      size: mix(5, 56, near) * (0.85 + 0.3 * next()) * (height / 720),
      x: mix(0.5 + (next() - 0.5) * 0.95, wrap(i * 0.618 + 0.13, 1), near ** 0.3),
      climb: mix(0.42, 1.25, near ** 0.7),
      start: mix(0.88, 1.13, near ** 0.5),
      phase: next(),
      drift: (next() - 0.35) * mix(0.12, 0.2, near),
      sways: 2 + Math.floor(next() * 3),
      flickers: 20 + Math.floor(next() * 30),
    };
  });

  return (picture, turn) => {
    picture.copy(sky);
    const drawOne = (lantern) => {
      const life = wrap(turn + lantern.phase, 1);
      const sway = Math.sin(TAU * (turn * lantern.sways + lantern.phase * 7));
      const x = (lantern.x + lantern.drift * (life - 0.5) + sway * 0.006) * width;
      const y = (lantern.start - lantern.climb * life) * height;
      const shown = smoothstep(0, 0.07, life) * smoothstep(1, 0.86, life);
      const flicker =
        0.9 +
        0.06 * Math.sin(TAU * lantern.flickers * turn) +
        0.05 * Math.sin(TAU * (lantern.flickers * 1.5) * 2 * turn + lantern.phase * 9);
      const lean = Math.cos(TAU * (turn * lantern.sways + lantern.phase * 7)) * 0.07;
      drawLantern(picture, x, y, lantern.size, lean, shown * flicker * mix(0.62, 1, lantern.near));
    };
    for (const lantern of lanterns) if (lantern.near < 0.12) drawOne(lantern);
    roofs.draw(picture, turn);
    for (const lantern of lanterns) if (lantern.near >= 0.12) drawOne(lantern);
  };
}

/** A sky lantern about `size` wide; `light` 0..1 also fades it in and out. */
function drawLantern(picture, x, y, size, lean, light) {
  if (light <= 0.003) return;
  picture.addLight(x, y + size * 0.15, size * 3.4, [1, 0.36, 0.07], 0.2 * light);
  const half = size / 2;
  const tall = size * 1.32;
  const top = y - tall / 2;
  const soft = Math.max(1, size * 0.03);
  for (
    let py = Math.max(0, Math.floor(top - 2));
    py < Math.min(picture.height, top + tall + 2);
    py++
  ) {
    const v = (py + 0.5 - top) / tall;
    const s = clamp(v);
    // A rounded crown, widest a third of the way down, and a narrower mouth.
    const shoulder = Math.sqrt(clamp(1 - (1 - Math.min(s / 0.3, 1)) ** 2));
    const reach = half * shoulder * (1 - 0.3 * smoothstep(0.3, 1, s));
    const middle = x + (0.5 - v) * tall * lean;
    const ends = clamp((0.5 - Math.abs(v - 0.5)) * tall + 0.5);
    const paper = PAPER[Math.round(s * 64)];
    for (
      let px = Math.max(0, Math.floor(middle - reach - 2));
      px < Math.min(picture.width, middle + reach + 2);
      px++
    ) {
      const u = (px + 0.5 - middle) / Math.max(reach, 0.5);
      const cover = clamp((reach - Math.abs(px + 0.5 - middle)) / soft + 0.5) * ends;
      if (cover <= 0) continue;
      const round = 0.45 + 0.55 * Math.sqrt(clamp(1 - u * u));
      const ribs =
        1 -
        0.16 *
          smoothstep(0.82, 1, Math.cos(Math.asin(clamp(u, -1, 1)) * 6)) *
          smoothstep(6, 20, size);
      const flame = Math.exp(-(u * u) / 0.16 - ((v - 0.9) / 0.16) ** 2) * 2.2;
      const rim = v > 0.965 ? 0.45 : 1;
      const i = (py * picture.width + px) * 3;
      const a = cover * Math.min(1, light * 1.6);
      for (let c = 0; c < 3; c++) {
        const value = (paper[c] * round * ribs + flame * FLAME[c]) * light * rim;
        picture.data[i + c] += (value - picture.data[i + c]) * a;
      }
    }
  }
}

function drawTown(width, height, next) {
  const walls = new Mask(width, height);
  const windows = [];
  const s = height / 720;
  const ground = (x) =>
    (0.93 - 0.05 * Math.sin((x / width) * 3.1 + 0.2) + 0.035 * (x / width)) * height;
  for (let x = -30; x < width + 30; ) {
    const w = (34 + next() * 44) * s;
    const h = (22 + next() * 34) * s;
    const roof = (16 + next() * 16) * s;
    const y = ground(x + w / 2);
    walls.polygon([
      [x, height],
      [x, y - h],
      [x + w, y - h],
      [x + w, height],
    ]);
    // Eaves that curve up a little at both ends.
    walls.polygon([
      [x - 7 * s, y - h - 3 * s],
      [x + w * 0.16, y - h - roof * 0.45],
      [x + w * 0.3, y - h - roof],
      [x + w * 0.7, y - h - roof],
      [x + w * 0.84, y - h - roof * 0.45],
      [x + w + 7 * s, y - h - 3 * s],
      [x + w, y - h + 2 * s],
      [x, y - h + 2 * s],
    ]);
    if (next() < 0.62) {
      const panes = 1 + Math.floor(next() * 2);
      for (let i = 0; i < panes; i++) {
        const left = x + w * (0.2 + 0.36 * i);
        windows.push({
          mask: pane(width, height, left, y - h + 9 * s, 8 * s, 10 * s),
          x: left + 4 * s,
          y: y - h + 14 * s,
          gain: 0.35 + next() * 0.65,
          turns: 5 + Math.floor(next() * 9),
        });
      }
    }
    x += w * (0.86 + next() * 0.3);
  }
  walls.below((x) => ground(x) - 16 * s - 5 * s * Math.sin(x / 21));
  drawPagoda(walls, 0.79 * width, ground(0.79 * width) + 10, 44 * s);
  return {
    draw(picture, turn) {
      picture.ink(walls, [0.009, 0.006, 0.016]);
      for (const { mask, x, y, gain, turns } of windows) {
        const light = gain * (0.94 + 0.06 * Math.sin(TAU * turns * turn + x));
        picture.ink(mask, [1.5 * light, 0.62 * light, 0.15 * light]);
        picture.addLight(x, y, 34 * s, [1, 0.42, 0.1], 0.1 * light);
      }
    },
  };
}

const pane = (width, height, x, y, w, h) =>
  new Mask(width, height).polygon([
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]);

function drawPagoda(mask, x, foot, unit) {
  let y = foot;
  for (let storey = 0; storey < 5; storey++) {
    const w = unit * (1.05 - storey * 0.14);
    const h = unit * (storey === 0 ? 1.1 : 0.62);
    mask.polygon([
      [x - w * 0.62, y],
      [x - w * 0.62, y - h],
      [x + w * 0.62, y - h],
      [x + w * 0.62, y],
    ]);
    y -= h;
    mask.polygon([
      [x - w * 1.12, y - unit * 0.06],
      [x - w * 0.85, y - unit * 0.02],
      [x + w * 0.85, y - unit * 0.02],
      [x + w * 1.12, y - unit * 0.06],
      [x + w * 0.7, y - unit * 0.2],
      [x + w * 0.5, y - unit * 0.34],
      [x - w * 0.5, y - unit * 0.34],
      [x - w * 0.7, y - unit * 0.2],
    ]);
    y -= unit * 0.26;
  }
  mask.stroke(x, y, x, y - unit * 0.95, unit * 0.09, unit * 0.02);
}
