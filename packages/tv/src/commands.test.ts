import { type CommandAction, NS, xml } from '@fjern/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandMemory, type Outcome } from './command-memory.ts';
import { clip, createHousehold, type Household, refusal } from './fixtures/household.ts';

let home: Household;
beforeEach(async () => {
  home = await createHousehold();
});
afterEach(async () => {
  await home.close();
  expect(home.clock.pending).toBe(0);
});

describe('carrying out', () => {
  it('answers with the revision that shows the effect', async () => {
    const anna = home.remote('anna');
    await anna.load();
    await home.clock.advance(1000);
    for (const [action, effect] of [
      [{ name: 'pause' }, { state: 'paused', currentTime: 1 }],
      [{ name: 'seek', currentTime: 42.5 }, { currentTime: 42.5 }],
      [{ name: 'setRate', playbackRate: 2 }, { playbackRate: 2 }],
      [{ name: 'play' }, { state: 'playing', by: 'Anna' }],
      [{ name: 'stop' }, { state: 'idle' }],
    ] as const) {
      const { facet, revision } = await anna.command(action);
      await home.clock.advance(100);
      expect(home.tv.get(facet)).toMatchObject({ revision, value: effect });
    }
    const { revision } = await anna.command({ name: 'setMuted', muted: true });
    expect(home.tv.get('volume')).toMatchObject({ revision, value: { muted: true, by: 'Anna' } });
  });

  it('shows small steps of a seek, too', async () => {
    const anna = home.remote('anna');
    await anna.load();
    await home.clock.advance(1000);
    const { revision } = await anna.command({ name: 'seek', currentTime: 1.1 });
    await home.clock.advance(100);
    expect(home.tv.get('media')).toMatchObject({ revision, value: { currentTime: 1.1 } });
  });

  it('tells nobody of a command that changes nothing', async () => {
    const anna = home.remote('anna');
    await anna.subscribe();
    await anna.load();
    await home.clock.advance(1000);
    const before = anna.notified.length;
    const { revision } = await anna.command({ name: 'play' });
    expect(revision).toBe(home.tv.get('media').revision);
    await home.clock.advance(1000);
    expect(anna.notified.length).toBe(before);
  });

  it('describes what it loads: as the remote, the catalogue, or the file name does', async () => {
    const anna = home.remote('anna');
    const metadata = { title: 'Given' };
    const title = async (action: CommandAction) => {
      await anna.command(action).catch(() => {});
      await home.clock.advance(100);
      return home.tv.get('media').value.metadata?.title;
    };
    const slow = { uri: 'slow.mp4' };
    expect(await title({ name: 'load', source: { uri: clip }, metadata })).toBe('Given');
    void title({ name: 'load', source: slow });
    await home.clock.advance(4000);
    expect(home.tv.get('media').value.metadata?.title).toBe('Slow');
    const source = { uri: 'http://x.example/a/My%20clip.mp4?x=/y' };
    expect(await title({ name: 'load', source })).toBe('My clip.mp4');
  });

  it('gives a load up for a later one, and for a stop', async () => {
    const [anna, ben] = [home.remote('anna'), home.remote('ben')];
    const first = refusal(anna.load('slow.mp4'));
    const second = refusal(ben.load('slow.mp4'));
    expect(await first).toBe('superseded');
    await ben.command({ name: 'stop' });
    expect(await second).toBe('superseded');
    await home.clock.advance(5000);
    expect(home.tv.get('media').value.state).toBe('idle');
  });
});

describe('refusing', () => {
  it.each([
    [{ name: 'play' }, 'no-media'],
    [{ name: 'seek', currentTime: 1 }, 'no-media'],
    [{ name: 'setRate', playbackRate: 1 }, 'no-media'],
    [{ name: 'load', source: { uri: 'file:///etc/passwd' } }, 'media-unsupported'],
    [{ name: 'load', source: { uri: ' java\tscript:alert(1)' } }, 'media-unsupported'],
    [{ name: 'load', source: { uri: 'odd.xyz' } }, 'media-unsupported'],
    [{ name: 'load', source: { uri: 'http://nowhere.example/' } }, 'media-unreachable'],
    [{ name: 'load', source: { uri: clip }, currentTime: 61 }, 'out-of-range'],
  ] as const)('%j: %s', async (action, condition) => {
    expect(await refusal(home.remote('anna').command(action))).toBe(condition);
  });

  it('what the media or the player does not allow', async () => {
    const anna = home.remote('anna');
    await anna.load();
    expect(await refusal(anna.command({ name: 'seek', currentTime: 60.1 }))).toBe('out-of-range');
    expect(await refusal(anna.command({ name: 'setRate', playbackRate: 5 }))).toBe('out-of-range');
    expect(home.player.calls).toEqual(['load']);
    await anna.command({ name: 'seek', currentTime: 60 });
  });

  it('what is not a command', async () => {
    const anna = home.remote('anna');
    const envelope = { xmlns: NS, id: '1', epoch: home.tv.epoch, expires: '9' };
    expect(await refusal(anna.ask('set', xml('dance', envelope)))).toBe('unknown-command');
    const nan = xml('seek', { ...envelope, currentTime: 'NaN' });
    expect(await refusal(anna.ask('set', nan))).toBe('invalid-value');
    const loud = xml('setVolume', { ...envelope, level: '2' });
    expect(await refusal(anna.ask('set', loud))).toBe('invalid-value');
    expect(await refusal(anna.ask('set', xml('play', { xmlns: NS })))).toBe('invalid-value');
  });

  it('what comes too late, or was meant for an earlier run', async () => {
    const anna = home.remote('anna');
    await anna.load();
    await home.clock.advance(10_000);
    expect(await refusal(anna.command({ name: 'pause' }, { expires: 9.9 }))).toBe('expired');
    expect(await refusal(anna.command({ name: 'pause' }, { epoch: 'old' }))).toBe('stale-epoch');
    expect(home.player.calls).toEqual(['load']);
  });
});

