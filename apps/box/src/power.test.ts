import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlaybackState } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hooks } from './hooks.ts';
import { combine, readFlags } from './options.ts';
import { Power } from './power.ts';
import type { BoxEvent } from './report.ts';

let directory: string;
let power: Power;
let events: BoxEvent[];
let standbys: number;
const log = () => readFileSync(join(directory, 'log'), 'utf8').split('\n').filter(Boolean);
const note = (text: string) => ({ command: ['sh', '-c', `echo ${text} >> ${directory}/log`] });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-power-'));
  appendFileSync(join(directory, 'log'), '');
  events = [];
  standbys = 0;
});
afterEach(async () => {
  await power.close();
  rmSync(directory, { recursive: true });
});

function start(hooks: Hooks, standbyAfter = 0): void {
  const options = combine(readFlags(['--data-dir', join(directory, 'data')]));
  power = new Power({
    options: { ...options, hooks, standbyAfter },
    id: 'abc',
    onstandby: () => {
      standbys += 1;
    },
    report: (event) => events.push(event),
  });
}

function plays(...states: PlaybackState[]): void {
  for (const state of states)
    power.observe({ event: 'state', facet: 'media', epoch: 'e', revision: 1, value: { state } });
}

describe('the TV’s power', () => {
  it('the box becomes the input with the first media, and not with the next', async () => {
    start({ input: note('input'), wake: note('wake') });
    plays('idle', 'loading', 'playing', 'paused', 'playing', 'loading', 'playing');
    await expect.poll(log).toEqual(['input']);
    // The command may be about to end.
    const again = () => {
      if (log().length < 2) plays('ended', 'playing');
      return log();
    };
    await expect.poll(again).toEqual(['input', 'input']);
    // Nobody loaded what went on while the box was restarted.
    await power.close();
    start({ input: note('again') });
    plays('playing', 'idle', 'loading');
    await expect.poll(log).toEqual(['input', 'input', 'again']);
  });

  it('after idleness the TV sleeps, and is woken before it becomes the input', async () => {
    start({ input: note('input'), wake: note('wake'), standby: note('standby') }, 0.2);
    plays('idle');
    await expect.poll(log).toEqual(['standby']);
    await expect.poll(() => standbys).toBe(1);
    plays('loading', 'playing');
    await expect.poll(log).toEqual(['standby', 'wake', 'input']);
    expect(events).toEqual([
      { event: 'power', state: 'standby' },
      { event: 'power', state: 'on' },
    ]);
  });

  it('the firmware says when it sleeps', async () => {
    const file = join(directory, 'state');
    writeFileSync(file, 'on\n');
    start({ status: { command: ['cat', file], interval: 0.1 }, wake: note('wake') });
    plays('playing');
    expect(standbys).toBe(0);
    writeFileSync(file, 'standby\nsince noon\n');
    await expect.poll(() => standbys).toBe(1);
    writeFileSync(file, 'on\n');
    await expect.poll(() => events.at(-1)).toEqual({ event: 'power', state: 'on' });
    expect(log()).toEqual([]);
  });

  it('a status that fails is told once, until it works again', async () => {
    const file = join(directory, 'state');
    start({ status: { command: ['cat', file], interval: 0.1 } });
    await expect.poll(() => events.length).toBe(1);
    expect(events[0]).toMatchObject({ event: 'error', code: 'hook' });
    writeFileSync(file, 'standby\n');
    await expect.poll(() => standbys).toBe(1);
    writeFileSync(file, 'half awake\n');
    await expect.poll(() => events.length).toBe(3);
    expect(events[2]).toMatchObject({
      message: 'The status hook printed "half awake", neither on nor standby.',
    });
  });

  it('hooks can be others while it runs', async () => {
    start({ input: note('old') });
    const options = combine(readFlags(['--data-dir', join(directory, 'data')]));
    power.update({ ...options, hooks: { input: note('new') } });
    plays('idle', 'loading');
    await expect.poll(log).toEqual(['new']);
  });
});
