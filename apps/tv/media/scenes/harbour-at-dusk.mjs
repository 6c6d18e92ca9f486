// The sun going down behind the sea, a sailing boat, a lighthouse and lamps along a jetty.

import { Mask, Picture, softLight } from '../canvas.mjs';
import { clamp, gradient, mix, octaves, perlin, smoothstep, TAU } from '../noise.mjs';

const HORIZON = 0.58;
const SUN = { x: 0.6, y: 0.565, radius: 0.062 };
const BOAT = { x: 0.36, y: 0.645 };
const LIGHTHOUSE = { x: 0.135, y: 0.455 };
const LAMPS = [0.8, 0.875, 0.957];
const RIPPLE_STEP = 4;

/** By height over the horizon: 0 at the horizon, 1 at the top of the picture. */
const skyColour = gradient([
  [0, [1.5, 0.52, 0.14]],
  [0.14, [1.05, 0.33, 0.16]],
  [0.34, [0.5, 0.15, 0.21]],
  [0.62, [0.15, 0.075, 0.2]],
  [1, [0.03, 0.034, 0.115]],
]);
const lampColour = [1, 0.62, 0.25];

export function createScene(width, height) {
  const horizon = HORIZON * height;
  const noise = perlin(21);
  const clouds = octaves(perlin(22), 3);
  const sun = { x: SUN.x * width, y: SUN.y * height, radius: SUN.radius * height };

  const clear = new Picture(width, height).paint((x, y, out) => {
    const e = clamp((horizon - y) / horizon);
    const colour = skyColour(e);
    const dx = (x - sun.x) / height;
    const dy = (y - sun.y) / height;
    const near = Math.exp(-(dx * dx) / 0.1 - (dy * dy) / 0.025);
    const wide = Math.exp(-(dx * dx) / 0.7 - (dy * dy) / 0.09);
    const dim = 0.62 + 0.38 * wide;
    const d = Math.hypot(x - sun.x, y - sun.y) - sun.radius;
    const disc = smoothstep(1.2, -1.2, d);
    const halo = Math.exp(-Math.max(d, 0) / (0.045 * height));
    out[0] = colour[0] * dim + near * 1.1 + halo * 0.8 + disc * 5;
    out[1] = colour[1] * dim + near * 0.48 + halo * 0.42 + disc * 2.9;
    out[2] = colour[2] * dim + near * 0.1 + halo * 0.1 + disc * 0.9;
  });

  const headland = new Mask(width, height).below((x) => {
    const u = x / width;
    const hill = 0.085 * smoothstep(0.3, 0.1, u) + 0.02 * smoothstep(0.36, 0.22, u);
    const rough = 0.012 * noise(u * 26, 3) * smoothstep(0.34, 0.2, u);
    return u < 0.36 ? (HORIZON + 0.001 - hill - rough) * height : height;
  });
  const isles = new Mask(width, height).below((x) => {
    const u = x / width;
    const hill = 0.03 * smoothstep(0.74, 0.95, u) * (1 + 0.5 * noise(u * 12, 8));
    return u > 0.74 ? (HORIZON + 0.001 - hill) * height : height;
  });
  const tower = drawTower(width, height);
  const jetty = drawJetty(width, height);

  const cloudLayer = new Picture(width / 8, Math.ceil(height / 2));
  const sky = new Picture(width, height);
  const mirrored = new Mask(width, height);
  const boat = new Mask(width, height);
  const sails = new Mask(width, height);

  function drawSky(turn) {
    sky.copy(clear);
    const rows = Math.floor((horizon / height) * cloudLayer.height);
    const bodies = new Float32Array(cloudLayer.width * (rows + 6));
    for (let y = 0, i = 0; y < rows + 6; y++) {
      const stretch = 6.5 / (1.28 - y / rows);
      for (let x = 0; x < cloudLayer.width; x++, i++) {
        bodies[i] = clouds((x / cloudLayer.width) * 4 + turn * 4, stretch, turn * 2, 4, 2);
      }
    }
    cloudLayer.paint(
      (x, y, out) => {
        const e = 1 - y / rows;
        const body = bodies[y * cloudLayer.width + x];
        const below = bodies[(y + Math.round(1 + e * 4)) * cloudLayer.width + x];
        const cover = smoothstep(0.02, 0.42, body + 0.06) * smoothstep(0, 0.08, e);
        const rim = clamp((body - below) * 3.2 + 0.35);
        const warmth = Math.exp(-e * 3);
        out[0] = cover * (rim * (0.55 * warmth + 0.2) - 0.02);
        out[1] = cover * (rim * (0.17 * warmth + 0.045) - 0.015);
        out[2] = cover * (rim * (0.1 * warmth + 0.075) - 0.01);
      },
      0,
      rows,
    );
    sky.addStretched(cloudLayer);
    sky.ink(isles, [0.2, 0.075, 0.085]);
    sky.ink(headland, [0.075, 0.035, 0.06]);
    sky.ink(tower, [0.05, 0.025, 0.045]);
    const flash = Math.max(0, Math.cos(TAU * (turn * 4 + 0.1))) ** 14;
    const [lx, ly] = [LIGHTHOUSE.x * width, LIGHTHOUSE.y * height];
    sky.addLight(lx, ly, 7, [1, 0.9, 0.65], 0.8 + flash * 4);
    sky.addLight(lx, ly, 95, [1, 0.8, 0.5], 0.08 + flash * 0.5);
  }

  const rippleAt = (x, d, turn) => {
    const u = ((x - width / 2) / height) * d;
    const swell = noise(u * 2.1 + 7, d * 4 + turn * 4, turn * 6, 256, 6);
    const chop = noise(u * 5.2, d * 11 - turn * 6 + 90, turn * 12, 256, 12) * smoothstep(12, 4, d);
    const fine = noise(u * 12, d * 25 + 30, turn * 18, 256, 18) * smoothstep(6, 2, d);
    return swell * 0.75 + chop * 0.75 + fine * 0.4;
  };

  const pixel = [0, 0, 0];
  function drawSea(picture, turn) {
    for (let y = Math.floor(horizon); y < height; y++) {
      const depth = (y + 0.5 - horizon) / (height - horizon);
      const d = 1.35 / (depth + 0.055);
      const reach = (0.006 + depth * 0.085) * height;
      const keep = mix(0.82, 0.5, depth);
      for (let x = 0, ripple = 0, slope = 0; x < width; x++, ripple += slope) {
        if (x % RIPPLE_STEP === 0) {
          if (x === 0) ripple = rippleAt(0, d, turn);
          slope = (rippleAt(x + RIPPLE_STEP, d, turn) - ripple) / RIPPLE_STEP;
        }
        const lift = reach * (ripple * 1.5 + 0.35);
        sky.sample(x + ripple * reach * 0.4, horizon - (y - horizon) * 0.92 - lift, pixel);
        // The road of light below the sun, broken up by the waves.
        const off = (x - sun.x) / (height * (0.045 + depth * 0.16));
        const glint = Math.exp(-off * off) * smoothstep(0, 0.42, ripple + 0.3 * (1 - depth) - 0.12);
        const my = clamp(Math.round(y + ripple * reach * 0.3), 0, height - 1);
        const mx = clamp(Math.round(x + ripple * reach * 0.35), 0, width - 1);
        const shade = 1 - 0.86 * Math.min(1, mirrored.data[my * width + mx]);
        const i = (y * width + x) * 3;
        picture.data[i] = (pixel[0] * keep + glint * 1.9) * shade + 0.008;
        picture.data[i + 1] = (pixel[1] * keep * 0.95 + glint * 0.8) * shade + 0.008;
        picture.data[i + 2] = (pixel[2] * keep + glint * 0.16) * shade + 0.022;
      }
    }
  }

  return (picture, turn) => {
    drawSky(turn);
    picture.copy(sky);
    const pose = {
      x: BOAT.x * width,
      y: BOAT.y * height + Math.sin(TAU * 5 * turn) * 0.0025 * height,
      tilt: 0.035 + 0.022 * Math.sin(TAU * 4 * turn + 1),
      size: 0.3 * height,
    };
    placeBoat(boat.clear(), sails.clear(), pose, 1);
    placeBoat(mirrored.clear(), mirrored, { ...pose, y: pose.y + 3 }, -0.75);
    drawSea(picture, turn);
    jetty.drawGlow(picture, (x, y) =>
      rippleAt(x, 1.35 / ((y - horizon) / (height - horizon) + 0.055), turn),
    );
    picture.ink(sails, [0.26, 0.085, 0.075], 0.93);
    picture.ink(boat, [0.035, 0.016, 0.028]);
    jetty.draw(picture);
  };
}

