import { connect } from '@fjern/link';
import {
  decodeOfferUrl,
  encodeComplete,
  encodeEdit,
  NS_PAIR,
  type Session,
  xml,
} from '@fjern/protocol';
import { PeerRefusal, toBase64Url } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, Rig, refusal, tvJid } from './fixtures/rig.ts';
import { cleanName } from './name.ts';
import { PairingStoreError } from './store.ts';

let rig: Rig;
const sessions: Session[] = [];

beforeEach(async () => {
  rig = await Rig.create();
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await rig.close();
  await rig.clock.advance(0);
  expect(rig.clock.pending).toBe(0);
});

/** A real login over a real socket. */
async function login(credential: Parameters<typeof connect>[0]['credential']): Promise<Session> {
  const session = connect({ service: rig.hub.webSocketUrl, domain, credential });
  sessions.push(session);
  await new Promise<void>((resolve, reject) => {
    session.on('state', (state) => {
      if (state.status === 'online') resolve();
      if (state.status === 'closed') reject(state.error);
    });
  });
  return session;
}

describe('pairing', () => {
  it.each(['qr', 'pin'] as const)('goes from the %s code to an account', async (code) => {
    const shown = rig.codes;
    const remote = rig.remote();
    const result = await remote.pair(code);
    expect(result).toMatchObject({
      tv: tvJid,
      pairing: domain,
      name: 'Living room',
      role: 'owner',
      key: toBase64Url(rig.publicKey),
    });
    expect(rig.store.data.accounts).toMatchObject([
      { key: remote.key, token: result.token, confirmed: false, name: 'Anna’s phone' },
    ]);
    expect(rig.status.remotes).toEqual([]);
    expect(rig.pairing.directory.find(remote.key)).toBeUndefined();
    expect(rig.codes).not.toEqual(shown);

    await remote.complete();
    expect(rig.status.remotes).toMatchObject([
      { id: remote.id, key: remote.key, name: 'Anna’s phone', kind: 'phone', online: true },
    ]);
    expect(rig.pairing.directory.find(remote.key)).toMatchObject({
      name: 'Anna’s phone',
      grant: { role: 'owner', manage: true, generation: rig.store.data.generation },
    });
    expect(rig.pairing.directory.jids()).toEqual([result.jid]);
    expect(rig.log).toEqual(['offer', 'paired Anna’s phone']);
    await rig.clock.advance(61_000);
    expect(rig.disconnected).toEqual([]);
  });

  it('works over sockets for strangers, who can ask for nothing else', async () => {
    const stranger = await login({ anonymous: true });
    const remote = rig.remote('Ben', stranger);
    const { token } = await remote.pair('pin');
    const username = remote.id;
    const account = await login({ username, token });
    const client = remote.link(account);
    await client.open([{ type: 'set', payload: encodeComplete() }]);
    expect(rig.named('Ben')).toMatchObject({ online: true });
    const list = xml('list', { xmlns: 'urn:xmpp:cam:0' });
    const unsealed = [
      ['set', encodeComplete()],
      ['set', encodeEdit({ id: username, name: 'x' })],
      ['get', xml('pairing', { xmlns: NS_PAIR })],
      ['get', list],
    ] as const;
    for (const [type, payload] of unsealed)
      await expect(account.request(xml('iq', { type, to: domain }, payload))).rejects.toMatchObject(
        { application: { name: 'sealing-required' } },
      );
  });

  it('survives a restart of the process', async () => {
    const remote = await rig.paired();
    const { status } = rig;
    rig.pairing.close();
    await rig.start();
    expect(rig.status.remotes).toEqual(
      status.remotes.map((known) => ({ ...known, online: false })),
    );
    expect(rig.pairing.find(remote.id)).toEqual({ token: remote.account?.token });
  });

  it('takes an account back that nobody completes', async () => {
    const remote = rig.remote();
    await remote.pair();
    await rig.clock.advance(59_000);
    // A restart gives it its time again.
    rig.pairing.close();
    await rig.start();
    await rig.clock.advance(59_000);
    expect(rig.pairing.find(remote.id)).toBeDefined();
    await rig.clock.advance(1000);
    expect(rig.pairing.find(remote.id)).toBeUndefined();
    expect(rig.disconnected).toEqual([remote.id]);
    expect(rig.store.data).toMatchObject({ accounts: [], revoked: [] });
    await expect(remote.complete()).rejects.toMatchObject({ condition: 'forbidden' });
  });

  it('of a remote that is paired already replaces what it had', async () => {
    const remote = await rig.paired();
    const before = remote.id;
    await remote.pair('pin');
    await rig.clock.advance(0);
    expect(rig.disconnected).toEqual([before]);
    expect(rig.store.data.accounts).toMatchObject([{ key: remote.key, role: 'owner' }]);
    expect(rig.pairing.find(before)).toBeUndefined();
    await remote.complete();
    expect(rig.status.remotes).toHaveLength(1);
  });

  it('at somebody else’s server leaves remotes the accounts that they have', async () => {
    rig.pairing.close();
    rig.shared = rig.hub.attach(`${tvJid}/agent`);
    rig.shared.send(xml('presence'));
    await rig.start();
    const anna = rig.remote('Anna', rig.attach(`anna@${domain}/phone`));
    const result = await anna.pair('pin');
    expect(result).toMatchObject({ jid: `anna@${domain}`, pairing: tvJid });
    await anna.link(anna.session).open([{ type: 'set', payload: encodeComplete() }]);
    expect(rig.pairing.directory.jids()).toEqual([`anna@${domain}`]);
    expect(rig.named('Anna')).toMatchObject({ online: true });
    rig.pairing.close();
    await rig.start();
    expect(rig.pairing.directory.jids()).toEqual([`anna@${domain}`]);
  });

  it('leaves nothing behind when it cannot be stored, and the code good', async () => {
    const shown = rig.codes;
    rig.store.saving = () => Promise.reject(new Error('disk full'));
    expect(await refusal(rig.remote().pair())).toBe('resource-constraint');
    expect(rig.errors).toHaveLength(1);
    rig.store.saving = async () => {};
    expect(rig.codes).toEqual(shown);
    await rig.remote().pair();
    expect(rig.store.data.accounts).toHaveLength(1);
  });

  it('does not wait for a store that hangs', async () => {
    rig.store.saving = () => new Promise(() => {});
    const refused = refusal(rig.remote().pair());
    // The deadline of the store is a second timer beside the code's.
    await expect.poll(() => rig.clock.pending).toBe(2);
    await rig.clock.advance(10_000);
    expect(await refused).toBe('resource-constraint');
  });

  it('refuses the TV’s own key, and what is no key', async () => {
    const remote = rig.remote();
    Object.assign(remote, { key: toBase64Url(rig.publicKey) });
    expect(await refusal(remote.pair())).toBe('bad-request');
    Object.assign(remote, { key: `${'A'.repeat(42)}B` });
    expect(await refusal(remote.pair())).toBe('bad-request');
    expect(rig.store.text).toBeUndefined();
  });
});

