import {
  type CommandAction,
  commandNames,
  decodeCapabilities,
  decodeGrant,
  decodeRevocation,
  encodeClockRequest,
  encodeGrantRequest,
  encodeItemsRequest,
  facetNames,
  type Grant,
  NS_DISCO_INFO,
  NS_PAIR,
  readItems,
  xml,
} from '@fjern/protocol';
import { createSealedServer, PeerRefusal } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  createHousehold,
  domain,
  grant,
  type Household,
  type HouseholdRemote,
  noon,
  refusal,
} from './fixtures/household.ts';
import { admission } from './remotes.ts';
import { connectRemote } from './testing/index.ts';
import { createTv } from './tv.ts';

let home: Household;
beforeEach(async () => {
  home = await createHousehold();
});
afterEach(async () => {
  await home.close();
  expect(home.clock.pending).toBe(0);
  expect(home.wall.pending).toBe(0);
});

const actions: CommandAction[] = [
  { name: 'load', source: { uri: clip } },
  { name: 'play' },
  { name: 'pause' },
  { name: 'stop' },
  { name: 'seek', currentTime: 3 },
  { name: 'setRate', playbackRate: 2 },
  { name: 'setVolume', level: 0.1 },
  { name: 'setMuted', muted: true },
];

function regrant(account: string, given: Grant): void {
  home.paired.set(account, { name: account, grant: given });
  home.tv.refreshRemotes();
}

/** The reason why there is no session, as the TV said it. */
async function farewell(remote: HouseholdRemote) {
  const error = await remote.open().catch((thrown: unknown) => thrown);
  if (!(error instanceof PeerRefusal)) throw error;
  const [said] = error.content;
  return said && decodeRevocation(said);
}

const info = xml('query', { xmlns: NS_DISCO_INFO });

describe('commands', () => {
  it.each(actions)('$name is done for those who may, and for nobody else', async (action) => {
    const [anna, kim] = [home.remote('anna'), home.remote('kim')];
    await anna.load();
    home.player.calls.splice(0);
    regrant('kim', grant('guest', { commands: commandNames.filter((n) => n !== action.name) }));
    const refused = kim.command(action);
    expect(await refusal(refused)).toBe('not-permitted');
    await expect(refused).rejects.toThrow(/^Guests may not .*: ask the owner of this TV\.$/);
    expect(home.player.calls).toEqual([]);
    regrant('kim', grant('guest', { commands: [action.name] }));
    await kim.command(action);
    expect(home.player.calls).toEqual([action.name]);
  });

  it('of guests are those that change nothing for long, by default', async () => {
    const [anna, kim] = [home.remote('anna'), home.remote('kim')];
    await anna.load();
    const refused: string[] = [];
    for (const action of actions)
      if ((await refusal(kim.command(action))) === 'not-permitted') refused.push(action.name);
    expect(refused).toEqual(['load', 'stop', 'setRate']);
  });

  it('that were carried out are still answered as they were when they may not be repeated', async () => {
    const ben = home.remote('ben');
    await ben.load();
    const done = await ben.command({ name: 'pause' }, { id: 'p' });
    regrant('ben', grant('member', { commands: [] }));
    expect(await ben.command({ name: 'pause' }, { id: 'p' })).toEqual(done);
    expect(await refusal(ben.command({ name: 'pause' }, { id: 'q' }))).toBe('not-permitted');
    expect(home.player.calls).toEqual(['load', 'pause']);
  });

  it('that were refused are not remembered: who may later, may', async () => {
    const kim = home.remote('kim');
    const load: CommandAction = { name: 'load', source: { uri: clip } };
    expect(await refusal(kim.command(load, { id: 'l' }))).toBe('not-permitted');
    regrant('kim', grant('member'));
    await kim.command(load, { id: 'l' });
  });
});

describe('facets', () => {
  it.each(facetNames)('%s is shown to those who may see it, and to nobody else', async (facet) => {
    const [seeing, blind] = [home.remote('anna'), home.remote('kim')];
    regrant('kim', grant('guest', { facets: facetNames.filter((name) => name !== facet) }));
    for (const remote of [seeing, blind]) await remote.subscribe();
    await seeing.load();
    await home.player.setVolume(0.5);
    home.tv.setCatalogue({ items: [] });
    await home.clock.advance(100);
    const names = (remote: HouseholdRemote) => new Set(remote.notified.map(({ name }) => name));
    expect(names(seeing)).toEqual(new Set(facetNames));
    expect(names(blind)).toEqual(new Set(facetNames.filter((name) => name !== facet)));
    const all = readItems(await blind.ask('get', encodeItemsRequest())).facets;
    expect(all.map(({ name }) => name)).toEqual(facetNames.filter((name) => name !== facet));
    const one = readItems(await blind.ask('get', encodeItemsRequest([facet]))).facets;
    expect(one).toEqual([]);
  });

  it('are followed by nobody who may see none of them', async () => {
    regrant('kim', grant('guest', { facets: [] }));
    const kim = home.remote('kim');
    await expect(kim.subscribe()).rejects.toThrow('Guests may not see what this TV does');
    expect(home.tv.subscribers).toEqual([]);
  });
});

