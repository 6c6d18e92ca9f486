import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BreakableNetwork, startNetwork } from '../support/network.ts';
import { Fjern } from './fjern.ts';
import { type LivingRoom, startLivingRoom } from './living-room.ts';

// Two TVs of one name, and one that takes the other's place: the built `fjern` against two built boxes.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-several-'));
let first: LivingRoom;
let second: LivingRoom;
/** An address at which either of them can be. */
let shelf: BreakableNetwork;
let onShelf: LivingRoom;
let folders = 0;

const labelOf = ({ domain }: LivingRoom) => `Living room·${domain.slice(0, 4)}`;
const tvOf = ({ domain }: LivingRoom) => `tv@${domain}`;
const shelfHost = () => `127.0.0.1:${shelf.port}`;

async function pair(user: Fjern, home: LivingRoom): Promise<Record<string, unknown>> {
  onShelf = home;
  const { code, json } = await home.spend(({ url }) =>
    user.run('pair', url.replace(`:${home.network.port}/`, `:${shelf.port}/`), '--json'),
  );
  expect(code).toBe(0);
  return json[0] ?? {};
}

/** Paired with both, the second one last. */
async function someone(environment: NodeJS.ProcessEnv = {}): Promise<Fjern> {
  const user = new Fjern(join(scratch, String(++folders)), environment);
  for (const home of [first, second])
    await home.spend(({ url }) => user.run('pair', url, '--quiet'));
  return user;
}

beforeAll(async () => {
  [first, second] = await Promise.all([startLivingRoom(), startLivingRoom()]);
  shelf = await startNetwork(() => onShelf.box.port);
});
afterAll(async () => {
  await shelf.close();
  await Promise.all([first.close(), second.close()]);
  rmSync(scratch, { recursive: true });
});

describe('TVs of one name', () => {
  let user: Fjern;
  beforeAll(async () => {
    user = await someone();
  });

  const used = async (...args: string[]) =>
    (await user.run('status', '--json', ...args)).json[0]?.tv;

  it('are told apart by what they are, wherever they are named', async () => {
    const { stdout } = await user.run('tvs');
    expect(stdout).toBe(
      `* ${labelOf(second)}  ${second.host}  ${tvOf(second)}\n  ${labelOf(first)}  ${first.host}  ${tvOf(first)}\n`,
    );
    const both = await user.run('status', '--tv', 'living room', '--json');
    expect(both).toMatchObject({ code: 2, json: [{ event: 'error', code: 'ambiguous' }] });
    expect((await user.run('status', '--tv', 'Liv')).stderr).toBe(
      `fjern: Several TVs begin with "Liv": say '${labelOf(second)}' or '${labelOf(first)}'.\n`,
    );
    expect(await used('--tv', labelOf(first))).toBe(tvOf(first));
    expect(await used('--tv', first.domain.slice(0, 4))).toBe(tvOf(first));
    expect((await user.run('status', '--tv', labelOf(first))).stdout).toContain(
      `${labelOf(first)}\n`,
    );
  });

  it('one is chosen by --tv, FJERN_TV, fjern use, or having been used last, in this order', async () => {
    const withEnvironment = new Fjern(user.folder, { FJERN_TV: tvOf(second) });
    const usedThere = async (...args: string[]) =>
      (await withEnvironment.run('status', '--json', ...args)).json[0]?.tv;
    await used('--tv', tvOf(first));
    expect(await used()).toBe(tvOf(first));
    expect(await user.run('use', labelOf(second))).toMatchObject({
      code: 0,
      stdout: `${labelOf(second)} is meant when no TV is named.\n`,
      stderr: '',
    });
    await used('--tv', tvOf(first));
    expect(await used()).toBe(tvOf(second));
    expect((await user.run('use')).stdout).toBe(`${labelOf(second)}\n`);
    await user.run('use', tvOf(first));
    expect(await usedThere()).toBe(tvOf(second));
    expect(await usedThere('--tv', tvOf(first))).toBe(tvOf(first));
    expect((await user.run('use', '--json')).json).toEqual([
      { event: 'default', tv: tvOf(first), name: 'Living room', label: labelOf(first) },
    ]);
    await used('--tv', tvOf(second));
    expect((await user.run('use', '--last', '--quiet')).stdout).toBe('');
    expect(await used()).toBe(tvOf(second));
    expect(await user.run('use', 'Kitchen')).toMatchObject({ code: 4 });
    expect(await user.run('use', tvOf(first), '--last')).toMatchObject({ code: 2 });
  });

  it('are asked all at once whether they are on', async () => {
    await second.stopTv();
    const file = join(user.folder, 'tvs.json');
    const { tvs } = JSON.parse(readFileSync(file, 'utf8'));
    const gone = Array.from({ length: 10 }, (_, index) => ({
      ...tvs[0],
      ...{ tv: `tv@gone${index}.local`, domain: `gone${index}.local`, name: `Gone ${index}` },
      // Nobody listens there.
      service: 'ws://127.0.0.1:9/xmpp-websocket',
      fingerprint: String(index).repeat(43),
    }));
    const folder = join(user.folder, 'more');
    const more = new Fjern(folder);
    await first.spend(({ url }) => more.run('pair', url, '--quiet'));
    writeFileSync(join(folder, 'tvs.json'), JSON.stringify({ version: 2, tvs: [...tvs, ...gone] }));
    const started = performance.now();
    const { json, code, stderr } = await more.run('tvs', '--online', '--timeout', '2', '--json');
    const took = performance.now() - started;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const online = new Map(json.map(({ tv, online }) => [tv, online]));
    expect(online.get(tvOf(first))).toBe('on');
    expect(online.get(tvOf(second))).toBe('off');
    expect(json.filter(({ online }) => online === 'unreachable')).toHaveLength(10);
    // Twelve one after the other would be 20 s.
    expect(took).toBeLessThan(12_000);
    const { stdout } = await user.run('tvs', '--online');
    expect(stdout).toContain(`${labelOf(first)}  on  ${first.host}\n`);
    expect(stdout).toContain(`${labelOf(second)}  off  ${second.host}\n`);
    await second.startTv();
  });
});

