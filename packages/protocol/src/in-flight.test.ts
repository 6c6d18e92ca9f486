import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

describe('what is in flight', () => {
  it('is found by its id, as in a Map', () => {
    const id = fc.constantFrom('a', 'b', 'c-d', '__proto__', 'constructor', 'toString');
    const step = fc.tuple(fc.constantFrom('set', 'take'), id, fc.nat());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new Map<string, number>();
        const inFlight = new InFlight<number>();
        for (const [what, id, value] of steps) {
          expect(inFlight.get(id)).toBe(map.get(id));
          if (what === 'set') {
            map.set(id, value);
            inFlight.set(id, value);
          } else {
            expect(inFlight.take(id)).toBe(map.get(id));
            map.delete(id);
          }
          expect(inFlight.size).toBe(map.size);
          expect(inFlight.all()).toEqual([...map.values()]);
        }
      }),
    );
  });
});
