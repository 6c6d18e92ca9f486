import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, flipped, toHex, utf8 } from './fixtures/bytes.ts';
import { noiseNonce, rekey } from './noise.ts';
import { browserPrimitives } from './primitives/browser.ts';
import { nodePrimitives } from './primitives/node.ts';
import { Opener, Sealer } from './transport.ts';

const implementations = [
  { name: 'browser', primitives: browserPrimitives },
  { name: 'node', primitives: nodePrimitives },
];
const error = (code: string) => expect.objectContaining({ name: 'SealError', code });
const ad = utf8('set');
const text = utf8('<envelope/>');

describe('a nonce', () => {
  it('is the counter, little endian, after four zero bytes', () => {
    expect(toHex(noiseNonce(0))).toBe('000000000000000000000000');
    expect(toHex(noiseNonce(0x0102))).toBe('000000000201000000000000');
    expect(toHex(noiseNonce(2 ** 32 - 1))).toBe('00000000ffffffff00000000');
    expect(toHex(noiseNonce(2 ** 53 - 1))).toBe('00000000ffffffffffff1f00');
  });
});

describe.each(implementations)('transport ($name)', ({ primitives }) => {
  const direction = () => {
    const key = primitives.random(32);
    return { key, sealer: new Sealer(primitives, key), opener: new Opener(primitives, key) };
  };
  /** Seals up to counter `n`, and gives that message. */
  const sealAt = (sealer: Sealer, n: number) => {
    while (sealer.next < n) sealer.seal(ad, new Uint8Array(0));
    return sealer.seal(ad, text);
  };

  it('opens what was sealed, in order, and counts what is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ data: bytes(200), ad: bytes(20), lost: fc.boolean() })),
        (messages) => {
          const { sealer, opener } = direction();
          let missing = 0;
          for (const [index, message] of messages.entries()) {
            expect(sealer.next).toBe(index);
            const { n, ciphertext } = sealer.seal(message.ad, message.data);
            expect(n).toBe(index);
            expect(ciphertext).toHaveLength(message.data.length + 16);
            if (message.lost) missing += 1;
            else {
              const opened = opener.open(n, message.ad, ciphertext);
              expect(opened).toStrictEqual({ plaintext: message.data, gap: missing });
              expect(opener.last).toBe(n);
              missing = 0;
            }
          }
        },
      ),
    );
  });

  it('opens each message once at most and in order, whatever comes when', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 30 }), (deliveries) => {
        const { sealer, opener } = direction();
        const sent = Array.from({ length: 10 }, (_, i) => sealer.seal(ad, Uint8Array.of(i)));
        let last = -1;
        for (const index of deliveries) {
          const { n, ciphertext } = sent[index] ?? sealer.seal(ad, text);
          if (n <= last) expect(() => opener.open(n, ad, ciphertext)).toThrow(error('replayed'));
          else {
            expect(opener.open(n, ad, ciphertext).plaintext).toStrictEqual(Uint8Array.of(index));
            last = n;
          }
          expect(opener.last).toBe(last);
        }
      }),
    );
  });

  it('refuses whatever was altered, and goes on as if nothing had come', () => {
    fc.assert(
      fc.property(bytes(100), fc.nat(), fc.integer({ min: 1, max: 3000 }), (data, at, shift) => {
        const { key, sealer, opener } = direction();
        const { n, ciphertext } = sealer.seal(ad, data);
        const forged = error('forged');
        expect(() => opener.open(n, ad, flipped(ciphertext, at))).toThrow(forged);
        const cut = ciphertext.subarray(0, at % ciphertext.length);
        expect(() => opener.open(n, ad, cut)).toThrow(forged);
        expect(() => opener.open(n + shift, ad, ciphertext)).toThrow(forged);
        expect(() => opener.open(n, utf8('get'), ciphertext)).toThrow(forged);
        const stranger = new Sealer(primitives, flipped(key, at));
        expect(() => opener.open(n, ad, stranger.seal(ad, data).ciphertext)).toThrow(forged);
        expect(opener.last).toBe(-1);
        expect(opener.open(n, ad, ciphertext)).toStrictEqual({ plaintext: data, gap: 0 });
      }),
      { numRuns: 50 },
    );
  });

  it('refuses its own messages sent back', () => {
    const [out, back] = [direction(), direction()];
    const { n, ciphertext } = out.sealer.seal(ad, text);
    expect(() => back.opener.open(n, ad, ciphertext)).toThrow(error('forged'));
  });

  it('rekeys after 1024 messages', () => {
    const { key, sealer, opener } = direction();
    const keys = [key, rekey(primitives, key), rekey(primitives, rekey(primitives, key))];
    for (let n = 0; n < 2100; n += 1) {
      const sealed = sealer.seal(ad, text);
      expect(opener.open(sealed.n, ad, sealed.ciphertext)).toEqual({ plaintext: text, gap: 0 });
      if (![0, 1023, 1024, 2047, 2048].includes(n)) continue;
      const current = keys[Math.floor(n / 1024)] ?? key;
      const plain = primitives.decrypt(current, noiseNonce(n), ad, sealed.ciphertext);
      expect(plain).toStrictEqual(text);
    }
  });

  it('rekeys as §4.2 of Noise says', () => {
    const key = primitives.random(32);
    const nonce = Uint8Array.from([0, 0, 0, 0, ...Array<number>(8).fill(0xff)]);
    const none = new Uint8Array(0);
    const full = primitives.encrypt(key, nonce, none, new Uint8Array(32));
    expect(rekey(primitives, key)).toStrictEqual(full.slice(0, 32));
  });

  it.each([
    [0, 1024],
    [1023, 1024],
    [5, 2047],
    [1000, 3071],
    [1024, 4095],
  ])('follows from message %i to message %i', (from, to) => {
    const { sealer, opener } = direction();
    const first = sealAt(sealer, from);
    opener.open(first.n, ad, first.ciphertext);
    const second = sealAt(sealer, to);
    const altered = flipped(second.ciphertext, 3);
    expect(() => opener.open(second.n, ad, altered)).toThrow(error('forged'));
    expect(opener.last).toBe(from);
    expect(opener.open(second.n, ad, second.ciphertext).gap).toBe(to - from - 1);
    const third = sealer.seal(ad, text);
    expect(opener.open(third.n, ad, third.ciphertext).gap).toBe(0);
  });

  it('does not follow over more than two generations, and takes the next that is near enough', () => {
    const { sealer, opener } = direction();
    const first = sealAt(sealer, 1023);
    const near = sealAt(sealer, 3071);
    const far = sealAt(sealer, 3072);
    opener.open(first.n, ad, first.ciphertext);
    expect(() => opener.open(far.n, ad, far.ciphertext)).toThrow(error('forged'));
    opener.open(near.n, ad, near.ciphertext);
    expect(opener.open(far.n, ad, far.ciphertext).gap).toBe(0);
  });

  it('opens each message once at most in a window, too, and knows what is missing', () => {
    const start = fc.constantFrom<number[]>(0, 1000, 1020, 2040);
    const deliveries = fc.array(fc.tuple(fc.nat(39), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(start, fc.nat(12), deliveries, (from, window, arrivals) => {
        const key = primitives.random(32);
        const sealer = new Sealer(primitives, key);
        const opener = new Opener(primitives, key, window);
        const first = sealAt(sealer, from);
        opener.open(first.n, ad, first.ciphertext);
        opener.forgetMissing();
        const sent = Array.from({ length: 40 }, () => sealer.seal(ad, text));
        const opened = new Set<number>();
        let highest = from;
        for (const [index, altered] of arrivals) {
          const { n, ciphertext } = sent[index] ?? first;
          const arrive = () =>
            opener.open(n, ad, altered ? flipped(ciphertext, index) : ciphertext);
          if (opened.has(n) || n < highest - window) expect(arrive).toThrow(error('replayed'));
          else if (altered) expect(arrive).toThrow(error('forged'));
          else {
            expect(arrive().plaintext).toStrictEqual(text);
            opened.add(n);
            highest = Math.max(highest, n);
          }
          expect(opener.last).toBe(highest);
          expect(opener.missing).toBe(highest - from - opened.size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what is no counter, and counters that no sender gives', () => {
    const { opener } = direction();
    const something = new Uint8Array(20);
    for (const n of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => opener.open(n, ad, something)).toThrow(error('malformed'));
    for (const n of [2 ** 32, 2 ** 53])
      expect(() => opener.open(n, ad, something)).toThrow(error('exhausted'));
    expect(() => opener.open(2 ** 32 - 1, ad, something)).toThrow(error('forged'));
  });

  it('stops sealing when no counter is left', () => {
    const { sealer } = direction();
    // Nobody waits for four thousand million messages.
    Reflect.set(sealer, 'counter', 2 ** 32);
    expect(() => sealer.seal(ad, text)).toThrow(error('exhausted'));
    expect(sealer.next).toBe(2 ** 32);
  });

  it('keeps working when the caller wipes the key that it gave', () => {
    const { key, sealer, opener } = direction();
    key.fill(0);
    const { n, ciphertext } = sealer.seal(ad, text);
    expect(opener.open(n, ad, ciphertext).plaintext).toStrictEqual(text);
    expect(new Opener(primitives, key).last).toBe(-1);
  });
});
