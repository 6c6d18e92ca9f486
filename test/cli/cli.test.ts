import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fjern, program, Running } from './fjern.ts';
import { clip, film, type LivingRoom, startLivingRoom } from './living-room.ts';

// The `fjern` command, as it was built, against a TV that is real but for its screen.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-cli-'));
let home: LivingRoom;
let folders = 0;

/** A user who has not paired yet. */
function someone(): Fjern {
  return new Fjern(join(scratch, String(++folders)));
}

async function paired(name = 'Desk'): Promise<Fjern> {
  const user = someone();
  const result = await home.spend(({ url }) => user.run('pair', url, '--name', name));
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return user;
}

beforeAll(async () => {
  home = await startLivingRoom();
});
afterAll(async () => {
  await home.close();
  rmSync(scratch, { recursive: true });
});

describe('pairing', () => {
  it('is remembered, for this user alone', async () => {
    const user = someone();
    const result = await home.spend(({ url }) => user.run('pair', url, '--name', 'Desk'));
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe('Paired with Living room. Try: fjern catalogue\n');
    expect(await home.box.event('paired')).toMatchObject({ name: 'Desk', kind: 'computer' });
    expect(statSync(join(user.folder, 'tvs.json')).mode & 0o777).toBe(0o600);
    const tv = `tv@${home.domain}`;
    const service = `ws://${home.host}/xmpp-websocket`;
    expect((await user.run('tvs', '--json')).json).toEqual([
      { event: 'known', tv, name: 'Living room', label: 'Living room', service, default: true },
    ]);
    expect((await user.run('tvs')).stdout).toBe(`* Living room  ${home.host}  ${tv}\n`);
  });

  it('needs a code that nobody has used', async () => {
    const { url } = await home.offer();
    await home.spend(() => someone().run('pair', url));
    const again = await someone().run('pair', url);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^fjern: Somebody has paired with this code already.*\n$/);
    const json = await someone().run('pair', url, '--json');
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(json.json).toMatchObject([{ event: 'error', code: 'code-used' }]);
  });

  it('says what a shell did to the address', async () => {
    const { url } = await home.offer();
    const result = await someone().run('pair', url.split('&')[0] ?? '');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('put it in quotes');
  });

  it('ends at both ends', async () => {
    const user = await paired('Leaving');
    const gone = home.box.next('revoked');
    expect(await user.run('unpair')).toMatchObject({
      code: 0,
      stdout: 'No longer paired with Living room.\n',
    });
    expect(await gone).toMatchObject({ name: 'Leaving' });
    expect(await user.run('status')).toMatchObject({ code: 4, stdout: '' });
  });

  it('may have been ended at the TV', async () => {
    const user = await paired('Removed');
    const { id } = await home.box.event('paired', ({ name }) => name === 'Removed');
    await home.viewer.revoke(String(id));
    const status = await user.run('status');
    expect(status.code).toBe(4);
    expect(status.stderr).toMatch(
      /^fjern: This remote was removed at the TV on \d+ [A-Z][a-z]+\. Pair it again: fjern pair .*\n$/,
    );
    expect(await user.run('unpair', '--json')).toMatchObject({
      code: 0,
      json: [{ event: 'unpaired', tv: `tv@${home.domain}` }],
    });
  });
});

