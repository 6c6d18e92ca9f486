import {
  decodeList,
  defaultPermissions,
  type Element,
  encodeApproval,
  encodeEdit,
  encodeIdentityRequest,
  encodeListRequest,
  encodeOfferRequest,
  encodePairingRequest,
  encodeRevoke,
  type Role,
} from '@fjern/protocol';
import type { SealedClient } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rig, refusal, type TestRemote } from './fixtures/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.create();
});

afterEach(async () => {
  await rig.close();
  await rig.clock.advance(0);
  expect(rig.clock.pending).toBe(0);
});

async function restart(options: Parameters<Rig['start']>[0]): Promise<void> {
  rig.pairing.close();
  await rig.start(options);
}

const roleOf = (remote: TestRemote) =>
  rig.status.remotes.find(({ id }) => id === remote.id)?.grant.role;

async function list(client: SealedClient) {
  const result = await client.request('get', encodeListRequest());
  return result ? decodeList(result) : [];
}

async function pairedAs(role: Role, name: string): Promise<TestRemote> {
  rig.pairing.offer(role);
  return rig.paired(name);
}

describe('roles', () => {
  it('the first remote is the owner, the others are what the code says', async () => {
    const anna = await pairedAs('guest', 'Anna');
    const ben = await rig.paired('Ben');
    rig.pairing.offer('guest');
    expect(rig.status.offer?.role).toBe('guest');
    const guest = rig.remote('Guest');
    const result = await guest.pair('pin');
    await guest.complete();
    expect([anna, ben, guest].map(roleOf)).toEqual(['owner', 'member', 'guest']);
    const expires = rig.clock.now() + 24 * 3600_000;
    expect(result).toMatchObject({ role: 'guest', expires });
    expect(rig.named('Guest')?.grant).toMatchObject({
      manage: false,
      expires,
      untilStandby: true,
      commands: ['play', 'pause', 'seek', 'setVolume', 'setMuted'],
    });
    expect(rig.status.offer?.role).toBe('member');
  });

  it('guests go when their time is over, also across a restart', async () => {
    await rig.paired('Anna');
    const guest = await pairedAs('guest', 'Guest');
    await rig.clock.advance(23 * 3600_000);
    rig.pairing.close();
    await rig.start();
    await rig.clock.advance(3600_000 - 1);
    expect(rig.named('Guest')).toBeDefined();
    await rig.clock.advance(1);
    expect(rig.named('Guest')).toBeUndefined();
    expect(rig.pairing.directory.find(guest.key)).toEqual({
      revoked: { at: rig.clock.now(), reason: 'expired' },
    });
    expect(rig.disconnected).toEqual([guest.id]);
    expect(rig.pairing.find(guest.id)?.disabled?.text).toBe(
      'This remote was a guest until 25 November: pair again.',
    );
  });

  it('guests whose end cannot be stored are tried again later, and not in a loop', async () => {
    await rig.paired('Anna');
    await pairedAs('guest', 'Guest');
    let attempts = 0;
    rig.store.saving = () => {
      attempts++;
      return Promise.reject(new Error('disk full'));
    };
    await rig.clock.advance(24 * 3600_000 + 30_000);
    expect(attempts).toBe(1);
    rig.store.saving = async () => {};
    await rig.clock.advance(60_000);
    expect(rig.named('Guest')).toBeUndefined();
  });

  it('guests go at standby, nobody else', async () => {
    await rig.paired('Anna');
    const guest = await pairedAs('guest', 'Guest');
    await rig.pairing.standby();
    expect(rig.status.remotes.map(({ name }) => name)).toEqual(['Anna']);
    await expect.poll(() => guest.told.map(({ attrs }) => attrs.reason)).toEqual(['expired']);
    await restart({ guest: { seconds: 60, untilStandby: false } });
    await pairedAs('guest', 'Guest');
    await rig.pairing.standby();
    expect(rig.named('Guest')?.grant.expires).toBe(rig.clock.now() + 60_000);
  });

  it('may what the integrator says', async () => {
    await restart({ permissions: { member: { commands: ['pause'], facets: [], manage: true } } });
    await rig.paired('Anna');
    await rig.paired('Ben');
    expect(rig.named('Ben')?.grant).toMatchObject({
      commands: ['pause'],
      facets: [],
      manage: true,
    });
  });

  it('the oldest member follows the last owner', async () => {
    const anna = await rig.paired('Anna');
    await pairedAs('guest', 'Guest');
    await rig.clock.advance(1000);
    const ben = await rig.paired('Ben');
    await rig.clock.advance(1000);
    const cleo = await rig.paired('Cleo');
    const generation = rig.named('Ben')?.grant.generation ?? 0;
    await anna.client.request('set', encodeRevoke(anna.id));
    expect([ben, cleo].map(roleOf)).toEqual(['owner', 'member']);
    expect(rig.named('Ben')?.grant.generation).toBe(generation + 1);
    // An owner that becomes a member has a successor, too.
    await ben.client.request('set', encodeEdit({ id: ben.id, role: 'member' }));
    expect([ben, cleo].map(roleOf)).toEqual(['member', 'owner']);
    await rig.pairing.revoke(ben.id);
    // The guest is none.
    expect(await refusal(rig.pairing.edit({ id: cleo.id, role: 'guest' }))).toBe('conflict');
    await rig.pairing.revoke(cleo.id);
    const next = await rig.paired('Next');
    expect(roleOf(next)).toBe('owner');
  });
});