describe('codes', () => {
  it('are used by either of their forms, and a photograph of one is of no use', async () => {
    const photographed = rig.codes;
    await rig.remote().pair('pin');
    const thief = rig.remote('Thief');
    expect(await refusal(thief.pair('qr', photographed.qr, photographed.id))).toBe('code-used');
    // Without saying which offer it is, it is as good as any other guess.
    expect(await refusal(thief.pair('qr', photographed.qr))).toBe('code-wrong');
    expect(rig.status.refused).toEqual({ at: rig.clock.now() });
    expect(rig.store.data.accounts).toHaveLength(1);
  });

  it('that two use at once let in one', async () => {
    const code = rig.codes.qr;
    const [one, other] = [rig.remote('One'), rig.remote('Other')];
    const runs = [await one.begin('qr', code), await other.begin('qr', code)] as const;
    const outcomes = await Promise.all([
      refusal(one.confirm(runs[0])),
      refusal(other.confirm(runs[1])),
    ]);
    expect(outcomes).toEqual([undefined, 'busy']);
    expect(rig.status.refused).toBeUndefined();
  });

  it('cannot complete a run that began before they were used', async () => {
    const slow = rig.remote('Slow');
    const run = await slow.begin('pin', rig.codes.pin);
    await rig.paired();
    expect(await refusal(slow.confirm(run))).toBe('code-used');
  });

  it('expire, also under a run, and the next one is shown', async () => {
    const { id, qr } = rig.codes;
    expect(rig.status.offer?.expires).toBe(rig.clock.now() + 300_000);
    await rig.clock.advance(290_000);
    const slow = rig.remote('Slow');
    const run = await slow.begin('qr', qr);
    await rig.clock.advance(10_000);
    expect(await refusal(slow.confirm(run))).toBe('code-expired');
    expect(await refusal(slow.pair('qr', qr, id))).toBe('code-expired');
    await slow.pair();
  });

  it('are not shown while pairing is closed', async () => {
    const { qr, id } = rig.codes;
    rig.pairing.setOpen(false);
    expect(rig.status.offer).toBeUndefined();
    expect(await refusal(rig.remote().pair('qr', qr, id))).toBe('code-expired');
    expect(await refusal(rig.remote().pair('pin', '123456'))).toBe('pairing-closed');
    rig.pairing.setOpen(true);
    await rig.remote().pair();
  });

  it('follow the name and the address of the TV', async () => {
    const { qr } = rig.codes;
    rig.pairing.setName('Kitchen');
    expect(decodeOfferUrl(rig.status.offer?.url ?? '')).toMatchObject({
      name: 'Kitchen',
      secret: qr,
      origin: 'http://192.168.1.20:7120',
      tv: tvJid,
    });
    rig.pairing.refresh();
    expect(rig.log).toEqual(['offer', 'offer']);
  });
});