function drawTower(width, height) {
  const [x, y] = [LIGHTHOUSE.x * width, LIGHTHOUSE.y * height];
  const h = height;
  return new Mask(width, height)
    .stroke(x, y + 0.05 * h, x, y + 0.008 * h, 0.021 * h, 0.014 * h)
    .stroke(x - 0.011 * h, y + 0.009 * h, x + 0.011 * h, y + 0.009 * h, 0.004 * h)
    .stroke(x, y - 0.007 * h, x, y - 0.016 * h, 0.014 * h, 0.001 * h)
    .stroke(x + 0.025 * h, y + 0.055 * h, x + 0.025 * h, y + 0.03 * h, 0.026 * h);
}

/** `flip` 1 draws the boat, a negative number its mirror image, squeezed by that much. */
function placeBoat(hull, sails, pose, flip) {
  const cos = Math.cos(pose.tilt);
  const sin = Math.sin(pose.tilt);
  const at = ([x, y]) => [
    pose.x + (x * cos - y * sin) * pose.size,
    pose.y + (x * sin + y * cos) * pose.size * flip,
  ];
  const curve = (a, b, c) =>
    Array.from({ length: 13 }, (_, i) => {
      const s = i / 12;
      return [0, 1].map((k) => a[k] * (1 - s) ** 2 + 2 * b[k] * s * (1 - s) + c[k] * s * s);
    });
  const mainSail = [...curve([0.015, -0.98], [0.33, -0.55], [0.4, -0.15]), [0.015, -0.13]];
  const jib = [...curve([-0.02, -0.86], [-0.12, -0.4], [-0.05, -0.14]), [-0.42, -0.07]];
  const body = [
    ...curve([-0.47, -0.075], [-0.36, 0.02], [-0.26, 0.045]),
    ...curve([0.34, 0.045], [0.4, 0.02], [0.43, -0.06]),
    ...curve([0.43, -0.06], [0, -0.035], [-0.47, -0.075]),
  ];
  sails.polygon(mainSail.map(at)).polygon(jib.map(at));
  const [foot, head, boom] = [
    [0, -0.03],
    [0, -1.01],
    [0.41, -0.14],
  ].map(at);
  hull
    .polygon(body.map(at))
    .stroke(...foot, ...head, 4, 2)
    .stroke(...at([0, -0.125]), ...boom, 3, 2);
  // A helmsman, leaning on the tiller.
  hull.disc(...at([0.3, -0.135]), pose.size * 0.02);
  hull.stroke(...at([0.31, -0.12]), ...at([0.32, -0.05]), pose.size * 0.045, pose.size * 0.055);
}

