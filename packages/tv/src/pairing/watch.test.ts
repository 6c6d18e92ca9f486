import { connect } from '@fjern/link';
import {
  defaultPermissions,
  encodeGrantRequest,
  encodeListRequest,
  NS,
  type PairingStatus,
  type Session,
  SessionError,
  StanzaError,
} from '@fjern/protocol';
import { createSealedServer, keyPair, primitives } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, Rig, refusal, screenToken, tvJid } from './fixtures/rig.ts';
import { type PairingWatch, watchPairing } from './watch.ts';

let rig: Rig;
let page: Session;
let watches: PairingWatch[];

beforeEach(async () => {
  rig = await Rig.create();
  page = rig.attach(`${tvJid}/page`);
  watches = [];
});

afterEach(async () => {
  for (const watch of watches) watch.close();
  await rig.close();
  await rig.clock.advance(0);
  expect(rig.clock.pending).toBe(0);
});

async function follow(session = page, token = screenToken): Promise<PairingWatch> {
  const watch = await watchPairing(session, domain, { token });
  watches.push(watch);
  return watch;
}

describe('the page’s side', () => {
  it('knows the TV’s key and the status, and what becomes of it', async () => {
    const watch = await follow();
    expect(watch.identity).toEqual(rig.identity);
    expect(watch.status).toEqual(rig.status);
    const changes: PairingStatus[] = [];
    watch.on('change', (status) => changes.push(status));
    const anna = await rig.paired('Anna');
    // It knows as soon as the remote knows.
    expect(watch.directory.find(anna.key)).toEqual(rig.pairing.directory.find(anna.key));
    expect(watch.directory.jids()).toEqual([anna.account?.jid]);
    await watch.edit({ id: anna.id, name: 'Anna’s tablet' });
    expect(watch.status.remotes[0]).toMatchObject({ name: 'Anna’s tablet', online: true });
    anna.leave();
    await expect.poll(() => watch.status).toEqual(rig.status);
    await watch.revoke(anna.id);
    expect(watch.directory.jids()).toEqual([]);
    expect(watch.directory.find(anna.key)).toEqual({
      revoked: { at: rig.clock.now(), reason: 'removed' },
    });
    expect(watch.status).toEqual(rig.status);
    expect(await refusal(watch.revoke('nobody'))).toBe('item-not-found');
    watch.close();
    const count = changes.length;
    rig.pairing.setName('Kitchen');
    expect(changes.length).toBe(count);
  });

  it('hears of another name, and why the TV has it', async () => {
    const watch = await follow();
    rig.pairing.setName('Kitchen (2)', 'Kitchen');
    await expect.poll(() => watch.status.name).toBe('Kitchen (2)');
    expect(watch.status.renamedFrom).toBe('Kitchen');
    rig.pairing.setName('Cellar');
    await expect.poll(() => watch.status.name).toBe('Cellar');
    expect(watch.status.renamedFrom).toBeUndefined();
    watch.close();
  });

  it('decides for the viewer', async () => {
    rig.pairing.close();
    await rig.start({ approval: 'always' });
    const watch = await follow();
    await rig.paired('Anna');
    await watch.offer('guest');
    expect(watch.status.offer).toEqual(rig.status.offer);
    expect(watch.status.offer?.role).toBe('guest');
    for (const [allow, expected] of [
      [false, 'declined'],
      [true, undefined],
    ] as const) {
      const outcome = refusal(rig.remote('Ben').pair('pin'));
      await expect
        .poll(() => watch.status.requests)
        .toMatchObject([{ name: 'Ben', role: 'guest' }]);
      await watch.approve(watch.status.requests[0]?.id ?? '', allow, 'member');
      expect(await outcome).toBe(expected);
    }
    expect(await refusal(watch.approve('nothing', true))).toBe('item-not-found');
    expect(rig.store.data.accounts.map(({ role }) => role)).toEqual(['owner', 'member']);
  });

  it('knows the TV’s own remotes, which no list shows', async () => {
    const watch = await follow();
    const grant = { role: 'owner' as const, ...defaultPermissions.owner };
    const { key } = rig.remote();
    const remove = rig.pairing.addSystemRemote(key, 'Monitor', grant);
    await expect.poll(() => watch.directory.find(key)).toMatchObject({ name: 'Monitor' });
    expect(rig.pairing.directory.find(key)).toEqual({ name: 'Monitor', grant });
    expect(rig.pairing.admit(key)).toBe('welcome');
    expect(watch.status.remotes).toEqual([]);
    expect(rig.store.text).toBeUndefined();
    remove();
    await expect.poll(() => watch.directory.find(key)).toBeUndefined();
    expect(rig.pairing.admit(key)).toBeUndefined();
  });

  it('shows the codes and the key to nobody on the way', async () => {
    await follow();
    const { pin, qr } = rig.codes;
    rig.pairing.refresh();
    for (const text of rig.wire)
      for (const secret of [pin, qr, screenToken, 'Living room'])
        expect(text).not.toContain(secret);
  });

  it('makes a new session when the service was started anew', async () => {
    const watch = await follow();
    const anna = await rig.paired('Anna');
    rig.pairing.close();
    await rig.start();
    await watch.edit({ id: anna.id, name: 'Anna 2' });
    expect(rig.named('Anna 2')).toBeDefined();
    await expect.poll(() => watch.status).toEqual(rig.status);
  });

  it('asks again when something was lost on the way', async () => {
    const watch = await follow();
    const { service } = rig.hub;
    const send = service.send;
    service.send = () => {};
    rig.pairing.setName('Lost');
    service.send = send;
    expect(watch.status.name).toBe('Living room');
    rig.pairing.offer('guest');
    const handshakes = () => rig.wire.filter((text) => text.includes('<handshake')).length;
    const before = handshakes();
    await expect.poll(handshakes, { timeout: 5000 }).toBeGreaterThan(before);
    await expect.poll(() => watch.status).toEqual(rig.status);
    expect(watch.status.name).toBe('Lost');
  });

  it('asks again after a new session without a past', async () => {
    const session = connect({
      service: rig.hub.webSocketUrl,
      domain,
      credential: { username: 'tv', token: screenToken },
    });
    const watch = await follow(session);
    const anna = await rig.paired('Anna');
    await expect.poll(() => watch.directory.jids()).toEqual([anna.account?.jid]);
    await rig.restart();
    await rig.pairing.revoke(anna.id);
    await expect.poll(() => watch.directory.jids(), { timeout: 10_000 }).toEqual([]);
    expect(watch.status).toEqual(rig.status);
    await session.close();
    await expect(watch.revoke(anna.id)).rejects.toBeInstanceOf(SessionError);
  }, 15_000);

  it('is refused without the right token, and where there is no service for it', async () => {
    await expect(follow(page, 'another token')).rejects.toBeInstanceOf(StanzaError);
    rig.pairing.close();
    await rig.start({ screen: false });
    await expect(follow()).rejects.toMatchObject({ condition: 'forbidden' });
  });

  it('can be aborted, and ends with its session', async () => {
    const aborted = watchPairing(page, domain, { token: screenToken, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    rig.pairing.close();
    const abort = new AbortController();
    const nobody = watchPairing(page, domain, { token: screenToken, signal: abort.signal });
    abort.abort();
    await expect(nobody).rejects.toMatchObject({ code: 'aborted' });
    await page.close();
    await expect(follow()).rejects.toBeInstanceOf(SessionError);
  });
});

it('shares the sealed server of an agent on the same session', async () => {
  rig.pairing.close();
  const sealed = createSealedServer({
    session: rig.hub.service,
    key: keyPair(primitives, rig.identity),
    admit: (key) => rig.pairing.admit(key),
    now: () => performance.now(),
    onerror: (error) => rig.errors.push(error),
  });
  await rig.start({ sealed });
  const anna = await rig.paired('Anna');
  await expect(anna.client.request('get', encodeGrantRequest())).rejects.toMatchObject({
    condition: 'service-unavailable',
  });
  sealed.handle('get', NS, () => encodeGrantRequest());
  await anna.client.request('get', encodeGrantRequest());
  rig.pairing.close();
  // The agent goes on, without what was the service's.
  await anna.client.request('get', encodeGrantRequest());
  expect(await refusal(anna.client.request('get', encodeListRequest()))).toBe(
    'service-unavailable',
  );
  sealed.close();
});
