import { xml } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseH, StreamManagement } from './stream-management.ts';

const limits = { unackedStanzas: 5, unackedBytes: 1000 };
const stanza = xml('message');

describe('stream management', () => {
  it('agrees with a plain list of what was sent, whatever is acknowledged', () => {
    const step = fc.oneof(fc.constant('send' as const), fc.nat({ max: 12 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const management = new StreamManagement('id', limits);
        const sent: string[] = [];
        let acked = 0;
        for (const step of steps) {
          if (step === 'send') {
            sent.push(`frame ${sent.length}`);
            management.push(stanza, sent.at(-1) ?? '');
          } else {
            const h = acked + step;
            expect(management.acknowledge(h)).toBe(h <= sent.length);
            if (h <= sent.length) acked = h;
          }
          expect(management.sent).toBe(sent.length);
          expect(management.unackedCount).toBe(sent.length - acked);
          const unacked = sent.slice(acked);
          expect(management.unackedFrames).toEqual(
            unacked.slice(unacked.length - management.unackedFrames.length),
          );
          expect(management.complete).toBe(management.unackedFrames.length === unacked.length);
          expect(management.unackedFrames.length).toBeLessThanOrEqual(limits.unackedStanzas);
        }
      }),
    );
  });

  it('refuses to go back', () => {
    const management = new StreamManagement('id', limits);
    management.push(stanza, 'a');
    expect(management.acknowledge(1)).toBe(true);
    expect(management.acknowledge(0)).toBe(false);
  });

  it('counts modulo 2^32', () => {
    const management = new StreamManagement('id', { unackedStanzas: 2, unackedBytes: 100 });
    // As if so many had been sent and acknowledged before.
    Object.assign(management, { acked: 2 ** 32 - 1, received: 2 ** 32 - 1 });
    management.push(stanza, 'a');
    management.push(stanza, 'b');
    expect(management.sent).toBe(1);
    expect(management.acknowledge(1)).toBe(true);
    expect(management.unackedCount).toBe(0);
    management.handled();
    expect(management.h).toBe(0);
  });

  it('keeps no more bytes than allowed', () => {
    const management = new StreamManagement('id', limits);
    expect(management.push(stanza, 'x'.repeat(900))).toBe(true);
    expect(management.push(stanza, 'y'.repeat(900))).toBe(false);
    expect(management.unackedFrames).toEqual(['y'.repeat(900)]);
  });

  it('reads h strictly', () => {
    expect(parseH('4294967295')).toBe(4294967295);
    for (const wrong of [undefined, '', '-1', '1.5', 'x', '4294967296', ' 1']) {
      expect(parseH(wrong)).toBeUndefined();
    }
  });
});
