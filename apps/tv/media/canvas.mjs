// Pictures in linear light (three floats a pixel, no upper bound), drawn by plain code, no GPU needed.

import { clamp } from './noise.mjs';

export class Picture {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height * 3);
  }

  fill(colour) {
    for (let i = 0; i < this.data.length; i++) this.data[i] = colour[i % 3];
    return this;
  }

  copy(picture) {
    this.data.set(picture.data);
    return this;
  }

  /** Calls `shade(x, y, out)` for each pixel; x and y are in pixels, out is an array of three to fill. */
  paint(shade, fromRow = 0, toRow = this.height) {
    const out = [0, 0, 0];
    for (let y = fromRow; y < toRow; y++) {
      for (let x = 0; x < this.width; x++) {
        shade(x, y, out);
        const i = (y * this.width + x) * 3;
        this.data[i] = out[0];
        this.data[i + 1] = out[1];
        this.data[i + 2] = out[2];
      }
    }
    return this;
  }

  /** Bilinear; outside the picture its edge goes on. */
  sample(x, y, out) {
    const { width, height, data } = this;
    const cx = clamp(x, 0, width - 1.001);
    const cy = clamp(y, 0, height - 1.001);
    const ix = Math.floor(cx);
    const iy = Math.floor(cy);
    const u = cx - ix;
    const v = cy - iy;
    const i = (iy * width + ix) * 3;
    const j = i + width * 3;
    for (let c = 0; c < 3; c++) {
      const top = data[i + c] + (data[i + 3 + c] - data[i + c]) * u;
      const bottom = data[j + c] + (data[j + 3 + c] - data[j + c]) * u;
      out[c] = top + (bottom - top) * v;
    }
  }

  /** Adds a smaller picture stretched over this one: soft light is cheap to draw small. */
  addStretched(layer, gain = 1) {
    const { width, height, data } = this;
    const row = new Float32Array(layer.width * 3);
    const left = new Int32Array(width);
    const share = new Float32Array(width);
    for (let x = 0; x < width; x++) {
      const at = clamp(((x + 0.5) * layer.width) / width - 0.5, 0, layer.width - 1.001);
      left[x] = Math.floor(at) * 3;
      share[x] = at % 1;
    }
    for (let y = 0, i = 0; y < height; y++) {
      const at = clamp(((y + 0.5) * layer.height) / height - 0.5, 0, layer.height - 1.001);
      const start = Math.floor(at) * row.length;
      for (let k = 0; k < row.length; k++) {
        const upper = layer.data[start + k];
        row[k] = gain * (upper + (layer.data[start + row.length + k] - upper) * (at % 1));
      }
      for (let x = 0; x < width; x++, i += 3) {
        const l = left[x];
        const s = share[x];
        data[i] += row[l] + (row[l + 3] - row[l]) * s;
        data[i + 1] += row[l + 1] + (row[l + 4] - row[l + 1]) * s;
        data[i + 2] += row[l + 2] + (row[l + 5] - row[l + 2]) * s;
      }
    }
    return this;
  }

  addPixel(x, y, colour, gain) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const i = (y * this.width + x) * 3;
    this.data[i] += colour[0] * gain;
    this.data[i + 1] += colour[1] * gain;
    this.data[i + 2] += colour[2] * gain;
  }

  /** Adds a round light; `falloff(d)` is its strength at d = 0 (centre) to 1 (radius). */
  addLight(x, y, radius, colour, gain, falloff = softLight) {
    const r = Math.max(radius, 1);
    const [x0, x1] = [Math.max(0, Math.ceil(x - r)), Math.min(this.width - 1, Math.floor(x + r))];
    const [y0, y1] = [Math.max(0, Math.ceil(y - r)), Math.min(this.height - 1, Math.floor(y + r))];
    const { width, data } = this;
    const [red, green, blue] = colour;
    for (let py = y0; py <= y1; py++) {
      for (let px = x0; px <= x1; px++) {
        const d = Math.sqrt((px - x) * (px - x) + (py - y) * (py - y)) / r;
        if (d >= 1) continue;
        const light = gain * falloff(d);
        const i = (py * width + px) * 3;
        data[i] += red * light;
        data[i + 1] += green * light;
        data[i + 2] += blue * light;
      }
    }
  }

  /** Blends a colour in where the mask covers the picture. */
  ink(mask, colour, opacity = 1) {
    const [x0, y0, x1, y1] = mask.bounds();
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const a = Math.min(1, mask.data[y * mask.width + x]) * opacity;
        if (a === 0) continue;
        const i = (y * this.width + x) * 3;
        for (let c = 0; c < 3; c++) this.data[i + c] += (colour[c] - this.data[i + c]) * a;
      }
    }
  }

  /** Three box blurs, which is close to a Gaussian of standard deviation `radius`. */
  blur(radius) {
    const half = Math.max(1, Math.round(radius));
    for (let pass = 0; pass < 3; pass++) {
      boxBlur(this.data, this.width, this.height, 3, this.width * 3, half);
      boxBlur(this.data, this.height, this.width, this.width * 3, 3, half);
    }
    return this;
  }
}

export const softLight = (d) => (1 - d) * (1 - d) * (1 - d);