describe('a TV that was replaced', () => {
  it('is told from the one in its place, and stays paired', async () => {
    const user = new Fjern(join(scratch, String(++folders)));
    expect(await pair(user, first)).toMatchObject({ tv: tvOf(first), label: 'Living room' });
    onShelf = second;
    const { code, stderr } = await user.run('status', '--timeout', '4');
    expect(code).toBe(3);
    expect(stderr).toBe(
      `fjern: Another TV, “Living room”, answers at ${shelfHost()}, and Living room is not found on this network. If that one took its place, pair with it: fjern pair ${shelfHost()}. The pairing with Living room is kept until: fjern unpair --here --tv 'Living room'\n`,
    );
    const json = await user.run('status', '--timeout', '2', '--json');
    expect(json).toMatchObject({ code: 3, json: [{ event: 'error', code: 'replaced' }] });
    const online = await user.run('tvs', '--online', '--timeout', '2', '--json');
    expect(online.json).toMatchObject([{ online: 'replaced' }]);
    // As told, with the PIN.
    const paired = await second.spend(({ pin }) => user.run('pair', shelfHost(), '--pin', pin));
    expect(paired.stdout).toBe(`Paired with ${labelOf(second)}. Try: fjern catalogue\n`);
    expect((await user.run('status', '--json')).json).toMatchObject([{ tv: tvOf(second) }]);
    // It comes back: nobody has forgotten it.
    onShelf = first;
    expect((await user.run('status', '--json', '--tv', labelOf(first))).json).toMatchObject([
      { tv: tvOf(first) },
    ]);
    expect((await user.run('unpair', '--here', '--tv', labelOf(second))).stdout).toBe(
      `Forgot ${labelOf(second)}. The TV still lists this computer.\n`,
    );
    expect((await user.run('tvs')).stdout).toBe(`* Living room  ${shelfHost()}  ${tvOf(first)}\n`);
  });
});
