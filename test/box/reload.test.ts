import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Remote } from '@fjern/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunningBox, startBox } from '../support/box.ts';
import { pairWith } from '../support/screen.ts';

// What a new configuration, a restart and a crash cost those who watch: nothing that can be helped.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-reload-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let count = 0;
function configuration(content: object) {
  const file = join(scratch, `box-${++count}.json`);
  const write = (next: object) => writeFileSync(file, JSON.stringify(next));
  write(content);
  return { file, write };
}

const headless = ['--player', 'mpv', '--mpv-args=--vo=null', '--mpv-args=--ao=null'];
const film = { uri: '/media/northern-lights.mp4' };

async function connected(box: RunningBox): Promise<Remote> {
  const remote = connect(await pairWith(box, 'Anna'));
  await remote.ready({ timeout: 10 });
  return remote;
}

async function reload(box: RunningBox) {
  const reloaded = box.next('reloaded');
  box.process.kill('SIGHUP');
  return reloaded;
}

const isPlaying = (value: unknown) => Object(value).state === 'playing';

describe('a box that is to read its configuration again', () => {
  it('changes name and approval at once, and keeps what it had where the file is wrong', async () => {
    const { file, write } = configuration({ port: 0, name: 'Stue' });
    const box = await startBox({ named: 'file', args: ['--config', file] });
    const config = async () => (await fetch(`http://127.0.0.1:${box.port}/config.json`)).json();
    try {
      expect(await config()).toMatchObject({ name: 'Stue' });
      write({ port: 0, name: 'Kitchen', approve: true });
      expect(await reload(box)).toMatchObject({ changed: ['name', 'approve'], restarted: [] });
      expect(await config()).toMatchObject({ name: 'Kitchen' });
      const { url } = await box.event('offer');
      expect(decodeURIComponent(String(url))).toContain('n=Kitchen');
      write({ name: 'Bath', aprove: true });
      const failed = box.next('error');
      box.process.kill('SIGHUP');
      expect((await failed).message).toMatch(/aprove: is unknown; do you mean approve\?$/);
      expect(await config()).toMatchObject({ name: 'Kitchen' });
      await pairWith(box, 'Anna');
      const asked = box.next('request');
      void pairWith(box, 'Ben').catch(() => {});
      await asked;
    } finally {
      await box.stop();
    }
  });

  it('stays as it was where the new configuration is not possible', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { file, write } = configuration({ port: 0 });
    const box = await startBox({ named: 'file', args: ['--config', file] });
    try {
      write({ port, name: 'Elsewhere' });
      const [failed, listening] = [box.next('error'), box.next('listening')];
      box.process.kill('SIGHUP');
      expect(await failed).toMatchObject({ code: 'port-in-use' });
      expect((await listening).port).toBe(box.port);
      expect((await fetch(`http://127.0.0.1:${box.port}/health`)).status).toBe(200);
      expect(box.events.map(({ event }) => event)).not.toContain('reloaded');
    } finally {
      await box.stop();
      taken.close();
    }
  });

  it('starts its hub again on the same port, while the player plays on', async () => {
    const { file, write } = configuration({});
    const box = await startBox({ args: [...headless, '--config', file] });
    const remote = await connected(box);
    try {
      await remote.media.load(film);
      await box.event('state', ({ value }) => isPlaying(value));
      write({ origin: ['https://tv.example'] });
      const listening = box.next('listening');
      expect(await reload(box)).toMatchObject({ changed: ['origin'], restarted: ['hub'] });
      expect((await listening).port).toBe(box.port);
      const kept = box.events.findLast(({ facet }) => facet === 'media');
      expect(kept?.value).toMatchObject({ state: 'playing' });
      await expect.poll(() => remote.link.status, { timeout: 20_000 }).toBe('live');
      await remote.media.pause();
    } finally {
      await remote.close();
      await box.stop();
    }
  });
});

describe.each(['SIGUSR2', 'SIGKILL'] as const)('after %s', (signal) => {
  it('the next process goes on with the mpv that plays, and remotes come back', async () => {
    const dataDir = join(scratch, signal);
    const first = await startBox({ dataDir, args: headless });
    const remote = await connected(first);
    let second: RunningBox | undefined;
    try {
      await remote.media.load(film);
      await first.event('state', ({ value }) => isPlaying(value));
      await first.stop(signal);
      second = await startBox({ dataDir, port: first.port, args: headless });
      const adopted = await second.event('state', ({ value }) => isPlaying(value));
      expect(Object(adopted.value).source.uri).toContain('northern-lights.mp4');
      await expect.poll(() => remote.link.status, { timeout: 30_000 }).toBe('live');
      await expect.poll(() => remote.get('media')?.state, { timeout: 10_000 }).toBe('playing');
      await remote.media.pause();
    } finally {
      await remote.close();
      expect(await second?.stop()).toBe(0);
    }
  });
});
