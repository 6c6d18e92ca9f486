import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@fjern/remote';
import { describe, expect, it } from 'vitest';
import { type BoxEvent, type RunningBox, spawnBox, startBox } from '../support/box.ts';
import { pairWith } from '../support/screen.ts';

// Two boxes at once, since starting is mostly waiting.

const kills = 100;
const args = ['--player', 'mpv', '--mpv-args=--vo=null', '--mpv-args=--ao=null'];

describe.concurrent('a box that is killed (kill -9) again and again', () => {
  it.each(['one', 'two'])('comes back with all it had: box %s', { timeout: 300_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fjern-killed-'));
    let box: RunningBox | undefined = await startBox({ dataDir, args });
    const { port } = box;
    const [known, other] = [await pairWith(box, 'Phone'), await pairWith(box, 'Other phone')];
    const remote = connect(known, { timing: { retryCap: 0.5 } });
    try {
      await remote.ready({ timeout: 20 });
      const before = await remote.remotes.list();
      const own = before.find(({ name }) => name === 'Phone');
      if (!own) throw new Error('not listed');
      for (let kill = 1; kill <= kills; kill++) {
        // In the middle of a change of the list, of a command, or of nothing.
        const busy: Promise<unknown>[] = [
          remote.remotes.rename(own.id, `Phone ${kill}`),
          remote.volume.set(Math.random()),
        ];
        for (const call of busy) call.catch(() => {});
        await pause(Math.random() * 40);
        box.process.kill('SIGKILL');
        await once(box.process, 'exit');
        if (kill % 4 === 0) {
          // And while it starts.
          const starting = spawnBox({ dataDir, port, args });
          await pause(Math.random() * 400);
          starting.kill('SIGKILL');
          await once(starting, 'exit');
        }
        box = await startBox({ dataDir, port, args });
        await remote.ready({ timeout: 20 });
        const level = kill / (kills + 1);
        await remote.volume.set(level, { timeout: 20 });
        await box.event('state', (event) => Math.abs(levelOf(event) - level) < 0.001);
        expect(box.events.filter(({ event }) => event === 'error')).toEqual([]);
      }
      const after = await remote.remotes.list();
      expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
      const second = connect(other);
      await second.ready({ timeout: 20 });
      await second.close();
      expect(readdirSync(dataDir).filter((name) => name.includes('tmp'))).toEqual([]);
    } finally {
      await remote.close();
      await box?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

function levelOf({ facet, value }: BoxEvent): number {
  return facet === 'volume' ? (value as { level: number }).level : Number.NaN;
}