describe('repeats', () => {
  it('are answered as the original was, also after it expired', async () => {
    const anna = home.remote('anna');
    await anna.load();
    const pause = { id: 'p', expires: 5 };
    const first = await anna.command({ name: 'pause' }, pause);
    await home.player.play();
    await home.clock.advance(6000);
    expect(await anna.command({ name: 'pause' }, pause)).toEqual(first);
    expect(home.player.state.state).toBe('playing');
  });

  it('of one under way wait for the same answer', async () => {
    const anna = home.remote('anna');
    const load = { name: 'load', source: { uri: 'slow.mp4' } } as const;
    const answers = [1, 2].map(() => anna.command(load, { id: 'l' }));
    await home.clock.advance(3000);
    const [first, second] = await Promise.all(answers);
    expect(second).toEqual(first);
    expect(home.player.calls).toEqual(['load']);
  });

  it('of a failure fail alike; an id is for one command, and for one remote', async () => {
    const [anna, ben] = [home.remote('anna'), home.remote('ben')];
    expect(await refusal(anna.command({ name: 'play' }, { id: 'x' }))).toBe('no-media');
    await anna.load();
    expect(await refusal(anna.command({ name: 'play' }, { id: 'x' }))).toBe('no-media');
    expect(await refusal(anna.command({ name: 'pause' }, { id: 'x' }))).toBe('bad-request');
    await ben.command({ name: 'pause' }, { id: 'x' });
    // From another of its sessions it is the same remote.
    const tablet = home.remote('anna', 'tablet');
    expect(await refusal(tablet.command({ name: 'play' }, { id: 'x' }))).toBe('no-media');
  });
});

it('carries out no id twice and answers it in one way, whatever the order and the delays', async () => {
  const step = fc.record({
    remote: fc.constantFrom('anna', 'ben'),
    id: fc.integer({ min: 0, max: 3 }),
    level: fc.constantFrom(0.1, 0.2),
    ttl: fc.constantFrom(0, 0.5, 5),
    wait: fc.constantFrom(0, 0, 10, 400, 1000),
    outcome: fc.constantFrom('ok', 'fail', 'hang'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const own = await createHousehold();
      const remotes = { anna: own.remote('anna'), ben: own.remote('ben') };
      const started = new Map<string, number>();
      const answers = new Map<string, Set<string>>();
      const first = new Map<string, (typeof steps)[number] & { expires: number }>();
      own.tv.on('command', ({ remote, command }) => {
        const key = `${remote.key} ${command.id}`;
        started.set(key, (started.get(key) ?? 0) + 1);
      });
      const pending: Promise<void>[] = [];
      for (const next of steps) {
        const key = `${remotes[next.remote].key} ${next.id}`;
        const now = own.clock.now() / 1000;
        const known = first.get(key) ?? { ...next, expires: now + next.ttl };
        first.set(key, known);
        if (next.outcome === 'hang') own.player.next('setVolume', 'hang');
        if (next.outcome === 'fail') own.player.next('setVolume', new Error('scripted'));
        const ids = { id: String(next.id), expires: known.expires };
        const answer = remotes[next.remote]
          .command({ name: 'setVolume', level: known.level }, ids)
          .then(JSON.stringify, (error) => String(error));
        pending.push(
          answer.then((text) => {
            answers.set(key, (answers.get(key) ?? new Set()).add(text));
          }),
        );
        await own.clock.advance(next.wait);
      }
      await own.clock.advance(10_000);
      await Promise.all(pending);
      for (const count of started.values()) expect(count).toBe(1);
      for (const texts of answers.values()) expect(texts.size).toBe(1);
      await own.close();
      expect(own.clock.pending).toBe(0);
    }),
    { numRuns: 20 },
  );
}, 60_000);

describe('memory', () => {
  const outcome = async (id: string): Promise<Outcome> => ({
    id,
    facet: 'media',
    epoch: 'e',
    revision: 1,
  });

  it('is bounded, and refuses what it may have forgotten', async () => {
    const memory = new CommandMemory();
    const commandAt = (id: number, expires: number) =>
      ({ name: 'play', id: String(id), epoch: 'e', expires }) as const;
    const long = commandAt(-1, 10_000);
    memory.remember(long, outcome('-1'), 0);
    for (let id = 0; id < 5000; id++) {
      memory.remember(commandAt(id, 10 + id / 1000), outcome(String(id)), id / 1000);
      if (id % 100 === 0) await outcome('');
    }
    // None may be carried out again: it is remembered, or refused.
    for (let id = 0; id < 5000; id++) {
      const command = commandAt(id, 10 + id / 1000);
      expect(memory.recall(command) ?? memory.mayHaveForgotten(command.expires)).toBeTruthy();
    }
    expect(memory.recall(commandAt(0, 10))).toBeUndefined();
    expect(memory.recall(long)).toBeDefined();
    expect(memory.mayHaveForgotten(15)).toBe(false);
  });
});
