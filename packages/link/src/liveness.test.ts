import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from './clock.testing.ts';
import { Liveness } from './liveness.ts';

function start() {
  const clock = new ManualClock();
  const probe = vi.fn();
  const dead = vi.fn();
  const liveness = new Liveness({ clock, idle: 6, timeout: 6, probe, dead });
  return { clock, probe, dead, liveness };
}

describe('Liveness', () => {
  it('asks after the silence, and takes a silent peer as dead', () => {
    const { clock, probe, dead } = start();
    clock.advance(5.9);
    expect(probe).toHaveBeenCalledTimes(0);
    clock.advance(0.2);
    expect(probe).toHaveBeenCalledTimes(1);
    clock.advance(6);
    expect(dead).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });

  it('is content with any frame', () => {
    const { clock, probe, dead, liveness } = start();
    for (let i = 0; i < 100; i++) {
      clock.advance(3);
      liveness.heard();
    }
    expect(probe).toHaveBeenCalledTimes(0);
    clock.advance(7);
    liveness.heard();
    clock.advance(5);
    expect(probe).toHaveBeenCalledTimes(1);
    expect(dead).toHaveBeenCalledTimes(0);
  });

  it('checks at once, with less patience, when asked to', () => {
    const { clock, probe, dead, liveness } = start();
    liveness.check(2);
    expect(probe).toHaveBeenCalledTimes(1);
    clock.advance(2);
    expect(dead).toHaveBeenCalledTimes(1);
  });

  it('leaves no timer when stopped', () => {
    const { clock, liveness } = start();
    liveness.stop();
    expect(clock.pending).toBe(0);
  });

  it('notices a dead peer within 12 s of its last frame, whenever that was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 11_000 }), { maxLength: 20 }), (gaps) => {
        const { clock, dead, liveness } = start();
        for (const gap of gaps) {
          clock.advance(gap / 1000);
          liveness.heard();
          expect(dead).toHaveBeenCalledTimes(0);
        }
        clock.advance(12);
        expect(dead).toHaveBeenCalledTimes(1);
      }),
    );
  });
});
