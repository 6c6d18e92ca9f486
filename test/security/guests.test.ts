import {
  type CommandAction,
  defaultPermissions,
  encodeApproval,
  encodeIdentityRequest,
  encodeOfferRequest,
  encodePairingRequest,
  facetNames,
} from '@fjern/protocol';
import type { KnownTv, Remote } from '@fjern/remote';
import { createSealedClient } from '@fjern/seal';
import { ManualClock } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  domain,
  eventually,
  film,
  type Household,
  keysOf,
  present,
  startHousehold,
} from './household.ts';

let home: Household;
let clock: ManualClock;
let anna: KnownTv;
let kim: KnownTv;
let owner: Remote;
let guest: Remote;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  home = await startHousehold({ clock });
  anna = await home.pair({ name: 'Anna' });
  kim = await home.pairAs('guest', 'Kim');
  owner = home.connect(anna);
  guest = home.connect(kim);
  await Promise.all([present(owner), present(guest)]);
  await owner.media.load({ uri: film, autoplay: false });
});

afterEach(async () => {
  await home.close();
});

const idOf = ({ jid }: KnownTv) => jid.split('@', 1)[0] ?? '';

const actions: CommandAction[] = [
  { name: 'load', source: { uri: clip } },
  { name: 'play' },
  { name: 'pause' },
  { name: 'stop' },
  { name: 'seek', currentTime: 5 },
  { name: 'setRate', playbackRate: 2 },
  { name: 'setVolume', level: 0.5 },
  { name: 'setMuted', muted: true },
];
const may = (action: CommandAction) => defaultPermissions.guest.commands.includes(action.name);

describe('a guest', () => {
  it.each(actions.filter((action) => !may(action)))('may not $name', async (action) => {
    const calls = [...home.player.calls];
    // What the SDK would not send is sent all the same: only the TV's word counts.
    Object.defineProperty(guest, 'may', { value: () => true });
    Object.defineProperty(guest, 'currentCapabilities', { value: undefined });
    await expect(guest.execute(action)).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('Guests may not'),
    });
    expect(home.player.calls).toEqual(calls);
  });

  it.each(actions.filter(may))('may $name', async (action) => {
    await guest.execute(action);
    await expect(owner.execute(action)).resolves.not.toThrow();
  });

  it('may manage nobody but itself, and ask nothing that is for the screen', async () => {
    const other = idOf(anna);
    await expect(guest.remotes.revoke(other)).rejects.toMatchObject({ condition: 'forbidden' });
    await expect(guest.remotes.rename(other, 'Mine')).rejects.toMatchObject({
      condition: 'forbidden',
    });
    for (const id of [other, idOf(kim)])
      await expect(guest.remotes.setRole(id, 'owner')).rejects.toMatchObject({
        condition: 'forbidden',
      });
    const link = await home.link({ username: idOf(kim), token: kim.token });
    const keys = { own: keysOf(kim), peer: home.tvKeys.publicKey };
    const client = createSealedClient({ session: link, peer: domain, keys });
    await client.open([]);
    for (const [type, payload] of [
      ['get', encodeIdentityRequest()],
      ['get', encodePairingRequest()],
      ['set', encodeOfferRequest('owner')],
      ['set', encodeApproval({ id: 'x', allow: true })],
    ] as const)
      await expect(client.request(type, payload)).rejects.toMatchObject({
        condition: 'forbidden',
      });
    client.close();
    expect(home.paired.map(({ name, grant }) => [name, grant.role])).toEqual([
      ['Anna', 'owner'],
      ['Kim', 'guest'],
    ]);
  });

  it('sees what its facets are, and no more once they are fewer', async () => {
    for (const facet of facetNames) expect(guest.get(facet)).toBeDefined();
    await home.close();
    home = await startHousehold({
      permissions: { guest: { ...defaultPermissions.guest, facets: ['volume'] } },
    });
    await home.pair({ name: 'Anna' });
    guest = home.connect(await home.pairAs('guest', 'Kim'));
    await present(guest);
    await eventually(() => guest.volume.value !== undefined);
    await home.player.setVolume(0.2);
    await eventually(() => guest.volume.value?.level === 0.2);
    expect(guest.media.value).toBeUndefined();
    expect(guest.catalogue).toBeUndefined();
  });

  it('is out when its time is over, live or not', async () => {
    const elsewhere = home.connect(kim);
    await present(elsewhere);
    await elsewhere.close();
    await clock.advance(24 * 3600 * 1000 + 1000);
    await eventually(() => guest.link.status === 'lost');
    expect(guest.link).toMatchObject({
      reason: { code: 'unpaired', revocation: { reason: 'expired' } },
    });
    const again = home.connect(kim);
    await eventually(() => again.link.status === 'lost');
    expect(again.volume.value).toBeUndefined();
    expect(owner.link.status).toBe('live');
  });

  it('is out when the TV goes to standby', async () => {
    await home.pairing.standby();
    await eventually(() => guest.link.status === 'lost');
    expect(home.paired.map(({ name }) => name)).toEqual(['Anna']);
    expect(owner.link.status).toBe('live');
  });
});