function drawJetty(width, height) {
  const h = height;
  const deck = (x) => (0.79 + 0.055 * ((x / width - 0.74) / 0.26)) * h;
  const wood = new Mask(width, height);
  const start = 0.735 * width;
  wood.polygon([
    [start, deck(start)],
    [width + 5, deck(width + 5)],
    [width + 5, deck(width + 5) + 0.03 * h],
    [start, deck(start) + 0.014 * h],
  ]);
  for (let i = 0; i < 8; i++) {
    const x = start + 6 + (i / 7.6) ** 1.15 * (width - start);
    wood.stroke(
      x,
      deck(x) - 0.012 * h,
      x,
      deck(x) + (0.06 + i * 0.006) * h,
      (0.007 + i * 0.0009) * h,
    );
  }
  const lamps = LAMPS.map((u, i) => {
    const x = u * width;
    const top = deck(x) - (0.16 + i * 0.03) * h;
    wood.stroke(x, deck(x), x, top, 0.0065 * h, 0.004 * h);
    wood.stroke(x - 0.013 * h, top + 1, x + 0.013 * h, top + 1, 0.005 * h, 0.005 * h);
    return { x, y: top + 0.014 * h, foot: deck(x) };
  });
  return {
    /** Long streaks of lamp light on the water. */
    drawGlow(picture, rippleAt) {
      for (const lamp of lamps) {
        for (let y = Math.floor(lamp.foot); y < height; y++) {
          const away = (y - lamp.foot) / (height - lamp.foot);
          for (let dx = -26; dx <= 26; dx++) {
            const x = Math.round(lamp.x + dx);
            const ripple = rippleAt(x, y);
            const beam =
              Math.exp(-(((dx + ripple * 14) / 8) ** 2)) *
              (1 - away) *
              smoothstep(-0.4, 0.5, ripple);
            picture.addPixel(x, y, lampColour, beam * 0.75);
          }
        }
      }
    },
    draw(picture) {
      picture.ink(wood, [0.028, 0.014, 0.026]);
      for (const { x, y } of lamps) {
        picture.addLight(x, y, 0.016 * h, [1, 0.85, 0.55], 5, (d) => (1 - d * d) ** 2);
        picture.addLight(x, y, 0.17 * h, lampColour, 0.42, softLight);
      }
    },
  };
}