describe('a paired TV', () => {
  let user: Fjern;
  beforeAll(async () => {
    user = await paired();
  });
  beforeEach(async () => {
    expect(await user.run('load', film, '--paused')).toMatchObject({ code: 0 });
  });

  const media = async () =>
    (await user.run('status', '--json')).json[0]?.media as Record<string, unknown>;

  it('tells what it plays and what it offers', async () => {
    const { stdout } = await user.run('status');
    expect(stdout.split('\n')[0]).toBe('Living room');
    expect(stdout).toContain('paused  0:00 / 10:00');
    expect(stdout).toMatch(/Volume \d+ %/);
    expect(stdout).toContain('This computer is a member.\n');
    expect((await user.run('status', '--json')).json).toMatchObject([
      {
        event: 'status',
        tv: `tv@${home.domain}`,
        media: { state: 'paused' },
        currentTime: 0,
        grant: { role: 'member' },
      },
    ]);
    expect((await user.run('catalogue')).stdout).toBe(`  1  Film  ${film}\n`);
    expect((await user.run('catalogue', '--json')).json).toMatchObject([
      { number: 1, id: 'film', source: { uri: film } },
    ]);
  });

  it('loads an address, a number and a title', async () => {
    expect(await user.run('load', clip)).toMatchObject({ code: 0 });
    expect(await media()).toMatchObject({ source: { uri: clip }, state: 'playing' });
    expect(await user.run('load', '1', '--paused')).toMatchObject({ code: 0 });
    expect(await media()).toMatchObject({ source: { uri: film }, state: 'paused' });
    await user.run('load', clip);
    const { json } = await user.run('load', 'film', '--at', '50%', '--paused', '--json');
    expect(json).toMatchObject([
      { event: 'done', command: 'load', facet: 'media', value: { currentTime: 300 } },
    ]);
    const nothing = await user.run('load', '2');
    expect(nothing).toMatchObject({ code: 2, stdout: '' });
    expect(nothing.stderr).toBe('fjern: The catalogue has 1 entries, so no 2.\n');
    const gone = await user.run('load', 'http://media.local/gone.mp4');
    expect(gone.code).toBe(1);
    expect(gone.stderr).toMatch(/^fjern: [A-Z].*\.\n$/);
  });

  it('plays, pauses and stops', async () => {
    expect((await user.run('play')).stdout).toContain('playing');
    expect((await user.run('toggle')).stdout).toContain('paused');
    expect((await user.run('play', '--json')).json).toMatchObject([
      { event: 'done', command: 'play', value: { state: 'playing' } },
    ]);
    expect((await user.run('pause')).stdout).toContain('paused');
    expect((await user.run('stop')).stdout).toBe('Nothing is loaded.\n');
    const seek = await user.run('seek', '10');
    expect(seek).toMatchObject({ code: 1, stdout: '' });
    expect(seek.stderr).toMatch(/^fjern: .+\.\n$/);
  });

  it('seeks: to a time, by steps, to a percentage', async () => {
    for (const [to, at] of [
      ['1:40.5', 100.5],
      ['+10', 110.5],
      ['-10', 100.5],
      ['50%', 300],
      ['-1:00', 240],
    ] as const) {
      const result = await user.run('seek', to, '--json');
      expect(result.json, to).toMatchObject([{ command: 'seek', value: { currentTime: at } }]);
      expect(result.code).toBe(0);
    }
  });

  it('says no in its own words', async () => {
    const result = await user.run('seek', '9999');
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^fjern: .*600.*\n$/);
    const { json, code, stderr } = await user.run('seek', '9999', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(json).toMatchObject([{ event: 'error', code: 'out-of-range' }]);
  });

  it('changes speed and volume', async () => {
    expect((await user.run('rate', '1.5')).stdout).toContain('×1.5');
    expect((await user.run('rate', '99')).code).toBe(1);
    expect((await user.run('rate', '1')).stdout).not.toContain('×');
    expect((await user.run('volume', '40')).stdout).toBe('Volume 40 %\n');
    expect((await user.run('volume', '+5')).stdout).toBe('Volume 45 %\n');
    expect((await user.run('volume', '-10%')).stdout).toBe('Volume 35 %\n');
    expect((await user.run('mute')).stdout).toBe('Volume 35 %  muted\n');
    expect((await user.run('unmute', '--json')).json).toMatchObject([
      { command: 'unmute', facet: 'volume', value: { muted: false } },
    ]);
  });

  it('is watched until Ctrl-C', async () => {
    const watching = user.start('watch', '--json');
    await watching.line(({ facet }) => facet === 'media');
    await user.run('seek', '123');
    expect(
      await watching.line(({ value }) => (value as { currentTime?: number })?.currentTime === 123),
    ).toMatchObject({ event: 'state', facet: 'media', currentTime: 123 });
    await user.run('volume', '12');
    await watching.line(({ value }) => (value as { level?: number })?.level === 0.12);
    watching.process.kill('SIGINT');
    const { code, stderr, json } = await watching.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(json[0]).toEqual({ event: 'tv', status: 'present' });
  });

  it('is watched while it goes off and comes back', async () => {
    const watching = user.start('watch', '--json');
    await watching.line(({ facet }) => facet === 'volume');
    await home.stopTv();
    await watching.line(({ event, status }) => event === 'tv' && status === 'absent');
    const off = await user.run('pause');
    expect(off).toMatchObject({ code: 3, stdout: '' });
    expect(off.stderr).toBe(
      'fjern: Living room is off, or its page is not open. (Its box is on and answers.)\n',
    );
    await home.startTv();
    await watching.line(({ event, status }) => event === 'tv' && status === 'present');
    watching.process.kill('SIGINT');
    await watching.ended;
  });

  it('may be followed by `head`', async () => {
    const pipeline = `"${process.execPath}" "${program}" watch | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const bash = new Running(
      spawn('bash', ['-c', pipeline], { env: { ...process.env, FJERN_CONFIG_DIR: user.folder } }),
    );
    await bash.text('Living room is on.');
    // With `head` gone, the next change finds nobody to tell.
    for (const level of ['20', '21']) await user.run('volume', level);
    expect(await bash.ended).toMatchObject({ stdout: 'Living room is on.\n0\n', stderr: '' });
  });

  it('gets no colours into a file, and none of it into JSON', async () => {
    const inCi = new Fjern(user.folder, { CI: '1', TERM: 'xterm-256color' });
    for (const args of [['status'], ['seek', '9999'], ['tvs'], ['--help'], ['status', '--json']]) {
      const { stdout, stderr } = await inCi.run(...args);
      expect(stdout + stderr, args.join(' ')).not.toContain('\u001b');
    }
  });

  it('that is out of reach is told from one that is off', async () => {
    home.network.shut();
    const result = await user.run('status', '--timeout', '1');
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toBe(
      `fjern: Living room cannot be reached at ${home.host}, nor found on this network. Is it on, and on the same network?\n`,
    );
    const unpair = await user.run('unpair', '--timeout', '1');
    expect(unpair.code).toBe(3);
    expect(unpair.stderr).toContain('fjern unpair --here');
    const { url } = await home.offer();
    const pair = await someone().run('pair', url, '--timeout', '1', '--json');
    expect(pair).toMatchObject({ code: 3, json: [{ event: 'error', code: 'unreachable' }] });
    home.network.open();
    expect(await user.run('status')).toMatchObject({ code: 0 });
  });

  it('is let go of by Ctrl-C while it is waited for', async () => {
    home.network.shut();
    const waiting = user.start('status');
    const started = performance.now();
    setTimeout(() => waiting.process.kill('SIGINT'), 1000);
    expect(await waiting.ended).toMatchObject({ code: 130, stdout: '', stderr: '' });
    expect(performance.now() - started).toBeLessThan(4000);
    home.network.open();
  });
});

describe('of several TVs', () => {
  it('the one used last is meant, or the one that is named', async () => {
    const user = await paired();
    const file = join(user.folder, 'tvs.json');
    const { tvs } = JSON.parse(user.stored);
    const other = { ...tvs[0], tv: 'tv@other.local', domain: 'other.local', name: 'Bedroom' };
    writeFileSync(file, JSON.stringify({ version: 2, tvs: [other, ...tvs] }));
    expect(await user.run('status', '--tv', 'living ROOM')).toMatchObject({ code: 0 });
    const names = (await user.run('tvs', '--json')).json.map(({ name }) => name);
    expect(names).toEqual(['Living room', 'Bedroom']);
    expect(await user.run('--tv', 'Kitchen', 'status')).toMatchObject({
      code: 4,
      stderr: 'fjern: No paired TV is called "Kitchen". See: fjern tvs\n',
    });
    const { key, tvKey, pairing, generation, ...old } = other;
    writeFileSync(file, JSON.stringify({ version: 1, tvs: [{ ...old, name: 'Attic' }] }));
    expect((await user.run('tvs')).stdout).toContain('paired with an older version: pair it again');
    expect((await user.run('tvs', '--json')).json).toMatchObject([{ outdated: true }]);
    expect(await user.run('status')).toMatchObject({ code: 4, stdout: '' });
    expect(await user.run('unpair')).toMatchObject({ code: 0, stdout: 'Forgot Attic.\n' });
    writeFileSync(file, '{');
    expect(await user.run('tvs')).toMatchObject({ code: 2, stdout: '' });
    expect((await user.run('tvs')).stderr).toContain('Move it away and pair again.');
  });
});

describe('wrong arguments', () => {
  it.each([
    [['seek'], /^fjern: Missing required argument 'position'. See: fjern --help\n$/],
    [['seek', 'ten'], /"ten" is no position/],
    [['seek', '--fast'], /"--fast" is no position/],
    [['pause', '--fast'], /Unknown option '--fast'/],
    [['seekk', '10'], /Did you mean seek\?\n$/],
    [['volume', '101'], /"101" is no volume/],
    [['rate', '0'], /"0" is no speed/],
    [['status', '--timeout', 'soon'], /--timeout must be/],
    [['discover', '--for', 'ever'], /--for must be/],
    [['load', film, '--at', 'noon'], /"noon" is no position/],
  ])('%j: one line, exit code 2', async (args, message) => {
    const result = await someone().run(...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd()).not.toContain('\n');
  });

  it.each([[['seek']], [['volume', 'loud']]])('%j with --json: one object', async (args) => {
    const { code, json, stderr } = await someone().run('--json', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(json).toMatchObject([{ event: 'error', code: 'usage' }]);
  });

  it('and no pairing are told apart', async () => {
    const result = await someone().run('pause');
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toContain("fjern pair '<address from its code>'");
    expect(await someone().run('tvs')).toMatchObject({ code: 0, stdout: '' });
  });
});

it('the help has examples and exit codes', async () => {
  const { stdout, code } = await someone().run('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples:[\s\S]*fjern pair '/);
  expect(stdout).toMatch(/Exit codes: 0 .*1 .*2 .*3 .*4 .*130 /s);
  expect(await someone().run()).toMatchObject({ code: 2, stdout: '' });
  expect((await someone().run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
