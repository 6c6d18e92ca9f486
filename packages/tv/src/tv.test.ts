import { createHash } from 'node:crypto';
import {
  capsInput,
  decodeCapabilities,
  decodeClockReading,
  decodeGrant,
  decodeTvPresence,
  type Element,
  encodeClockRequest,
  encodeCommand,
  encodeGrantRequest,
  encodeItemsRequest,
  encodeSubscribe,
  encodeUnsubscribe,
  firstElement,
  NS,
  NS_CAPS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_PUBSUB,
  readItems,
  xml,
} from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHousehold, domain, grant, type Household, refusal } from './fixtures/household.ts';
import { PlayerError } from './player.ts';
import { createTv } from './tv.ts';

let home: Household;
beforeEach(async () => {
  home = await createHousehold();
});
afterEach(async () => {
  await home.close();
  expect(home.clock.pending).toBe(0);
});

/** What disco#info, the grant and the like answer. */
async function answer(asked: Promise<Element | undefined>): Promise<Element> {
  return (await asked) ?? xml('nothing');
}
const payload = (iq: Element): Element => firstElement(iq) ?? iq;
const info = (node?: string) => xml('query', { xmlns: NS_DISCO_INFO, node });

describe('presence', () => {
  it('tells whoever comes that there is a TV, and no more', async () => {
    const anna = home.remote('anna');
    anna.session.send(xml('presence'));
    const [presence] = anna.presences.filter(({ attrs }) => attrs.from === home.session.jid);
    expect(presence && decodeTvPresence(presence)).toEqual({ epoch: home.tv.epoch });
    const hint = presence?.getChild('c', NS_CAPS);
    const node = `${hint?.attrs.node}#${hint?.attrs.ver}`;
    const told = payload(await anna.askUnsealed('get', info(node)));
    expect(createHash('sha1').update(capsInput(told)).digest('base64')).toBe(hint?.attrs.ver);
    expect(told.toString()).not.toMatch(/Living room|setVolume|video\/mp4/);
    expect(await refusal(anna.askUnsealed('get', info('x#y')))).toBe('item-not-found');
  });

  it('answers directed presence, as a server without rosters needs it', () => {
    const anna = home.remote('anna');
    anna.session.send(xml('presence', { to: home.session.jid }));
    expect(anna.presences.map((presence) => decodeTvPresence(presence)?.epoch)).toEqual([
      home.tv.epoch,
    ]);
    const stranger = home.remote('stranger');
    stranger.session.send(xml('presence', { to: home.session.jid }));
    expect(stranger.presences).toEqual([]);
  });

  it('reaches the remotes that it knows when it starts', () => {
    const anna = home.remote('anna');
    anna.session.send(xml('presence'));
    const session = home.hub.attach(`tv@${domain}/second`);
    const { player, clock, directory: remotes, identity } = home;
    const tv = createTv({ session, player, clock, name: 'B', remotes, identity });
    const epochs = anna.presences.map((presence) => decodeTvPresence(presence)?.epoch);
    expect(epochs).toContain(tv.epoch);
    tv.close();
    expect(anna.presences.at(-1)?.attrs).toMatchObject({ type: 'unavailable', from: session.jid });
  });

  it('reaches whoever made a sealed session, from whichever address', async () => {
    home.directory.jids = () => [];
    const anna = home.remote('anna');
    await anna.open();
    expect(anna.presences.map((presence) => decodeTvPresence(presence)?.epoch)).toEqual([
      home.tv.epoch,
    ]);
    home.tv.refreshRemotes();
    home.tv.close();
    expect(anna.presences.at(-1)?.attrs.type).toBe('unavailable');
  });

  it('does not say the name: remotes are told to ask anew when that changes', async () => {
    const anna = home.remote('anna');
    anna.session.send(xml('presence'));
    await anna.open();
    home.tv.setName('Kitchen');
    home.tv.setName('Kitchen');
    expect(anna.told.map((element) => decodeGrant(element))).toEqual([grant('owner')]);
    expect(decodeCapabilities(await answer(anna.ask('get', info()))).name).toBe('Kitchen');
    expect(await refusal(anna.ask('get', info('x#y')))).toBe('item-not-found');
    expect(anna.wire.join()).not.toContain('Kitchen');
  });
});

