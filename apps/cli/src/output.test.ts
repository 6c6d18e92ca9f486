import { describe, expect, it } from 'vitest';
import { toFailure } from './exit.ts';
import { clockTime, describeRole, moment, plain } from './output.ts';

describe('times', () => {
  it.each([
    [0, '0:00'],
    [65.9, '1:05'],
    [3723, '1:02:03'],
  ])('%s s is %s', (seconds, text) => {
    expect(clockTime(seconds)).toBe(text);
  });
});

it('roles say until when they last', () => {
  const expires = new Date(2026, 10, 24, 18, 5).getTime();
  expect(moment(expires)).toBe('24 November, 18:05');
  expect(describeRole({ role: 'owner' })).toBe('owner');
  expect(describeRole({ role: 'guest', expires })).toBe('guest until 24 November, 18:05');
  expect(describeRole({ role: 'guest', expires, untilStandby: true })).toBe(
    'guest until 24 November, 18:05, or until the TV goes to standby',
  );
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
    ['locked', 'refused'],
    ['declined', 'refused'],
    ['approval-timeout', 'refused'],
    ['impostor', 'refused'],
    ['not-permitted', 'refused'],
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