describe('approval', () => {
  beforeEach(() => restart({ approval: 'always' }));

  it('is not asked for the first remote, and for each one after it', async () => {
    const anna = rig.remote('Anna');
    expect((await anna.begin('pin', rig.codes.pin)).approval).toBe(false);
    await anna.pair();
    const ben = rig.remote('\u202eBen\n');
    ben.kind = 'tablet';
    const run = await ben.begin('qr', rig.codes.qr);
    expect(run.approval).toBe(true);
    const pairing = ben.confirm(run);
    await expect.poll(() => rig.status.requests).toHaveLength(1);
    const [request] = rig.status.requests;
    expect(request).toEqual({
      id: expect.any(String),
      name: 'Ben',
      kind: 'tablet',
      role: 'member',
      expires: rig.clock.now() + 60_000,
    });
    expect(rig.log.at(-1)).toBe('request Ben');
    const id = request?.id ?? '';
    rig.pairing.approve(id, true, 'guest');
    expect(await pairing).toMatchObject({ role: 'guest' });
    expect(rig.status.requests).toEqual([]);
    expect(() => rig.pairing.approve(id, true)).toThrow('not waiting');
  });

  async function waiting(name = 'Ben') {
    const remote = rig.remote(name);
    const outcome = refusal(remote.pair());
    await expect.poll(() => rig.status.requests).toHaveLength(1);
    return { remote, outcome, id: rig.status.requests[0]?.id ?? '' };
  }

  it('denied is no wrong try, and leaves the code good for another', async () => {
    await rig.paired('Anna');
    const { pin } = rig.codes;
    const { outcome, id } = await waiting();
    expect(await refusal(rig.remote('Cleo').pair('pin'))).toBe('busy');
    rig.pairing.approve(id, false);
    expect(await outcome).toBe('declined');
    expect(rig.status.refused).toBeUndefined();
    expect(rig.codes.pin).toBe(pin);
    const next = await waiting('Cleo');
    rig.pairing.approve(next.id, true);
    expect(await next.outcome).toBeUndefined();
    expect(rig.codes.pin).not.toBe(pin);
  });

  it('ends after a minute, with the remote, and with pairing', async () => {
    await rig.paired('Anna');
    const late = await waiting();
    await rig.clock.advance(60_000);
    expect(await late.outcome).toBe('approval-timeout');
    const gone = await waiting();
    rig.pairing.setOnline(gone.remote.session.jid, false);
    expect(rig.status.requests).toEqual([]);
    expect(await gone.outcome).toBe('recipient-unavailable');
    const closed = await waiting();
    rig.pairing.setOpen(false);
    expect(await closed.outcome).toBe('pairing-closed');
    expect(rig.status.remotes).toHaveLength(1);
  });

  it('of a code that expires meanwhile still counts', async () => {
    await rig.paired('Anna');
    await rig.clock.advance(290_000);
    const { remote, outcome, id } = await waiting();
    await rig.clock.advance(20_000);
    rig.pairing.approve(id, true);
    expect(await outcome).toBeUndefined();
    await remote.complete();
    expect(rig.status.remotes).toHaveLength(2);
  });

  it('is waited for by three at most', async () => {
    await rig.paired('Anna');
    const outcomes: Promise<string | undefined>[] = [];
    for (let i = 0; i < 3; i++) {
      outcomes.push(refusal(rig.remote(`Remote ${i}`).pair()));
      await expect.poll(() => rig.status.requests).toHaveLength(i + 1);
      rig.pairing.offer('member');
    }
    expect(await refusal(rig.remote('Fourth').pair())).toBe('busy');
    for (const { id } of rig.status.requests) rig.pairing.approve(id, false);
    expect(await Promise.all(outcomes)).toEqual(['declined', 'declined', 'declined']);
  });
});

