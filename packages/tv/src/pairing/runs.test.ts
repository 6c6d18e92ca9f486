import { type PakeRequest, pairingErrorCondition, StanzaError } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../random.ts';
import { ManualClock } from '../testing/index.ts';
import { type Hold, Offers } from './offers.ts';
import { Runs } from './runs.ts';
import { Tries } from './tries.ts';

// The exchange here is one that cannot be broken: its tag says which password, sid and sender it was made with.

interface Ideal {
  password: string;
  checkTag(tag: Uint8Array): boolean;
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const tagOf = (from: string, sid: string, password: string) => `${from} ${sid} ${password}`;

class Model {
  readonly clock = new ManualClock();
  readonly tries = new Tries({ clock: this.clock, onChange: () => {} });
  readonly offers = new Offers({
    clock: this.clock,
    random: systemRandom,
    lifetime: 300,
    toUrl: () => 'url',
    onChange: () => {},
  });
  readonly runs = new Runs<Ideal>({
    clock: this.clock,
    offers: this.offers,
    tries: this.tries,
    exchange: (from, password, { sid }) => ({
      share: new Uint8Array(32),
      result: {
        password,
        checkTag: (tag) => new TextDecoder().decode(tag) === tagOf(from, sid, password),
      },
    }),
  });
  /** Passwords of every offer there was, the current one last. */
  readonly pins: string[] = [];
  readonly holds: { hold: Hold; pin: string; settled: boolean }[] = [];
  readonly used = new Set<string>();
  guesses = 0;
  /** Runs by sender, and what was said in the first message of each. */
  private readonly begun = new Map<string, string>();

  constructor() {
    this.offers.open();
    this.note();
  }

  note(): void {
    const pin = this.offers.shown?.pin;
    if (pin !== undefined && pin !== this.pins.at(-1)) this.pins.push(pin);
  }

  begin(from: string, sid: string): string | undefined {
    return this.attempt(() => {
      const request: PakeRequest = { sid, code: 'pin', share: '' };
      this.runs.begin(from, request);
      this.begun.set(from, this.offers.shown?.pin ?? '');
    });
  }

  confirm(from: string, sid: string, password: string): string | undefined {
    return this.attempt(() => {
      const tag = utf8(tagOf(from, sid, password));
      const { exchange, offer, hold } = this.runs.confirm(from, sid, tag);
      expect(exchange.password).toBe(password);
      expect(this.begun.get(from)).toBe(password);
      expect(offer.pin).toBe(password);
      expect(this.used).not.toContain(password);
      expect(this.offers.shown?.pin).toBe(password);
      this.holds.push({ hold, pin: password, settled: false });
    });
  }

  settle(use: boolean): void {
    const next = this.holds.find(({ settled }) => !settled);
    if (!next) return;
    next.settled = true;
    if (use) {
      next.hold.use();
      this.tries.forget();
      expect(this.used).not.toContain(next.pin);
      this.used.add(next.pin);
    } else next.hold.release();
  }

  stop(): void {
    this.runs.stop();
    this.tries.stop();
    this.offers.stop();
    expect(this.clock.pending).toBe(0);
  }

  private attempt(action: () => void): string | undefined {
    try {
      action();
      return undefined;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const condition = pairingErrorCondition(error) ?? error.condition;
      if (condition === 'code-wrong') this.guesses++;
      return condition;
    } finally {
      this.note();
    }
  }
}

const from = fc.constantFrom('a/1', 'a/2', 'b/1', 'c/1');
const sid = fc.constantFrom('s', 't');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), from, sid }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('confirm' as const),
      from,
      sid,
      right: fc.constantFrom(true, true, true, false),
      age: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), from }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 10, 31, 301),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), use: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('replace' as const, 'close' as const) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(model: Model, steps: readonly Step[], knows: boolean) {
  for (const next of steps) {
    if (next.do === 'begin') model.begin(next.from, next.sid);
    else if (next.do === 'confirm') {
      const password = model.pins.at(-1 - next.age) ?? '';
      model.confirm(next.from, next.sid, knows && next.right ? password : 'no password');
    } else if (next.do === 'leave') model.runs.giveUp(next.from);
    else if (next.do === 'wait') await model.clock.advance(next.seconds * 1000);
    else if (next.do === 'settle') model.settle(next.use);
    else if (next.do === 'replace') model.offers.replace('member');
    else {
      model.offers.close();
      model.offers.open();
    }
    model.note();
  }
}

describe('any order of messages, senders, repeats and timeouts', () => {
  it('pairs nobody without the password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps: Step[]) => {
        const model = new Model();
        await play(model, steps, false);
        expect(model.holds).toEqual([]);
        model.stop();
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  it('pairs each code once at most, and only while it is shown', async () => {
    let paired = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps: Step[]) => {
        const model = new Model();
        await play(model, steps, true);
        paired += model.used.size;
        model.stop();
      }),
      { numRuns: 150 },
    );
    // The property is empty if nobody ever pairs.
    expect(paired).toBeGreaterThan(10);
  }, 30_000);

  it('lets five guesses through before a lock, and one after each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ from, sid, confirm: fc.boolean(), leave: fc.boolean() }), {
          minLength: 30,
          maxLength: 60,
        }),
        async (steps) => {
          const model = new Model();
          let begun = 0;
          for (const { from, sid, confirm, leave } of steps) {
            if (model.begin(from, sid) === undefined) begun++;
            if (confirm) model.confirm(from, sid, 'no password');
            if (leave) model.runs.giveUp(from);
          }
          expect(begun).toBeLessThanOrEqual(5);
          await model.clock.advance(31_000);
          for (const { from, sid } of steps) if (model.begin(from, sid) === undefined) begun++;
          expect(begun).toBeLessThanOrEqual(6);
          model.stop();
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

it('holds a code for one remote, and gives it back', () => {
  const model = new Model();
  const [pin = ''] = model.pins;
  expect(model.begin('a', 's')).toBeUndefined();
  expect(model.begin('b', 's')).toBeUndefined();
  expect(model.confirm('a', 's', pin)).toBeUndefined();
  expect(model.confirm('b', 's', pin)).toBe('busy');
  model.settle(false);
  expect(model.tries.refused).toBeUndefined();
  expect(model.begin('b', 's')).toBeUndefined();
  expect(model.confirm('b', 's', pin)).toBeUndefined();
  model.settle(true);
  expect(model.pins).toHaveLength(1);
  model.note();
  expect(model.pins).toHaveLength(2);
  model.stop();
});