describe('state as pubsub', () => {
  it('gives a complete snapshot, or the facets asked for', async () => {
    const anna = home.remote('anna');
    const all = readItems(await anna.ask('get', encodeItemsRequest())).facets;
    expect(all.map(({ name, revision }) => [name, revision])).toEqual([
      ['media', 1],
      ['volume', 1],
      ['catalogue', 1],
    ]);
    const some = readItems(await anna.ask('get', encodeItemsRequest(['volume']))).facets;
    expect(some).toEqual([
      { name: 'volume', epoch: home.tv.epoch, revision: 1, value: { level: 1, muted: false } },
    ]);
  });

  it('says what it does not do as XEP-0060 asks', async () => {
    const anna = home.remote('anna');
    const pubsub = (child: Element) => xml('pubsub', { xmlns: NS_PUBSUB }, child);
    const publish = pubsub(xml('publish', { node: 'x' }));
    expect(await refusal(anna.ask('set', publish))).toBe('unsupported');
    const items = pubsub(xml('items', { node: 'other' }));
    expect(await refusal(anna.ask('get', items))).toBe('item-not-found');
    const ben = encodeSubscribe(`ben@${domain}/phone`);
    expect(await refusal(anna.ask('set', ben))).toBe('invalid-jid');
    const unsubscribe = encodeUnsubscribe(anna.session.jid);
    expect(await refusal(anna.ask('set', unsubscribe))).toBe('not-subscribed');
    expect(await refusal(anna.ask('set', pubsub(xml('items'))))).toBe('bad-request');
  });

  it('notifies subscribers until they unsubscribe, go, or are no longer paired', async () => {
    const [anna, ben] = [home.remote('anna'), home.remote('ben')];
    const followers: number[] = [];
    home.tv.on('remotes', (list) => followers.push(list.length));
    for (const remote of [anna, ben]) {
      remote.session.send(xml('presence'));
      await remote.subscribe();
    }
    await home.player.setVolume(0.5);
    expect(ben.notified).toEqual(anna.notified);
    expect(anna.notified).toMatchObject([{ name: 'volume', revision: 2, value: { level: 0.5 } }]);
    await anna.ask('set', encodeUnsubscribe(anna.session.jid));
    await ben.session.close();
    expect(followers).toEqual([1, 2, 1, 0]);
    await anna.subscribe();
    home.paired.clear();
    home.tv.refreshRemotes();
    expect(home.tv.subscribers).toEqual([]);
  });

  it('drops a subscriber whose notification comes back', async () => {
    const anna = home.remote('anna');
    await anna.subscribe();
    anna.session.send(xml('message', { type: 'error', to: home.session.jid }));
    expect(home.tv.subscribers).toEqual([]);
    // It cannot know what it missed, so it shall begin again.
    expect(await refusal(anna.ask('get', encodeClockRequest()))).toBe('no-session');
  });

  it('sends nothing while media plays, and what a viewer does', async () => {
    const anna = home.remote('anna');
    await anna.subscribe();
    await anna.load();
    await home.clock.advance(30_000);
    const quiet = anna.notified.length;
    home.player.setVolume(1);
    expect(anna.notified.at(-1)).toMatchObject({ value: { state: 'playing', by: 'Anna' } });
    await home.player.pause();
    expect(anna.notified.length).toBe(quiet + 1);
    expect(anna.notified.at(-1)?.value).toMatchObject({ state: 'paused', currentTime: 30 });
    expect(anna.notified.at(-1)?.value).not.toHaveProperty('by');
    await home.player.play();
    await home.clock.advance(31_000);
    expect(anna.notified.at(-1)?.value).toMatchObject({ state: 'ended', currentTime: 60 });
  });

  it('tells of a failure, and of the catalogue', async () => {
    const anna = home.remote('anna');
    await anna.subscribe();
    await anna.load();
    home.player.fail('media-failed', 'It broke.');
    await home.clock.advance(100);
    expect(anna.notified.at(-1)?.value).toMatchObject({
      state: 'error',
      error: { condition: 'media-failed', text: 'It broke.' },
    });
    home.tv.setCatalogue({ items: [] });
    home.tv.setCatalogue({ items: [] });
    expect(anna.notified.at(-1)).toMatchObject({ name: 'catalogue', revision: 2 });
  });
});

it('answers pings and disco#items in the clear, and clock readings sealed', async () => {
  const anna = home.remote('anna');
  const ping = await anna.askUnsealed('get', xml('ping', { xmlns: NS_PING }));
  expect(ping.attrs.type).toBe('result');
  const items = await anna.askUnsealed('get', xml('query', { xmlns: NS_DISCO_ITEMS }));
  expect(payload(items).children).toEqual([]);
  await home.clock.advance(1500);
  const reading = decodeClockReading(await answer(anna.ask('get', encodeClockRequest())));
  expect(reading).toEqual({ epoch: home.tv.epoch, received: 1.5, sent: 1.5 });
  const other = xml('sundial', { xmlns: NS });
  expect(await refusal(anna.ask('get', other))).toBe('unknown-command');
});

