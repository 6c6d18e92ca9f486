import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everythingSaid, Fjern } from './fjern.ts';
import { codesOf, film, type LivingRoom, type Offer, startLivingRoom } from './living-room.ts';

// Who is let in, as what, and by whom they are removed: the built `fjern` against the built box.

const scratch = mkdtempSync(join(tmpdir(), 'fjern-sharing-'));
const users: Fjern[] = [];

function someone(): Fjern {
  const user = new Fjern(join(scratch, String(users.length)));
  users.push(user);
  return user;
}

async function paired(home: LivingRoom, name: string): Promise<Fjern> {
  const user = someone();
  const result = await home.spend(({ url }) => user.run('pair', url, '--name', name));
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return user;
}

/** Six digits that are not those. */
function other(pin: string): string {
  return String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
}

/** Of nobody's: not the codes, not the tokens, not the keys. */
function expectNothingSecret(home: LivingRoom): void {
  const secrets = codesOf(home.box);
  for (const { stored } of users)
    if (stored)
      for (const { token, key } of JSON.parse(stored).tvs)
        secrets.push(token, ...(key ? [key.private] : []));
  const said = everythingSaid.join('\n');
  expect(secrets.length).toBeGreaterThan(2);
  // Digits may be a part of something longer by chance.
  for (const secret of secrets)
    expect(said).not.toMatch(new RegExp(`(^|[^\\w-])${secret}($|[^\\w-])`));
}

afterAll(() => rmSync(scratch, { recursive: true }));

describe('by PIN', () => {
  let home: LivingRoom;
  beforeAll(async () => {
    home = await startLivingRoom();
  });
  afterAll(async () => {
    expectNothingSecret(home);
    await home.close();
  });

  it('one pairs with a TV whose address one knows', async () => {
    const user = someone();
    const result = await home.spend(({ pin }) =>
      user.run('pair', home.host, '--pin', `${pin.slice(0, 3)} ${pin.slice(3)}`, '--json'),
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.json).toEqual([
      {
        event: 'paired',
        tv: `tv@${home.domain}`,
        name: 'Living room',
        label: 'Living room',
        service: `ws://${home.host}/xmpp-websocket`,
      },
    ]);
    const status = await user.run('status');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toContain('This computer is an owner.\n');
  });

  it.each<[string, (offer: Offer) => { args: string[]; input: string }]>([
    ['the PIN', ({ pin }) => ({ args: [`http://${home.host}/`, '--pin', '-'], input: `${pin}\n` })],
    ['both', ({ pin }) => ({ args: ['-', '--pin', '-'], input: `${home.host}\n${pin}\n` })],
    ['the whole address', ({ url }) => ({ args: ['-'], input: url })],
  ])('standard input may give %s', async (_what, form) => {
    const user = someone();
    const result = await home.spend((offer) => {
      const { args, input } = form(offer);
      return user.runWith(input, 'pair', ...args);
    });
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Paired/) });
  });

  it('a terminal is asked', async () => {
    const user = someone();
    await home.spend(async ({ pin }) => {
      const asking = user.atTerminal('pair', home.host);
      await asking.asks('The six digits on Living room: ');
      asking.process.stdin.write(`${pin}\n`);
      const { code, stdout } = await asking.ended;
      expect({ code, stdout: stdout.replace(pin, '') }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Paired with'),
      });
      // The terminal shows what is typed; the program does not repeat it.
      expect(stdout.split(pin)).toHaveLength(2);
      everythingSaid.splice(everythingSaid.indexOf(stdout), 1, stdout.replace(pin, ''));
    });
  });

  it('Ctrl-C at a question ends it', async () => {
    const asking = someone().atTerminal('pair', home.host);
    await asking.asks('The six digits');
    asking.process.stdin.write('\u0003');
    expect((await asking.ended).code).toBe(130);
  });

  it.each<[string[], string, number, RegExp]>([
    [['HOST'], '', 2, /no terminal to ask for the PIN/],
    [['HOST', '--pin', '12345'], '', 2, /six digits/],
    [['HOST', '--pin', '-'], '', 2, /Standard input has ended/],
    [['HOST', '--pin', '-'], 'secret\n', 2, /six digits/],
    [['-'], '', 2, /Standard input has ended/],
    [['http://192.168.1.20:99999/', '--pin', '123456'], '', 2, /no address/],
    [['v=2&s=secret'], '', 2, /put it in quotes/],
    [['http://192.168.1.20/#v=2&s=secret', '--pin', '123456'], '', 2, /leave --pin away/],
    [['127.0.0.1:1', '--pin', '123456'], '', 3, /^fjern: No TV answers at 127\.0\.0\.1:1\./],
    [['No such room', '--pin', '123456'], '', 3, /is called "No such room"\. See: fjern discover/],
  ])('%j is refused before it counts as a try', async (args, input, code, message) => {
    const given = args.map((part) => part.replace('HOST', home.host));
    const result = await someone().runWith(input, 'pair', ...given);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/secret|12345/);
  });

  it('wrong ones are refused, and lock the TV for a while', async () => {
    const { pin } = await home.offer();
    const guess = () => someone().run('pair', home.host, '--pin', other(pin), '--json');
    const first = await someone().run('pair', home.host, '--pin', other(pin));
    expect(first).toMatchObject({ code: 1, stdout: '' });
    expect(first.stderr).toBe(
      'fjern: This is not the code of the TV: use the one on its screen.\n',
    );
    for (let tries = 2; tries <= 5; tries++)
      expect(await guess()).toMatchObject({ code: 1, json: [{ code: 'code-wrong' }] });
    expect(await guess()).toMatchObject({ code: 1, stderr: '', json: [{ code: 'locked' }] });
    const right = await someone().run('pair', home.host, '--pin', pin);
    expect(right).toMatchObject({ code: 1, stdout: '' });
    expect(right.stderr).toMatch(/^fjern: There were too many wrong tries/);
  });
});

