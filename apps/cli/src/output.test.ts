import { describe, expect, it } from 'vitest';
import { toFailure } from './exit.ts';
import { clockTime, plain } from './output.ts';

describe('times', () => {
  it.each([
    [0, '0:00'],
    [65.9, '1:05'],
    [3723, '1:02:03'],
  ])('%s s is %s', (seconds, text) => {
    expect(clockTime(seconds)).toBe(text);
  });
});

it('what a TV says cannot control the terminal', () => {
  expect(plain('Film\u001b[2J\u009b31m\r\nII\u0007 ')).toBe('Film [2J 31m II');
  expect(plain('Stue ÆØÅ 📺')).toBe('Stue ÆØÅ 📺');
});

describe('failures', () => {
  const withCode = (code: string) => Object.assign(new Error('A sentence.'), { code });
  it.each([
    ['out-of-range', 'refused'],
    ['code-used', 'refused'],
    ['unreachable', 'unreachable'],
    ['timeout', 'unreachable'],
    ['outcome-unknown', 'unreachable'],
    ['aborted', 'interrupted'],
  ])('%s is %s', (code, reason) => {
    expect(toFailure(withCode(code))).toMatchObject({ reason, code, message: 'A sentence.' });
  });

  it('of no known kind are told as they are', () => {
    expect(toFailure('odd')).toMatchObject({ reason: 'refused', message: 'odd' });
  });
});