it('lists in the sealed disco#info what this remote may', async () => {
  const [anna, kim] = [home.remote('anna'), home.remote('kim')];
  regrant('kim', grant('guest', { facets: ['volume'], commands: ['setVolume'] }));
  const read = async (remote: HouseholdRemote) =>
    decodeCapabilities((await remote.ask('get', info)) ?? info);
  expect(await read(anna)).toMatchObject({ commands: commandNames, facets: facetNames });
  expect(await read(kim)).toMatchObject({ commands: ['setVolume'], facets: ['volume'] });
});

describe('a grant that changes', () => {
  it('is told at once, to those whose it is', async () => {
    const [anna, ben, kim] = ['anna', 'ben', 'kim'].map((account) => home.remote(account));
    for (const remote of [anna, ben, kim]) await remote?.subscribe();
    home.tv.refreshRemotes();
    const changed = grant('member', { facets: ['volume'], generation: 7 });
    regrant('kim', changed);
    expect(kim?.told.map(decodeGrant)).toEqual([changed]);
    expect([anna?.told, ben?.told]).toEqual([[], []]);
    const asked = await kim?.ask('get', encodeGrantRequest());
    expect(asked && decodeGrant(asked)).toEqual(changed);
    await anna?.load();
    await home.player.setVolume(0.4);
    await home.clock.advance(100);
    expect(kim?.notified.map(({ name }) => name)).toEqual(['volume']);
  });

  it('is told also to a remote that has said nothing since its handshake', async () => {
    const kim = home.remote('kim');
    await kim.open();
    regrant('kim', grant('member'));
    expect(kim.told.map(decodeGrant)).toEqual([grant('member')]);
  });

  it('ends the following of who may see nothing any more, and shows new names', async () => {
    const [ben, kim] = [home.remote('ben'), home.remote('kim')];
    for (const remote of [ben, kim]) await remote.subscribe();
    const lists: string[][] = [];
    home.tv.on('remotes', (list) => lists.push(list.map(({ name }) => name)));
    regrant('kim', grant('guest', { facets: [] }));
    home.paired.set('ben', { name: 'Benjamin', grant: grant('member') });
    home.tv.refreshRemotes();
    expect(lists).toEqual([['Ben'], ['Benjamin']]);
  });

  it('is no news when only others were paired or removed', async () => {
    const kim = home.remote('kim');
    regrant('kim', grant('member', { generation: 7 }));
    await kim.subscribe();
    regrant('kim', grant('member', { generation: 8 }));
    expect(kim.told).toEqual([]);
    const asked = await kim.ask('get', encodeGrantRequest());
    expect(asked && decodeGrant(asked).generation).toBe(8);
  });

  it('counts from the moment it changes, even if the TV was told nothing', async () => {
    const ben = home.remote('ben');
    await ben.subscribe();
    home.paired.set('ben', { name: 'Ben', grant: grant('member', { commands: [], facets: [] }) });
    expect(await refusal(ben.load())).toBe('not-permitted');
    await home.player.setVolume(0.4);
    expect(ben.notified).toEqual([]);
  });
});

