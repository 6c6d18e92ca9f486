// City lights out of focus behind a window in the rain; each drop shows the street upside down.

import { Picture } from '../canvas.mjs';
import { clamp, mix, random, smoothstep, TAU, wrap } from '../noise.mjs';

const COLOURS = [
  [1, 0.52, 0.16],
  [1, 0.66, 0.3],
  [1, 0.42, 0.1],
  [1, 0.8, 0.52],
  [1, 0.16, 0.1],
  [0.2, 0.75, 0.9],
  [0.3, 0.45, 1],
  [0.95, 0.25, 0.62],
  [0.25, 0.9, 0.6],
];

const SHINE = [0.75, 0.85, 1];

/** A light out of focus takes the shape of the aperture: a flat disc with a slightly brighter rim. */
const bokeh = (d) => smoothstep(1, 0.9, d) * (0.62 + 0.38 * smoothstep(0.55, 0.95, d));

export function createScene(width, height) {
  const next = random(51);
  const s = height / 720;
  const lights = Array.from({ length: 74 }, (_, i) => {
    const depth = next();
    return {
      x: next() * 1.1 - 0.05,
      y: 0.5 + (next() - 0.5) * (i < 46 ? 0.5 : 0.95),
      radius: mix(13, 44, depth ** 1.5) * s,
      colour: COLOURS[Math.floor(next() ** 1.5 * COLOURS.length)],
      gain: mix(1.1, 0.42, depth) * (0.3 + next() ** 2 * 1.3),
      turns: 1 + Math.floor(next() * 3),
      phase: next(),
    };
  });
  // Two lanes of traffic: white lights come, red ones go.
  const cars = Array.from({ length: 12 }, (_, i) => ({
    coming: i % 2 === 0,
    phase: (i + next() * 0.7) / 12,
    lane: next(),
  }));

  const drops = Array.from({ length: 640 }, () => {
    const size = mix(1.6, 21, next() ** 5) * s;
    return {
      x: next() * width,
      y: next() * height,
      size,
      tall: 1 + next() * 0.25,
      phase: next(),
      lasting: size > 5 * s ? next() < 0.7 : next() < 0.35,
      wobble: next() * TAU,
    };
  });
  const runners = Array.from({ length: 9 }, (_, i) => ({
    x: ((i + 0.2 + next() * 0.6) / 9) * width,
    size: mix(10, 17, next()) * s,
    phase: wrap(i * 0.618, 1),
    bend: next() * TAU,
  }));

  const street = new Picture(width / 2, height / 2);
  const misty = new Picture(width / 4, height / 4);

  function drawStreet(turn) {
    street.paint((_x, y, out) => {
      const v = y / street.height;
      const glow = Math.exp(-((v - 0.56) ** 2) / 0.05);
      out[0] = 0.006 + 0.045 * glow;
      out[1] = 0.01 + 0.02 * glow;
      out[2] = 0.028 + 0.03 * glow;
    });
    for (const light of lights) {
      const pulse = 0.88 + 0.12 * Math.sin(TAU * (light.turns * turn + light.phase));
      street.addLight(
        light.x * street.width,
        light.y * street.height,
        light.radius / 2,
        light.colour,
        light.gain * pulse,
        bokeh,
      );
    }
    for (const car of cars) {
      const way = wrap(turn + car.phase, 1);
      const x = (car.coming ? way : 1 - way) * 1.2 - 0.1;
      const y = 0.7 + 0.035 * car.lane + (car.coming ? 0.05 : 0);
      const colour = car.coming ? [1, 0.9, 0.7] : [1, 0.12, 0.07];
      for (const dx of [-0.02, 0.02]) {
        street.addLight((x + dx) * street.width, y * street.height, 10 * s, colour, 1.1, bokeh);
        // Its reflection in the wet road.
        street.addLight(
          (x + dx) * street.width,
          (y + 0.17) * street.height,
          17 * s,
          colour,
          0.22,
          (d) => (1 - d) ** 2,
        );
      }
    }
    misty.paint((x, y, out) => street.sample(x * 2 + 0.5, y * 2 + 0.5, out)).blur(2);
  }

  const pixel = [0, 0, 0];
  /** A lens: the middle shows the street turned over, the rim is dark, a highlight sits at the upper left. */
  function drawDrop(picture, x, y, size, tall, shown) {
    const ry = size * tall;
    for (let py = Math.max(0, Math.floor(y - ry)); py <= Math.min(height - 1, y + ry); py++) {
      for (let px = Math.max(0, Math.floor(x - size)); px <= Math.min(width - 1, x + size); px++) {
        const u = (px - x) / size;
        const v = (py - y) / ry;
        const d = Math.sqrt(u * u + v * v);
        const cover = clamp((1 - d) * size * 0.7) * shown;
        if (cover <= 0) continue;
        const bend = 1 + d * d * 0.9;
        const reach = height * (0.05 + 0.0035 * size);
        misty.sample(
          (x - u * bend * reach) / 4,
          (y * 0.45 + height * 0.3 - v * bend * reach * 1.3) / 4,
          pixel,
        );
        const shade = mix(1.9, 0.5, d ** 4) * (1 - 0.3 * clamp(-v));
        const shine = Math.exp(-((u + 0.36) ** 2 + (v + 0.42) ** 2) / 0.025) * 0.34;
        const i = (py * width + px) * 3;
        for (let c = 0; c < 3; c++) {
          const value = pixel[c] * shade + shine * SHINE[c] + 0.004;
          picture.data[i + c] += (value - picture.data[i + c]) * cover;
        }
      }
    }
  }

  return (picture, turn) => {
    drawStreet(turn);
    picture.fill([0, 0, 0]).addStretched(misty, 0.9);
    for (const drop of drops) {
      const life = wrap(turn + drop.phase, 1);
      const shown = drop.lasting ? 1 : smoothstep(0, 0.06, life) * smoothstep(1, 0.72, life);
      const grow = drop.lasting ? 1 : mix(0.8, 1, smoothstep(0, 0.5, life));
      if (shown > 0) drawDrop(picture, drop.x, drop.y, drop.size * grow, drop.tall, shown);
    }
    for (const runner of runners) {
      const at = (life) => {
        // Drops run in fits and starts.
        const path = life + 0.045 * Math.sin(TAU * 3 * life + runner.bend);
        const y = mix(-0.12, 1.25, path) * height;
        return [runner.x + Math.sin(y / (90 * s) + runner.bend) * 7 * s, y];
      };
      const life = wrap(turn + runner.phase, 1);
      for (let i = 26; i >= 1; i--) {
        const past = life - i * 0.011;
        if (past < 0) continue;
        const [x, y] = at(past);
        const left = 1 - i / 27;
        drawDrop(
          picture,
          x + Math.sin(i * 7.3 + runner.bend) * 1.5 * s,
          y,
          runner.size * mix(0.14, 0.42, left * Math.abs(Math.sin(i * 5.1))),
          1.3,
          left,
        );
      }
      drawDrop(picture, ...at(life), runner.size, 1.35, 1);
    }
  };
}
