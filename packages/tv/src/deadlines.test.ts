import { expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';
import { ManualClock } from './testing/index.ts';

const late = () => new Error('late');
const never = new Promise<void>(() => {});

function create() {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const within = (seconds: number, name: string) =>
    deadlines.within(seconds, never, late).catch(() => {
      expired.push(`${name} ${clock.now() / 1000}`);
    });
  return { clock, deadlines, expired, within };
}

it('ends each at its own time, with one timer for all', async () => {
  const { clock, deadlines, expired, within } = create();
  void within(20, 'a');
  void within(5, 'b');
  await clock.advance(1000);
  void within(5, 'c');
  expect(clock.pending).toBe(1);
  await clock.advance(30_000);
  expect(expired).toEqual(['b 5', 'c 6', 'a 20']);
  expect(clock.pending).toBe(0);
  deadlines.close();
});

it('settles as what it waits for does, and needs no timer of its own for that', async () => {
  const { clock, deadlines } = create();
  for (let i = 0; i < 100; i++) await deadlines.within(5, Promise.resolve(), late);
  expect(clock.pending).toBe(1);
  await expect(deadlines.within(5, Promise.reject(new Error('own')), late)).rejects.toThrow('own');
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
});

it('leaves no timer when it is closed', () => {
  const { clock, deadlines, within } = create();
  void within(5, 'a');
  deadlines.close();
  expect(clock.pending).toBe(0);
});