describe('ending', () => {
  it('tells the remote at once, at its login, and in every later handshake', async () => {
    const anna = await rig.paired('Anna’s phone');
    const ben = await rig.paired('Ben');
    await rig.pairing.revoke(ben.id, 'Anna’s phone');
    expect(rig.disconnected).toEqual([ben.id]);
    await expect
      .poll(() => ben.told.map((element) => element.attrs))
      .toMatchObject([{ reason: 'removed', by: 'Anna’s phone' }]);
    expect(rig.pairing.find(ben.id)).toEqual({
      token: ben.account?.token,
      disabled: { text: 'Anna’s phone removed this remote on 24 November.' },
    });
    expect(rig.pairing.directory.find(ben.key)).toEqual({
      revoked: { at: rig.clock.now(), reason: 'removed', by: 'Anna’s phone' },
    });
    await expect(ben.complete()).rejects.toBeInstanceOf(PeerRefusal);
    await expect(login({ username: ben.id, token: ben.account?.token ?? '' })).rejects.toThrow(
      'Anna’s phone removed this remote on 24 November.',
    );

    rig.pairing.close();
    await rig.start();
    await expect(ben.complete()).rejects.toBeInstanceOf(PeerRefusal);
    await rig.pairing.revoke(anna.id);
    expect(rig.pairing.find(anna.id)?.disabled?.text).toBe(
      'This remote was removed at the TV on 24 November.',
    );
    expect(await refusal(rig.pairing.revoke(anna.id))).toBe('item-not-found');
    // Paired again, it is known again.
    await ben.pair();
    await ben.complete();
    expect(rig.status.revoked.map(({ key }) => key)).toEqual([anna.key]);
  });

  it('is not said before it is stored', async () => {
    const anna = await rig.paired();
    rig.store.saving = () => Promise.reject(new Error('disk full'));
    expect(await refusal(rig.pairing.revoke(anna.id))).toBe('resource-constraint');
    expect(rig.pairing.directory.find(anna.key)).toMatchObject({ name: 'Anna’s phone' });
    expect(rig.disconnected).toEqual([]);
  });
});

describe('when a remote was there', () => {
  it('is stored when it leaves, once a minute at most', async () => {
    const anna = await rig.paired();
    expect(rig.status.remotes[0]?.lastSeen).toBeUndefined();
    const saves = rig.store.saves;
    const left = rig.clock.now();
    anna.leave();
    await expect.poll(() => rig.store.data.accounts[0]?.lastSeen).toBe(left);
    for (let i = 0; i < 20; i++) {
      rig.pairing.setOnline(`${anna.account?.jid}/phone`, true);
      await rig.clock.advance(1000);
      anna.leave();
    }
    expect(rig.store.saves).toBe(saves + 1);
    expect(rig.status.remotes[0]).toMatchObject({ online: false, lastSeen: rig.clock.now() });
    rig.pairing.setOnline(`${anna.account?.jid}/phone`, true);
    await rig.clock.advance(60_000);
    anna.leave();
    await expect.poll(() => rig.store.saves).toBe(saves + 2);
  });
});

describe('what was stored', () => {
  it('by a version without keys is told to pair again', async () => {
    rig.pairing.close();
    const account = { username: 'old', token: 't', name: 'Old', kind: 'phone', pairedAt: 1 };
    rig.store.text = JSON.stringify({ version: 1, accounts: [{ ...account, confirmed: true }] });
    await rig.start();
    expect(rig.status.remotes).toEqual([]);
    expect(rig.pairing.find('old')).toEqual({
      token: 't',
      disabled: {
        text: 'This remote was paired with an older version of the TV’s software: pair again.',
      },
    });
    const remote = await rig.paired();
    expect(rig.status.remotes).toMatchObject([{ id: remote.id, grant: { role: 'owner' } }]);
    expect(rig.store.data).toMatchObject({ version: 2, revoked: [{ username: 'old' }] });
  });

  it.each([
    [{ version: 3, accounts: [] }, 'newer'],
    [{ version: 1, accounts: [{ username: 'x' }] }, 'unreadable'],
    ['nonsense', 'unreadable'],
  ])('%j: %s', async (stored, code) => {
    rig.pairing.close();
    rig.store.text = JSON.stringify(stored);
    await expect(rig.start()).rejects.toMatchObject({ name: 'PairingStoreError', code });
  });

  it('cannot be read', async () => {
    rig.pairing.close();
    rig.store.load = () => Promise.reject(new Error('no disk'));
    await expect(rig.start()).rejects.toBeInstanceOf(PairingStoreError);
  });
});

it('shows names as one harmless line', () => {
  expect(cleanName('  Anna’s\n\u202ephone\u0007 ', 'phone')).toBe('Anna’s phone');
  expect(cleanName('\u200b', 'tablet')).toBe('Tablet');
  expect(Array.from(cleanName('👩‍💻'.repeat(40), 'phone')).length).toBeLessThanOrEqual(32);
});
