import { describe, expect, it } from 'vitest';
import { clockTime, parsePosition, parseVolume } from './output.ts';

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
    ['ten', undefined],
    ['', undefined],
    ['1:2:3:4', undefined],
  ])('%s is %s', (text, seconds) => {
    expect(parsePosition(text, now)).toBe(seconds);
  });

  it('in percent need a duration', () => {
    expect(parsePosition('50%', { currentTime: 0, duration: undefined })).toBeUndefined();
  });
});

describe('volumes', () => {
  it.each([
    ['40', 0.4],
    ['40%', 0.4],
    ['+10', 0.6],
    ['-60', 0],
    ['101', undefined],
    ['loud', undefined],
  ])('%s is %s', (text, level) => {
    const parsed = parseVolume(text, 0.5);
    if (level === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toBeCloseTo(level);
  });
});

describe('times', () => {
  it.each([
    [0, '0:00'],
    [65.9, '1:05'],
    [3723, '1:02:03'],
  ])('%s s is %s', (seconds, text) => {
    expect(clockTime(seconds)).toBe(text);
  });
});