describe('with approval', () => {
  let home: LivingRoom;
  beforeAll(async () => {
    home = await startLivingRoom(['--approve']);
    // The first is not asked about.
    await paired(home, 'Owner');
  });
  afterAll(async () => {
    expectNothingSecret(home);
    await home.close();
  });

  it('waits for the viewer, and says so', async () => {
    const user = someone();
    await home.spend(async ({ pin }) => {
      const asked = home.box.next('request');
      const waiting = user.start('pair', home.host, '--pin', pin, '--name', 'Desk');
      const { id } = await asked;
      await home.viewer.approve(String(id), true, 'guest');
      expect(await waiting.ended).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Paired with Living room\./),
        stderr: 'Confirm on the TV: it asks whether to let “Desk” in.\n',
      });
    });
    const status = await user.run('status');
    expect(status.stdout).toMatch(
      /This computer is a guest until \d+ \w+, \d\d:\d\d, or until the TV goes to standby\.\n/,
    );
  });

  it('hears a no', async () => {
    const { url } = await home.offer();
    const asked = home.box.next('request');
    const waiting = someone().start('pair', url, '--name', 'Stranger', '--json');
    expect(await waiting.line(({ event }) => event === 'approval')).toEqual({
      event: 'approval',
      name: 'Stranger',
    });
    await home.viewer.approve(String((await asked).id), false);
    const { code, stderr, json } = await waiting.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(json[1]).toMatchObject({ event: 'error', code: 'declined' });
  });

  it('is let go of by Ctrl-C', async () => {
    const { url } = await home.offer();
    const waiting = someone().start('pair', url, '--json');
    await waiting.line(({ event }) => event === 'approval');
    waiting.process.kill('SIGINT');
    expect(await waiting.ended).toMatchObject({ code: 130, stderr: '' });
  });
});

