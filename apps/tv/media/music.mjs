// The soundtrack of each clip: slow chords that return to the first when the picture does.

import { random, TAU } from './noise.mjs';
import { Sound } from './sound.mjs';

/** Spreads the chords evenly over the loop, each fading into the next. */
function chords(sound, seconds, list, options) {
  const bar = seconds / list.length;
  for (const [i, notes] of list.entries()) {
    for (const [k, note] of notes.split(' ').entries()) {
      const pan = (k / (notes.split(' ').length - 1) - 0.5) * 0.9;
      sound.pad(note, { at: i * bar - bar * 0.25, seconds: bar * 1.5, pan, ...options });
    }
  }
}

/** Single notes at seeded places on a grid, out of the chord that sounds at that time. */
function chimes(sound, seconds, list, { seed, every, chance, gain, ...options }) {
  const next = random(seed);
  for (let at = 0; at < seconds - every / 2; at += every) {
    const scale = list[Math.floor((at / seconds) * list.length)].split(' ');
    const note = scale[Math.floor(next() * scale.length)];
    const loud = gain * (0.5 + 0.5 * next());
    if (next() < chance) sound.bell(note, { at, gain: loud, pan: next() * 1.4 - 0.7, ...options });
  }
}

const wave = (turn, turns, phase = 0) => 0.5 - 0.5 * Math.cos(TAU * (turn * turns + phase));

const SCORES = {
  'northern-lights'(sound, seconds) {
    const list = ['D3 A3 E4 F#4', 'B2 F#3 D4 A4', 'G2 D3 B3 F#4', 'A2 E3 B3 D4'];
    chords(sound, seconds, list, { gain: 0.16, overtones: 0.35 });
    chimes(sound, seconds, ['A5 D6 E6', 'F#5 A5 D6', 'B5 D6 F#6', 'A5 B5 E6'], {
      seed: 61,
      every: 1,
      chance: 0.5,
      gain: 0.045,
      seconds: 4,
    });
    sound.noise({
      seed: 62,
      low: 250,
      high: 700,
      swell: (turn) => 0.05 + 0.16 * wave(turn, 2),
      pan: -0.3,
    });
    sound.noise({
      seed: 63,
      low: 300,
      high: 900,
      swell: (turn) => 0.04 + 0.12 * wave(turn, 3, 0.4),
      pan: 0.4,
    });
    sound.reverb(0.75, 0.86);
  },

  'harbour-at-dusk'(sound, seconds) {
    const list = ['C3 G3 E4 B4', 'A2 E3 C4 G4', 'F2 C3 A3 E4', 'G2 D3 B3 A4'];
    chords(sound, seconds, list, { gain: 0.12, overtones: 0.22 });
    chimes(sound, seconds, ['E4 G4 B4', 'C4 E4 G4', 'A4 C5 E5', 'B4 D5 A4'], {
      seed: 64,
      every: 0.75,
      chance: 0.45,
      gain: 0.06,
      bright: 0.2,
      seconds: 2.5,
    });
    sound.reverb(0.55);
    for (const [seed, turns, phase, pan] of [
      [65, 4, 0, -0.6],
      [66, 5, 0.3, 0.6],
      [67, 3, 0.6, 0],
    ]) {
      sound.noise({
        seed,
        low: 120,
        high: 1100,
        swell: (turn) => 0.05 + 0.55 * wave(turn, turns, phase) ** 3,
        pan,
      });
    }
  },

  'paper-lanterns'(sound, seconds) {
    const list = [
      'F2 C3 A3 E4',
      'D3 A3 C4 F4',
      'A2 E3 C4 G4',
      'C3 G3 D4 E4',
      'F2 C3 A3 E4',
      'D3 A3 C4 F4',
      'G2 D3 A3 C4',
      'C3 G3 C4 E4',
    ];
    chords(sound, seconds, list, { gain: 0.11, overtones: 0.18 });
    const scale = [
      'F4 A4 C5 E5',
      'D5 F4 A4 C5',
      'E4 G4 C5 E5',
      'D4 G4 C5 E5',
      'A4 C5 E5 F5',
      'D5 F5 A4 C5',
      'G4 A4 C5 D5',
      'C5 E5 G4 D5',
    ];
    chimes(sound, seconds, scale, {
      seed: 68,
      every: 0.5,
      chance: 0.62,
      gain: 0.13,
      bright: 0.28,
      seconds: 2.2,
    });
    sound.reverb(0.6, 0.82);
  },

  'deep-field'(sound, seconds) {
    const list = ['E2 B2 F#3 G3', 'C2 G2 E3 B3', 'A2 E3 B3 C4', 'B2 F#3 A3 E4'];
    chords(sound, seconds, list, { gain: 0.19, overtones: 0.4 });
    chords(sound, seconds, ['B4 E5', 'G4 D5', 'E5 A4', 'F#4 B4'], { gain: 0.04, rise: 0.6 });
    chimes(sound, seconds, ['B5 E6', 'G5 D6', 'C6 E6', 'F#5 B5'], {
      seed: 69,
      every: 2,
      chance: 0.6,
      gain: 0.05,
      seconds: 5,
    });
    sound.noise({ seed: 70, low: 40, high: 160, swell: (turn) => 0.2 + 0.4 * wave(turn, 2) });
    sound.reverb(0.85, 0.9);
  },

  'rain-on-glass'(sound, seconds) {
    const list = ['D3 F3 A3 C4 E4', 'G2 F3 B3 D4 A4'];
    chords(sound, seconds, list, { gain: 0.12, overtones: 0.3 });
    chimes(sound, seconds, ['F4 A4 C5 E5', 'D5 B4 F4 A4'], {
      seed: 71,
      every: 0.5,
      chance: 0.5,
      gain: 0.07,
      bright: 0.15,
      seconds: 1.8,
    });
    sound.reverb(0.5);
    sound.noise({ seed: 72, low: 900, high: 6000, swell: () => 0.07, pan: -0.6 });
    sound.noise({ seed: 73, low: 900, high: 6000, swell: () => 0.07, pan: 0.6 });
    const next = random(74);
    for (let i = 0; i < 90; i++) {
      const note = ['E6', 'A6', 'C7', 'D7', 'G7'][Math.floor(next() * 5)];
      sound.bell(note, {
        at: next() * seconds,
        gain: 0.012 * next(),
        pan: next() * 1.8 - 0.9,
        seconds: 0.12,
      });
    }
  },
};

/** The soundtrack of the clip as a WAV file. */
export function compose(id, seconds) {
  const sound = new Sound(seconds);
  SCORES[id](sound, seconds);
  return sound.toWav(0.5);
}