describe('an end', () => {
  it('by revocation ends live sessions at once, with the reason, and is told to who tries again', async () => {
    const [phone, tablet] = [home.remote('ben'), home.remote('ben', 'tablet')];
    for (const remote of [phone, tablet]) await remote.subscribe();
    await phone.load();
    const revoked = { at: noon, reason: 'removed', by: 'Anna’s phone' } as const;
    home.paired.set('ben', { revoked });
    home.tv.refreshRemotes();
    for (const remote of [phone, tablet]) {
      expect(remote.told.map(decodeRevocation)).toEqual([revoked]);
      expect(await refusal(remote.load())).toBe('no-session');
      expect(await farewell(remote)).toEqual(revoked);
      expect(remote.wire.join()).not.toContain('Anna');
    }
    expect(home.tv.subscribers).toEqual([]);
    expect(home.player.calls).toEqual(['load']);
    const told = phone.notified.length;
    await home.player.setVolume(0.3);
    expect(phone.notified.length).toBe(told);
  });

  it('that nobody told the TV of ends the session at the next request', async () => {
    const ben = home.remote('ben');
    await ben.subscribe();
    const revoked = { at: noon, reason: 'removed' } as const;
    home.paired.set('ben', { revoked });
    expect(await refusal(ben.load())).toBe('not-permitted');
    expect(ben.told.map(decodeRevocation)).toEqual([revoked]);
    expect(await refusal(ben.load())).toBe('no-session');
    expect(home.tv.subscribers).toEqual([]);
    expect(home.player.calls).toEqual([]);
  });

  it('of a key that the TV has forgotten is an end as well', async () => {
    const ben = home.remote('ben');
    await ben.open();
    home.paired.delete('ben');
    home.tv.refreshRemotes();
    expect(ben.told.map(decodeRevocation)).toEqual([{ at: noon, reason: 'removed' }]);
    expect(await refusal(ben.open())).toBe('forbidden');
  });

  it('comes to a guest when the time is over, live or not', async () => {
    const day = 24 * 3600_000;
    const expires = noon + day;
    const expired = { at: expires, reason: 'expired' };
    home.paired.set('kim', { name: 'Kim', grant: grant('guest', { expires }) });
    const [live, later] = [home.remote('kim'), home.remote('kim', 'tablet')];
    await live.subscribe();
    await home.wall.advance(day - 1);
    expect(live.told).toEqual([]);
    await live.ask('get', encodeClockRequest());
    await home.wall.advance(1);
    expect(live.told.map(decodeRevocation)).toEqual([expired]);
    expect(home.tv.subscribers).toEqual([]);
    expect(await farewell(later)).toEqual(expired);
    expect(home.wall.pending).toBe(0);
  });

  it('comes later, or sooner, when the time is changed', async () => {
    const hour = 3600_000;
    const kim = home.remote('kim');
    home.paired.set('kim', { name: 'Kim', grant: grant('guest', { expires: noon + hour }) });
    await kim.open();
    regrant('kim', grant('guest', { expires: noon + 3 * hour }));
    await home.wall.advance(2 * hour);
    await kim.ask('get', encodeClockRequest());
    expect(kim.told.map((element) => element.getName())).toEqual(['grant']);
    regrant('kim', grant('guest', { expires: noon + 2 * hour + 1 }));
    await home.wall.advance(1);
    expect(kim.told.map((element) => element.getName())).toEqual(['grant', 'grant', 'revoked']);
    expect(kim.told.at(-1)?.getNS()).toBe(NS_PAIR);
  });
});

describe('a sealed server that is shared', () => {
  it('goes on without the agent, which does not', async () => {
    const session = home.hub.attach(`tv@${domain}/shared`);
    const { clock, directory: remotes, identity, player, tvKey } = home;
    const sealed = createSealedServer({
      session,
      key: tvKey,
      admit: (key) => admission(remotes, key, noon),
      psk: new Uint8Array(32),
      now: () => clock.now(),
      onerror: (error) => home.errors.push(error),
    });
    sealed.handle('get', 'urn:example:other', () => xml('other'));
    const tv = createTv({ session, player, clock, name: 'B', remotes, identity, sealed });
    const anna = home.remote('anna');
    // Both TVs have one bare JID: whichever answers first is the one, so the other goes.
    home.tv.close();
    const other = xml('other', { xmlns: 'urn:example:other' });
    expect((await anna.ask('get', other))?.getName()).toBe('other');
    expect((await anna.ask('get', encodeClockRequest()))?.getName()).toBe('clock');
    tv.close();
    expect(await refusal(anna.ask('get', encodeClockRequest()))).toBe('service-unavailable');
    expect((await anna.ask('get', other))?.getName()).toBe('other');
    sealed.close();
    expect(home.errors).toEqual([]);
  });
});

it('helps integrators: a remote that is connected, or is not and leaves nothing behind', async () => {
  const session = home.hub.attach(`ben@${domain}/test`);
  const key = home.keyOf('ben');
  const options = { tv: `tv@${domain}`, tvKey: home.tvKey.publicKey, key };
  const remote = await connectRemote(session, options);
  expect(remote.epoch).toBe(home.tv.epoch);
  expect(await remote.command({ name: 'setVolume', level: 0.5 })).toMatchObject({ revision: 2 });
  remote.close();
  home.paired.delete('ben');
  expect(await refusal(connectRemote(session, options))).toBe('forbidden');
});

it('sets no timer for who is paired for good', async () => {
  await home.remote('anna').subscribe();
  expect(home.wall.pending).toBe(0);
});