function boxBlur(data, length, lines, step, stride, half) {
  const line = new Float32Array(length);
  const size = half * 2 + 1;
  for (let l = 0; l < lines; l++) {
    for (let c = 0; c < 3; c++) {
      const start = l * stride + c;
      for (let i = 0; i < length; i++) line[i] = data[start + i * step];
      let sum = line[0] * half;
      for (let i = 0; i < half; i++) sum += line[Math.min(i, length - 1)];
      for (let i = 0; i < length; i++) {
        sum += line[Math.min(i + half, length - 1)];
        data[start + i * step] = sum / size;
        sum -= line[Math.max(i - half, 0)];
      }
    }
  }
}

const SUBROWS = 4;

/** Coverage 0..1 of shapes with smooth edges: silhouettes. */
export class Mask {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height);
    this.top = height;
    this.bottom = 0;
  }

  bounds() {
    return [0, this.top, this.width, this.bottom];
  }

  clear() {
    this.data.fill(0, this.top * this.width, Math.max(0, this.bottom) * this.width);
    this.top = this.height;
    this.bottom = 0;
    return this;
  }

  /** Fills a polygon given as [[x, y], …] (even-odd). */
  polygon(points) {
    const ys = points.map((p) => p[1]);
    const top = clamp(Math.floor(Math.min(...ys)), 0, this.height);
    const bottom = clamp(Math.ceil(Math.max(...ys)), 0, this.height);
    this.top = Math.min(this.top, top);
    this.bottom = Math.max(this.bottom, bottom);
    for (let row = top * SUBROWS; row < bottom * SUBROWS; row++) {
      const y = (row + 0.5) / SUBROWS;
      const crossings = [];
      for (let i = 0; i < points.length; i++) {
        const [ax, ay] = points[i];
        const [bx, by] = points[(i + 1) % points.length];
        if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
      }
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        this.span(Math.floor(row / SUBROWS), crossings[i], crossings[i + 1]);
      }
    }
    return this;
  }

  span(row, from, to) {
    const x0 = clamp(from, 0, this.width);
    const x1 = clamp(to, 0, this.width);
    for (let x = Math.floor(x0); x < x1; x++) {
      const cover = Math.min(x + 1, x1) - Math.max(x, x0);
      this.data[row * this.width + x] += cover / SUBROWS;
    }
  }

  /** A straight stroke; the width may change from one end to the other. */
  stroke(ax, ay, bx, by, widthA, widthB = widthA) {
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const nx = -(by - ay) / length / 2;
    const ny = (bx - ax) / length / 2;
    return this.polygon([
      [ax + nx * widthA, ay + ny * widthA],
      [bx + nx * widthB, by + ny * widthB],
      [bx - nx * widthB, by - ny * widthB],
      [ax - nx * widthA, ay - ny * widthA],
    ]);
  }

  disc(x, y, radius) {
    const points = Array.from({ length: 24 }, (_, i) => [
      x + radius * Math.cos((i / 24) * Math.PI * 2),
      y + radius * Math.sin((i / 24) * Math.PI * 2),
    ]);
    return this.polygon(points);
  }

  /** Everything below the line y = height(x). */
  below(height) {
    for (let x = 0; x < this.width; x++) {
      const line = height(x);
      this.top = Math.min(this.top, clamp(Math.floor(line), 0, this.height));
      for (let y = Math.max(0, Math.floor(line)); y < this.height; y++) {
        this.data[y * this.width + x] += clamp(y + 1 - line);
      }
    }
    this.bottom = this.height;
    return this;
  }
}

const CURVE_STEPS = 4096;
const BRIGHTEST = 16;
/** Exposure and sRGB in one look-up over the square root of the light, where the eye needs the precision. */
const CURVE = Float32Array.from({ length: CURVE_STEPS + 1 }, (_, i) => {
  const light = 1 - Math.exp(-(BRIGHTEST * (i / CURVE_STEPS) ** 2));
  return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
});

/** Writes the picture as 8-bit sRGB, dithered so that dark gradients do not show bands. */
export function develop(picture, bytes) {
  const { width, height, data } = picture;
  const scale = CURVE_STEPS / Math.sqrt(BRIGHTEST);
  let i = 0;
  for (let y = 0; y < height; y++) {
    const v = (y / height - 0.5) * 2;
    for (let x = 0; x < width; x++) {
      const u = (x / width - 0.5) * 2;
      const vignette = 1 - 0.16 * (u * u + v * v);
      // Interleaved gradient noise: even as blue noise, and only a multiplication away.
      const wave = 52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1);
      const dither = (wave - Math.floor(wave) - 0.5) * 1.4 + 0.5;
      for (let c = 0; c < 3; c++, i++) {
        const light = data[i] * vignette;
        const step = light <= 0 ? 0 : Math.min(CURVE_STEPS, Math.sqrt(light) * scale);
        const low = Math.floor(step);
        const high = low < CURVE_STEPS ? low + 1 : low;
        const value = CURVE[low] + (CURVE[high] - CURVE[low]) * (step - low) + dither;
        bytes[i] = value < 0 ? 0 : Math.min(value, 255);
      }
    }
  }
  return bytes;
}