describe('of several remotes', () => {
  let home: LivingRoom;
  let owner: Fjern;
  beforeAll(async () => {
    home = await startLivingRoom();
    owner = await paired(home, 'Anna’s desk');
  });
  afterAll(async () => {
    expectNothingSecret(home);
    await home.close();
  });

  const listed = async (user = owner) => (await user.run('remotes', '--json')).json;
  const named = async (name: string) => (await listed()).find((one) => one.name === name);

  it('an owner sees all, also while the TV is off', async () => {
    await paired(home, 'Laptop');
    await home.stopTv();
    const { stdout, stderr, code } = await owner.run('remotes');
    await home.startTv();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^Anna’s desk {2}computer {2}owner {2}this computer {2}\w+$/);
    expect(lines[1]).toMatch(/^Laptop {2}computer {2}member {2}(last seen \d.*|connected) {2}\w+$/);
    const json = await listed();
    expect(json).toMatchObject([
      { name: 'Anna’s desk', kind: 'computer', role: 'owner', online: true, own: true },
      { name: 'Laptop', kind: 'computer', role: 'member' },
    ]);
    for (const { id, pairedAt } of json)
      expect({ id, pairedAt }).toEqual({ id: expect.any(String), pairedAt: expect.any(Number) });
  });

  it('one is renamed, by name or id', async () => {
    await paired(home, 'Phone');
    const result = await owner.run('remotes', 'rename', 'phone', 'Ben’s phone');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^Ben’s phone {2}computer {2}member/);
    const { id } = (await named('Ben’s phone')) ?? {};
    const again = await owner.run('remotes', 'rename', String(id), 'Ben’s', '--json');
    expect(again.json).toMatchObject([{ event: 'renamed', id, name: 'Ben’s', role: 'member' }]);
  });

  it('one gets another role, and feels it', async () => {
    const user = await paired(home, 'Tablet');
    expect(await user.run('load', film)).toMatchObject({ code: 0 });
    const result = await owner.run('remotes', 'role', 'Tablet', 'guest', '--json');
    expect(result).toMatchObject({ code: 0, json: [{ event: 'role', role: 'guest' }] });
    expect(await user.run('pause')).toMatchObject({ code: 0 });
    const load = await user.run('load', film);
    expect(load).toMatchObject({ code: 1, stdout: '' });
    expect(load.stderr).toBe(
      'fjern: Guests may not choose what plays: ask the owner of this TV.\n',
    );
    expect(await user.run('stop', '--json')).toMatchObject({
      code: 1,
      json: [{ event: 'error', code: 'not-permitted' }],
    });
    const odd = await owner.run('remotes', 'role', 'Tablet', 'king');
    expect(odd).toMatchObject({ code: 2, stdout: '' });
    expect(odd.stderr).toContain('owner, member, guest');
  });

  it('who came with a guest’s code is a guest', async () => {
    const user = someone();
    const { pin } = await home.guestOffer();
    expect(await user.run('pair', home.host, '--pin', pin, '--name', 'Visitor')).toMatchObject({
      code: 0,
    });
    const [own] = await listed(user);
    expect(own).toMatchObject({ name: 'Visitor', role: 'guest', own: true, untilStandby: true });
    expect(own?.expires).toBeGreaterThan(Date.now());
  });

  it('no other than an owner manages them', async () => {
    const user = await paired(home, 'Member');
    const list = await user.run('remotes');
    expect(list).toMatchObject({ code: 0, stderr: 'Only owners of this TV see the others.\n' });
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(1);
    for (const args of [
      ['rename', 'Anna’s desk', 'Mine'],
      ['revoke', 'Anna’s desk', '--yes'],
      ['role', 'Member', 'owner'],
    ]) {
      const result = await user.run('remotes', ...args, '--json');
      expect(result, args.join(' ')).toMatchObject({ code: 1, stderr: '' });
      expect(result.json).toMatchObject([{ event: 'error', code: 'not-permitted' }]);
    }
    expect(await user.run('remotes', 'rename', 'Member', 'Myself')).toMatchObject({ code: 0 });
  });

  it('one is named that there is, and that is alone with its name', async () => {
    const none = await owner.run('remotes', 'revoke', 'Nobody', '--yes', '--json');
    expect(none).toMatchObject({ code: 2, json: [{ event: 'error', code: 'no-such-remote' }] });
    await paired(home, 'Twin');
    await paired(home, 'Twin');
    const twins = (await listed()).filter(({ name }) => name === 'Twin').map(({ id }) => id);
    const both = await owner.run('remotes', 'revoke', 'Twin', '--yes');
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toBe(
      `fjern: Several remotes are called "Twin": use ${twins.join(' or ')}.\n`,
    );
    const json = await owner.run('remotes', 'role', 'Twin', 'guest', '--json');
    expect(json.json).toMatchObject([{ code: 'ambiguous' }]);
    expect(await owner.run('remotes', 'revoke', String(twins[0]), '--yes')).toMatchObject({
      code: 0,
      stdout: 'Removed Twin from Living room.\n',
    });
  });

  it('one that is removed hears by whom and when, at once and later', async () => {
    const user = await paired(home, 'Old laptop');
    const watching = user.start('watch');
    await watching.text('Living room is on.');
    const today = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
    expect(await owner.run('remotes', 'revoke', 'old LAPTOP', '--yes', '--json')).toMatchObject({
      code: 0,
      json: [{ event: 'revoked', name: 'Old laptop' }],
    });
    const pairAgain = "Pair it again: fjern pair '<address from its code>'\n";
    const watched = await watching.ended;
    expect(watched.code).toBe(4);
    expect(watched.stderr.replace('computer', 'remote')).toBe(
      `fjern: Anna’s desk removed this remote on ${today}. ${pairAgain}`,
    );
    const later = await user.run('status');
    expect(later).toMatchObject({ code: 4, stdout: '' });
    expect(later.stderr).toBe(`fjern: Anna’s desk removed this remote on ${today}. ${pairAgain}`);
    expect((await user.run('remotes', '--json')).json).toMatchObject([{ code: 'unpaired' }]);
  });

  it('none is removed without a yes', async () => {
    await paired(home, 'Spare');
    const unasked = await owner.run('remotes', 'revoke', 'Spare');
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toContain('use --yes');
    const asking = owner.atTerminal('remotes', 'revoke', 'Spare');
    await asking.asks('Remove Spare from Living room? [y/N] ');
    asking.process.stdin.write('\n');
    const no = await asking.ended;
    expect(no.code).toBe(1);
    expect(no.stdout).toContain('Nothing was changed.');
    expect(await named('Spare')).toBeDefined();
    const again = owner.atTerminal('remotes', 'revoke', 'Spare');
    await again.asks('[y/N] ');
    again.process.stdin.write('y\n');
    expect((await again.ended).code).toBe(0);
    expect(await named('Spare')).toBeUndefined();
    const self = await owner.run('remotes', 'revoke', 'Anna’s desk', '--yes');
    expect(self).toMatchObject({ code: 2, stderr: expect.stringContaining('fjern unpair') });
  });

  it('a list that is older than before is warned of, once', async () => {
    const user = await paired(home, 'Watchful');
    expect(await user.run('status')).toMatchObject({ code: 0, stderr: '' });
    const [tv] = JSON.parse(user.stored).tvs;
    expect(tv.generation).toBeGreaterThan(0);
    const tvs = [{ ...tv, generation: tv.generation + 5 }];
    writeFileSync(join(user.folder, 'tvs.json'), JSON.stringify({ version: 2, tvs }));
    const warned = await user.run('status', '--json');
    expect(warned).toMatchObject({ code: 0, json: [{ event: 'status' }] });
    expect(warned.stderr).toMatch(/^fjern: Living room has an earlier list of remotes.*\n$/);
    expect(await user.run('status')).toMatchObject({ code: 0, stderr: '' });
  });
});
