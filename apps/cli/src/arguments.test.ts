import { describe, expect, it } from 'vitest';
import { choose, playbackRate, position, seconds, volumeLevel } from './arguments.ts';
import { Failure } from './exit.ts';

describe('positions', () => {
  const now = { currentTime: 100, duration: 200 };
  it.each([
    ['92.5', 92.5],
    ['1:32', 92],
    ['1:02:03.5', 3723.5],
    ['50%', 100],
    ['+10', 110],
    ['-10', 90],
    ['-1000', 0],
    ['+1000', 200],
    // The TV has a sentence for it.
    ['1000', 1000],
  ])('%s is %s', (text, value) => {
    expect(position(text, now)).toBe(value);
  });

  it.each(['ten', '', '1:2:3:4', '-', '1e3', '--json'])('%j is none', (text) => {
    expect(() => position(text, now)).toThrow(Failure);
  });

  it('in percent need a duration', () => {
    expect(() => position('50%', { currentTime: 0, duration: undefined })).toThrow(/how long/i);
  });
});

describe('volumes', () => {
  it.each([
    ['40', 0.4],
    ['40%', 0.4],
    ['0', 0],
    ['100', 1],
    ['+10', 0.6],
    ['-60', 0],
  ])('%s is %s', (text, level) => {
    expect(volumeLevel(text, 0.5)).toBeCloseTo(level);
  });

  it.each(['101', 'loud', '', '1e1'])('%j is none', (text) => {
    expect(() => volumeLevel(text, 0.5)).toThrow(/0 to 100/);
  });
});

it.each(['0', '-1', 'fast', '1e1', ''])('%j is no speed', (text) => {
  expect(() => playbackRate(text)).toThrow(/is no speed/);
});

it.each(['', 'soon', '-1', 'Infinity', '1e9'])('%j is no number of seconds', (text) => {
  expect(() => seconds('--timeout', text, 0.1)).toThrow(/--timeout must be/);
});

describe('of a catalogue', () => {
  const item = (id: string, title: string) => ({
    id,
    source: { uri: `/media/${id}.mp4` },
    metadata: { title },
  });
  const items = [item('a', 'Aurora'), item('b', 'Tide'), item('c', 'Tide pools'), item('7', 'Ash')];

  it.each([
    ['1', 'a'],
    ['7', '7'],
    ['aurora', 'a'],
    ['tide', 'b'],
    ['pools', 'c'],
    ['c', 'c'],
  ])('%s means %s', (wanted, id) => {
    expect(choose(wanted, items)?.id).toBe(id);
  });

  it('an address means itself', () => {
    expect(choose('/media/film.mp4', items)).toBeUndefined();
    expect(choose('https://example.org/film', items)).toBeUndefined();
    expect(choose('film.mp4', [])).toBeUndefined();
  });

  it.each([
    ['99', /4 entries/],
    ['dune', /No title/],
    ['tid', /More than one/],
  ])('%s is not there', (wanted, message) => {
    expect(() => choose(wanted, items)).toThrow(message);
  });
});
