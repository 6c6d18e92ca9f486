// A small synthesiser. Everything is written into a ring as long as the clip, so that the end flows into the
// beginning: notes, echoes and noise that run past the end go on at the start.

import { random, TAU } from './noise.mjs';

export const RATE = 48_000;
const CHANNELS = 2;

/** Frequency in hertz of a note such as 'A4' or 'F#3'. */
export function pitch(note) {
  const [, letter, sharp, octave] = /^([A-G])(#?)(\d)$/.exec(note);
  const semitone = { C: -9, D: -7, E: -5, F: -4, G: -2, A: 0, B: 2 }[letter] + (sharp ? 1 : 0);
  return 440 * 2 ** (semitone / 12 + Number(octave) - 4);
}

export class Sound {
  constructor(seconds) {
    this.length = Math.round(seconds * RATE);
    this.left = new Float32Array(this.length);
    this.right = new Float32Array(this.length);
  }

  add(at, value, pan) {
    const i = ((at % this.length) + this.length) % this.length;
    this.left[i] += value * Math.sqrt(0.5 - pan / 2);
    this.right[i] += value * Math.sqrt(0.5 + pan / 2);
  }

  /** A soft chord tone: three voices a few cents apart, with a slow swell in and out. */
  pad(note, { at, seconds, gain, pan = 0, rise = 0.4, overtones = 0.3 }) {
    const start = Math.round(at * RATE);
    const count = Math.round(seconds * RATE);
    for (const [voice, cents] of [-5, 0, 6].entries()) {
      const step = (TAU * pitch(note) * 2 ** (cents / 1200)) / RATE;
      const place = pan + (voice - 1) * 0.35;
      for (let i = 0; i < count; i++) {
        const s = i / count;
        const swell = Math.sin(
          Math.PI * (s < rise ? (0.5 * s) / rise : 0.5 + (0.5 * (s - rise)) / (1 - rise)),
        );
        const phase = step * i + voice * 2;
        const tone =
          Math.sin(phase) +
          overtones *
            (Math.sin(2 * phase) * 0.5 + Math.sin(3 * phase) * 0.22 + Math.sin(5 * phase) * 0.06);
        this.add(start + i, (tone * gain * swell * swell) / 3, Math.max(-1, Math.min(1, place)));
      }
    }
  }

  /** A plucked or struck tone that rings off. */
  bell(note, { at, gain, pan = 0, seconds = 3, bright = 0.35 }) {
    const start = Math.round(at * RATE);
    const step = (TAU * pitch(note)) / RATE;
    const count = Math.round(seconds * RATE);
    for (let i = 0; i < count; i++) {
      const t = i / RATE;
      const attack = Math.min(1, t / 0.008);
      const end = Math.min(1, (count - i) / 2000);
      const tone =
        Math.sin(step * i) * Math.exp((-t * 4) / seconds) +
        bright * Math.sin(step * 2.005 * i) * Math.exp((-t * 9) / seconds) +
        bright * 0.4 * Math.sin(step * 4.02 * i) * Math.exp((-t * 22) / seconds);
      this.add(start + i, tone * gain * attack * end, pan);
    }
  }

  /**
   * Filtered noise: sea, wind, rain. `low` and `high` are the corners of the band in hertz; `swell(turn)` is the
   * loudness over the loop (turn 0..1). The noise is a ring as well: the filter runs over it twice.
   */
  noise({ seed, low, high, swell, pan = 0 }) {
    const next = random(seed);
    const raw = Float32Array.from({ length: this.length }, () => next() * 2 - 1);
    const lowPass = 1 - Math.exp((-TAU * high) / RATE);
    const highPass = 1 - Math.exp((-TAU * low) / RATE);
    let a = 0;
    let b = 0;
    let c = 0;
    for (let i = 0; i < this.length * 2; i++) {
      a += lowPass * (raw[i % this.length] - a);
      b += lowPass * (a - b);
      c += highPass * (b - c);
      if (i >= this.length) this.add(i, (b - c) * swell(i / this.length - 1), pan);
    }
  }

  /** Echoes of a large room: four comb delays a side into two all-passes, fed around the ring until steady. */
  reverb(amount, decay = 0.8) {
    for (const [side, spread] of [
      [this.left, 0],
      [this.right, 37],
    ]) {
      const wet = new Float32Array(this.length);
      for (const delay of [1687, 1931, 2203, 2477]) comb(side, wet, delay + spread, decay);
      for (const delay of [347, 113]) allPass(wet, delay + spread);
      for (let i = 0; i < this.length; i++)
        side[i] = side[i] * (1 - amount * 0.4) + wet[i] * amount * 0.3;
    }
  }

  /** 16-bit WAV, with the loudest sample at `peak` (0..1). */
  toWav(peak) {
    let loudest = 1e-9;
    for (let i = 0; i < this.length; i++) {
      loudest = Math.max(loudest, Math.abs(this.left[i]), Math.abs(this.right[i]));
    }
    const size = this.length * CHANNELS * 2;
    const wav = Buffer.alloc(44 + size);
    wav.write('RIFF', 0, 'latin1');
    wav.writeUInt32LE(36 + size, 4);
    wav.write('WAVEfmt ', 8, 'latin1');
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(CHANNELS, 22);
    wav.writeUInt32LE(RATE, 24);
    wav.writeUInt32LE(RATE * CHANNELS * 2, 28);
    wav.writeUInt16LE(CHANNELS * 2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36, 'latin1');
    wav.writeUInt32LE(size, 40);
    const scale = (32767 * peak) / loudest;
    for (let i = 0; i < this.length; i++) {
      wav.writeInt16LE(Math.round(this.left[i] * scale), 44 + i * 4);
      wav.writeInt16LE(Math.round(this.right[i] * scale), 46 + i * 4);
    }
    return wav;
  }
}

function comb(input, output, delay, decay) {
  const line = new Float32Array(delay);
  let soft = 0;
  for (let i = 0; i < input.length * 2; i++) {
    const echo = line[i % delay];
    soft += 0.45 * (echo - soft);
    line[i % delay] = input[i % input.length] + soft * decay;
    if (i >= input.length) output[i - input.length] += echo;
  }
}

function allPass(ring, delay) {
  const input = ring.slice();
  const line = new Float32Array(delay);
  for (let i = 0; i < input.length * 2; i++) {
    const echo = line[i % delay];
    const value = input[i % input.length] + echo * 0.5;
    line[i % delay] = value;
    if (i >= input.length) ring[i - input.length] = echo - value * 0.5;
  }
}
