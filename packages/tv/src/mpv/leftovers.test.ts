import { expect, it } from 'vitest';
import { startMediaServer } from './fixtures/media-server.ts';
import { never, Rig, toLoad } from './fixtures/rig.ts';

it('leaves no process, socket or timer behind', { timeout: 30_000 }, async () => {
  const server = await startMediaServer();
  const rig = new Rig();
  const handles = () => process.getActiveResourcesInfo().sort();
  const before = handles();
  const player = rig.player({ baseUrl: () => server.origin });
  await player.load(toLoad('/film.mp4'), never);
  const loading = player.load(toLoad('/film.mp4'), never);
  await Promise.all([player.close(), player.close(), loading.catch(() => {})]);
  expect(rig.processes()).toEqual([]);
  await expect.poll(handles, { timeout: 8000 }).toEqual(before);
  expect(player.state.state).toBe('idle');
  await expect(player.load(toLoad('/film.mp4'), never)).rejects.toMatchObject({
    code: 'player-failed',
  });
  await rig.close();
  await server.close();
});
