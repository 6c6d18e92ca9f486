import { NS_PAIR } from '@fjern/protocol';
import { ManualClock } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Household, outcome, startHousehold } from './household.ts';
import { changing } from './middle.ts';

let home: Household;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 5, 1, 12));
  home = await startHousehold({ clock });
});

afterEach(async () => {
  await home.close();
});

describe('somebody who guesses', () => {
  it('gets five tries, and one after each growing lock, however many remotes he is', async () => {
    const reasons: string[] = [];
    const wave = async () => {
      const guesses = Array.from({ length: 8 }, () => home.pairWithPin(otherThan(home.code.pin)));
      reasons.push(...(await Promise.all(guesses.map(outcome))));
    };
    // Without a break: only locks hold him up.
    for (let i = 0; i < 4; i++) await wave();
    const looked = () => reasons.splice(0).filter((reason) => reason === 'code-wrong').length;
    expect(looked()).toBe(5);
    let locked = home.pairing.status.refused?.lockedUntil ?? 0;
    expect(locked).toBeGreaterThan(clock.now());
    for (const seconds of [10, 20, 40]) {
      expect(locked - clock.now()).toBe(seconds * 1000);
      await clock.advance(seconds * 1000);
      await wave();
      expect(looked()).toBe(1);
      locked = home.pairing.status.refused?.lockedUntil ?? 0;
    }
    expect(await outcome(home.pairWithPin(home.code.pin))).toBe('locked');
    expect(home.stored).toBeUndefined();
  }, 120_000);

  it('is counted also when he leaves before he hears that he was wrong', async () => {
    home.middle.tamper = changing('up', (stanza, { wire }) => {
      if (!stanza.getChild('confirm', NS_PAIR)) return undefined;
      wire.cut();
      return [];
    });
    for (let wrong = 1; wrong <= 5; wrong++) {
      const counted = new Promise<void>((resolve) => {
        const stop = home.pairing.on('change', () => {
          stop();
          resolve();
        });
      });
      await outcome(home.pairWithPin(otherThan(home.code.pin), { timeout: 1 }));
      // The hub keeps no place for a stranger whose connection broke.
      await counted;
      expect(home.pairing.status.refused?.lockedUntil !== undefined).toBe(wrong === 5);
    }
  });
});

function otherThan(pin: string): string {
  return String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
}

describe('somebody with a photograph of the code', () => {
  it('comes too late once it was used, and the screen says that he tried', async () => {
    const photograph = home.code;
    await home.pair({ name: 'Anna' });
    expect(await outcome(home.pair({ url: photograph.url }))).toBe('code-used');
    expect(await outcome(home.pairWithPin(photograph.pin))).toBe('code-wrong');
    expect(home.pairing.status.refused).toBeDefined();
    expect(home.paired).toHaveLength(1);
  });

  it('comes too late once it has expired', async () => {
    const photograph = home.code;
    await clock.advance(301_000);
    expect(home.code.url).not.toBe(photograph.url);
    expect(await outcome(home.pair({ url: photograph.url }))).toBe('code-expired');
    expect(await outcome(home.pairWithPin(photograph.pin))).toBe('code-wrong');
    expect(home.paired).toEqual([]);
  });

  it('is let in by nobody where the viewer is asked', async () => {
    await home.close();
    home = await startHousehold({ approval: 'always' });
    await home.pair({ name: 'Anna' });
    home.pairing.on('request', ({ id }) => home.pairing.approve(id, false));
    expect(await outcome(home.pair({ name: 'Anna’s new phone' }))).toBe('declined');
    expect(home.paired).toHaveLength(1);
  });
});