it('says nothing of ours in the clear, to nobody', async () => {
  const command = encodeCommand({ name: 'stop', id: '1', epoch: home.tv.epoch, expires: 9 });
  for (const account of ['anna', 'stranger']) {
    const remote = home.remote(account);
    const requests = [
      ['set', command],
      ['set', encodeSubscribe(remote.session.jid)],
      ['set', encodeUnsubscribe(remote.session.jid)],
      ['get', encodeItemsRequest()],
      ['get', encodeClockRequest()],
      ['get', encodeGrantRequest()],
    ] as const;
    for (const [type, request] of requests)
      expect(await refusal(remote.askUnsealed(type, request))).toBe('sealing-required');
  }
  expect(home.player.calls).toEqual([]);
  expect(home.tv.subscribers).toEqual([]);
});

it('makes no session with strangers', async () => {
  const stranger = home.remote('stranger');
  expect(await refusal(stranger.load())).toBe('forbidden');
  expect(await refusal(stranger.subscribe())).toBe('forbidden');
  expect(stranger.wire.join()).not.toContain(home.tv.epoch);
  expect(home.player.calls).toEqual([]);
});

describe('a player that misbehaves', () => {
  it('fails: the remote is told and the TV goes on', async () => {
    const anna = home.remote('anna');
    home.player.next('setVolume', new TypeError('defect'));
    expect(await refusal(anna.command({ name: 'setVolume', level: 0.2 }))).toBe('player-failed');
    expect(home.errors).toMatchObject([{ message: 'defect' }]);
    home.player.next('setVolume', new PlayerError('interaction-required', 'Press OK.'));
    expect(await refusal(anna.command({ name: 'setVolume', level: 0.2 }))).toBe(
      'interaction-required',
    );
    await anna.command({ name: 'setVolume', level: 0.2 });
  });

  it('hangs: the remote is told in time', async () => {
    const anna = home.remote('anna');
    home.player.next('setMuted', 'hang');
    const muted = refusal(anna.command({ name: 'setMuted', muted: true }));
    const loaded = refusal(anna.load('late.mp4'));
    await home.clock.advance(5000);
    expect(await muted).toBe('player-failed');
    await home.clock.advance(15_000);
    expect(await loaded).toBe('player-failed');
    expect(home.tv.get('media').value.state).toBe('idle');
  });

  it('talks nonsense: remotes get what the wire can carry', async () => {
    const anna = home.remote('anna');
    await anna.subscribe();
    await anna.load();
    Object.defineProperty(home.player, 'state', {
      configurable: true,
      get: () => ({
        state: 'dancing',
        currentTime: Number.NaN,
        playbackRate: -1,
        duration: 'long',
        seekable: { start: 9, end: 1 },
        level: 7,
        muted: 'no',
      }),
    });
    await home.player.setVolume(0.3);
    await home.clock.advance(100);
    expect(home.tv.get('media').value).toMatchObject({ state: 'idle', currentTime: 0 });
    expect(anna.notified.at(-1)?.revision).toBe(
      home.tv.get(anna.notified.at(-1)?.name ?? 'media').revision,
    );
    Object.defineProperty(home.player, 'state', {
      get: () => {
        throw new Error('gone');
      },
    });
    await anna.command({ name: 'setVolume', level: 0.4 });
    expect(home.errors).toContainEqual(new Error('gone'));
  });
});

it('survives listeners that throw, also those for errors', async () => {
  home.tv.on('state', () => {
    throw new Error('listener');
  });
  home.tv.on('error', () => {
    throw new Error('listener for errors');
  });
  await home.remote('anna').load();
  expect(home.errors).toContainEqual(new Error('listener'));
});

it('is silent after close', async () => {
  const anna = home.remote('anna');
  anna.session.send(xml('presence'));
  await anna.subscribe();
  home.tv.close();
  home.tv.close();
  home.tv.refreshRemotes();
  await home.player.setVolume(0.1);
  expect(anna.notified).toEqual([]);
  expect(anna.presences.at(-1)?.attrs.type).toBe('unavailable');
  expect(await refusal(anna.load())).toBe('bounced');
});
