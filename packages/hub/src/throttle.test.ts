import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.ts';
import { LoginThrottle } from './throttle.ts';

const limits = {
  ...defaultLimits,
  failedLoginsPerAddress: 3,
  failedLoginsPerAccount: 2,
  loginDelaySeconds: 8,
};

function create() {
  const clock = { now: 0 };
  const throttle = new LoginThrottle(limits, () => clock.now);
  /** Seconds until the address is listened to again. */
  const wait = (address: string, username: string) => {
    const before = clock.now;
    while (!throttle.admits(address, username)) clock.now += 500;
    const waited = (clock.now - before) / 1000;
    return waited;
  };
  return { clock, throttle, wait };
}

describe('LoginThrottle', () => {
  it('makes an address wait longer with each failure, up to the longest, and forgets', () => {
    const { clock, throttle, wait } = create();
    const waits = Array.from({ length: 8 }, (_, i) => {
      throttle.failed('a', `name ${i}`);
      return wait('a', 'anybody');
    });
    expect(waits).toEqual([0, 0, 1, 2, 4, 8, 8, 8]);
    clock.now += 16_000;
    throttle.failed('a', 'name');
    expect(wait('a', 'anybody')).toBe(0);
  });

  it('makes each address wait that fails at an account under attack, and no other', () => {
    const { throttle, wait } = create();
    throttle.failed('a', 'anna');
    expect(throttle.admits('a', 'anna')).toBe(true);
    for (const address of ['b', 'c', 'd']) {
      expect(throttle.admits(address, 'anna')).toBe(true);
      throttle.failed(address, 'anna');
      expect(throttle.admits(address, 'anna')).toBe(false);
      expect(throttle.admits(address, 'bert')).toBe(true);
    }
    expect(wait('d', 'anna')).toBe(4);
  });

  it('is not reset by a login to an account of the guesser’s own', () => {
    const { throttle } = create();
    for (let i = 0; i < 3; i++) {
      throttle.failed('a', 'anna');
      throttle.succeeded('a', 'guest');
    }
    expect(throttle.admits('a', 'anna')).toBe(false);
    expect(throttle.admits('a', 'guest')).toBe(true);
  });

  it('lets in a device that is known, although a neighbour in its /64 guesses', () => {
    const { throttle } = create();
    throttle.succeeded('2001:db8::1', 'anna');
    for (let i = 0; i < 5; i++) throttle.failed('2001:db8::2', 'anna');
    expect(throttle.admits('2001:db8::2', 'anna')).toBe(false);
    expect(throttle.admits('2001:db8::3', 'anna')).toBe(false);
    expect(throttle.admits('2001:db8::1', 'anna')).toBe(true);
    throttle.failed('2001:db8::1', 'anna');
    expect(throttle.admits('2001:db8::1', 'anna')).toBe(false);
  });

  it('never makes an address wait that did not fail itself, whatever others do', () => {
    const others = fc.record({
      address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
      username: fc.constantFrom('anna', 'bert'),
      right: fc.boolean(),
      later: fc.nat({ max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(others), (events) => {
        const { clock, throttle } = create();
        for (const { address, username, right, later } of events) {
          clock.now += later;
          if (!throttle.admits(address, username)) continue;
          if (right) throttle.succeeded(address, username);
          else throttle.failed(address, username);
          expect(throttle.admits('192.0.2.9', 'anna')).toBe(true);
          expect(throttle.admits('2001:db8:0:1::1', 'anna')).toBe(true);
        }
      }),
    );
  });

  it('lets one address make few guesses, and many addresses few each', () => {
    const { clock, throttle } = create();
    let guesses = 0;
    for (; clock.now < 3_600_000; clock.now += 250)
      for (let i = 0; i < 4; i++)
        if (throttle.admits(`192.0.2.${i}`, 'anna')) {
          guesses++;
          throttle.failed(`192.0.2.${i}`, 'anna');
        }
    // One each time the longest wait is over.
    expect(guesses).toBeLessThan(4 * (3600 / limits.loginDelaySeconds) + 20);
  });
});