describe('who may manage whom', () => {
  let remotes: Record<Role, TestRemote>;
  let others: Record<Role, TestRemote>;

  beforeEach(async () => {
    const owner = await rig.paired('Owner');
    const otherOwner = await pairedAs('owner', 'Other owner');
    remotes = {
      owner,
      member: await pairedAs('member', 'Member'),
      guest: await pairedAs('guest', 'Guest'),
    };
    others = {
      owner: otherOwner,
      member: await pairedAs('member', 'Other member'),
      guest: await pairedAs('guest', 'Other guest'),
    };
  });

  const ask = (by: TestRemote, type: 'get' | 'set', payload: Element) =>
    refusal(by.client.request(type, payload));

  const all: Role[] = ['owner', 'member', 'guest'];
  const pairs = all.flatMap((by) => all.map((of) => [by, of] as const));

  it.each(pairs)('%s: another %s', async (by, of) => {
    const expected = by === 'owner' ? undefined : 'not-permitted';
    const { id } = others[of];
    const self = remotes[by];
    expect(await ask(self, 'set', encodeEdit({ id, name: 'Renamed' }))).toBe(expected);
    expect(rig.named('Renamed')?.id).toBe(expected ? undefined : id);
    expect(await ask(self, 'set', encodeEdit({ id, role: 'guest' }))).toBe(expected);
    expect(await ask(self, 'set', encodeEdit({ id, role: 'owner' }))).toBe(expected);
    expect(await ask(self, 'set', encodeRevoke(id))).toBe(expected);
    expect(roleOf(others[of])).toBe(expected ? of : undefined);
    if (!expected)
      expect(rig.pairing.find(id)?.disabled?.text).toMatch(/^Owner removed this remote on/);
  });

  it.each(all)('%s: itself', async (by) => {
    const self = remotes[by];
    const { id } = self;
    const seen = await list(self.client);
    expect(seen.find(({ own }) => own)).toMatchObject({ id, grant: { role: by } });
    expect(seen).toHaveLength(by === 'owner' ? 6 : 1);
    expect(await ask(self, 'set', encodeEdit({ id, name: ' Me\n' }))).toBeUndefined();
    expect(rig.named('Me')?.id).toBe(id);
    if (by !== 'owner')
      for (const role of all.filter((role) => role !== by))
        expect(await ask(self, 'set', encodeEdit({ id, role }))).toBe('not-permitted');
    expect(await ask(self, 'set', encodeRevoke(id))).toBeUndefined();
    expect(rig.disconnected).toEqual([]);
    // It is answered, then cut off.
    await rig.clock.advance(0);
    expect(rig.disconnected).toEqual([id]);
    await expect.poll(() => self.told.map(({ attrs }) => attrs.by)).toEqual(['Me']);
  });

  it.each(all)('%s: nothing that is for the TV alone', async (by) => {
    const self = remotes[by];
    expect(await ask(self, 'get', encodePairingRequest())).toBe('not-permitted');
    expect(await ask(self, 'get', encodeIdentityRequest())).toBe('not-permitted');
    expect(await ask(self, 'set', encodeApproval({ id: 'x', allow: true }))).toBe('not-permitted');
    expect(await ask(self, 'set', encodeOfferRequest('owner'))).toBe('not-permitted');
  });

  it('a member that manages, by the integrator’s will: neither owners nor itself into one', async () => {
    await restart({ permissions: { member: { ...defaultPermissions.member, manage: true } } });
    const { member } = remotes;
    await member.complete();
    expect(await list(member.client)).toHaveLength(6);
    expect(await ask(member, 'set', encodeRevoke(others.owner.id))).toBe('not-permitted');
    expect(await ask(member, 'set', encodeEdit({ id: others.owner.id, role: 'guest' }))).toBe(
      'not-permitted',
    );
    expect(await ask(member, 'set', encodeEdit({ id: member.id, role: 'owner' }))).toBe(
      'not-permitted',
    );
    expect(
      await ask(member, 'set', encodeEdit({ id: others.guest.id, role: 'member' })),
    ).toBeUndefined();
    expect(rig.named('Other guest')?.grant.expires).toBeUndefined();
    expect(await ask(member, 'set', encodeRevoke(others.guest.id))).toBeUndefined();
  });

  it('nobody: who is not there, or with what is not known', async () => {
    const { owner } = remotes;
    expect(await ask(owner, 'set', encodeRevoke('nobody'))).toBe('item-not-found');
    expect(await ask(owner, 'set', encodeEdit({ id: 'nobody' }))).toBe('item-not-found');
    const { client } = owner;
    const early = await client.open([
      { type: 'set', payload: encodeRevoke(others.guest.id) },
      { type: 'set', payload: encodeEdit({ id: others.guest.id, name: 'x' }) },
    ]);
    for (const answer of early)
      expect(answer).toMatchObject({ error: { condition: 'not-allowed' } });
  });
});
