import { encodeFacet, encodeItems, NS, NS_PUBSUB_EVENT, StanzaError, xml } from '@fjern/protocol';
import { toBase64Url } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Remote } from './remote.ts';
import { type Server, TestSession, tvJid } from './session.testing.ts';
import { remoteKey, TestTv, type TestTvOptions, tvKey } from './tv.testing.ts';

let session: TestSession;
let remote: Remote;
let errors: Error[];

beforeEach(() => {
  vi.useFakeTimers();
  session = new TestSession();
  remote = new Remote(session, {
    tv: tvJid,
    tvKey: toBase64Url(tvKey.publicKey),
    key: remoteKey,
    name: 'TV',
  });
  errors = [];
  remote.on('error', (error) => errors.push(error));
});

afterEach(async () => {
  await remote.close();
  for (const tv of session.tvs) tv.end();
  await settled();
  expect(vi.getTimerCount()).toBe(0);
  expect(session.listenerCount).toBe(0);
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(0);
const nobody: Server = () => {};
const honest: Server = (stanza, deliver) => deliver(stanza);

async function live(options?: TestTvOptions): Promise<TestTv> {
  const tv = new TestTv(session, options);
  session.online();
  await settled();
  return tv;
}

const probes = () =>
  session.sent.filter(
    ({ way, stanza: { attrs } }) => way === 'to tv' && attrs.to === tvJid && attrs.type === 'probe',
  ).length;
const handshakes = () => session.count('to tv', 'handshake');

describe('link and TV', () => {
  it('is live when the state is here, which takes one exchange from being online', async () => {
    const seen: string[] = [];
    remote.on('link', ({ status }) => seen.push(`link ${status}`));
    remote.on('tv', ({ status }) => seen.push(`tv ${status}`));
    new TestTv(session);
    // Presence does not take part in it.
    session.server['to remote'] = (stanza, deliver) => {
      if (stanza.getName() !== 'presence') deliver(stanza);
    };
    session.online();
    expect(remote.link.status).toBe('connecting');
    await settled();
    expect(seen).toEqual(['tv present', 'link live']);
    expect(remote.volume.value?.level).toBe(0.5);
    expect(remote.name).toBe('Living room');
    expect(remote.grant?.role).toBe('owner');
    const exchanged = session.sent.filter(({ stanza }) => stanza.getName() !== 'presence');
    expect(exchanged.map(({ way }) => way)).toEqual(['to tv', 'to remote']);
    expect(exchanged[0]?.stanza.attrs.to).toBe(tvJid);
  });

  it('is live over an absent TV, and asks for it ever more slowly', async () => {
    session.online();
    await vi.advanceTimersByTimeAsync(1400);
    expect(remote.link.status).toBe('connecting');
    await vi.advanceTimersByTimeAsync(200);
    expect(remote.link.status).toBe('live');
    expect(remote.tv.status).toBe('absent');
    const early = probes();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(probes() - early).toBeGreaterThan(15);
    expect(probes() - early).toBeLessThan(30);
    expect(handshakes()).toBe(1);
    new TestTv(session);
    await settled();
    expect(remote.tv.status).toBe('present');
    expect(errors).toEqual([]);
  });

  it('believes the server that there is no TV', async () => {
    session.online();
    session.receive(xml('presence', { from: tvJid, type: 'unavailable' }));
    expect(remote.link.status).toBe('live');
    expect(remote.tv.status).toBe('absent');
    // It does not wait for what it has asked nobody.
    new TestTv(session);
    await settled();
    expect(remote.tv.status).toBe('present');
  });

  it('waits for a handshake under way before it makes another', async () => {
    const held: (() => void)[] = [];
    new TestTv(session);
    session.server['to tv'] = (stanza, deliver) => {
      if (stanza.getName() === 'message') held.push(() => deliver(stanza));
      else deliver(stanza);
    };
    session.online();
    await vi.advanceTimersByTimeAsync(1400);
    expect(handshakes()).toBe(1);
    for (const deliver of held) deliver();
    await settled();
    expect(remote.tv.status).toBe('present');
    expect(handshakes()).toBe(1);
  });

  it('asks the TV where its presence says that it is when nobody else answers', async () => {
    const tv = new TestTv(session);
    session.server['to tv'] = (stanza, deliver) => {
      if (stanza.getName() !== 'message' || stanza.attrs.to === tv.jid) deliver(stanza);
    };
    session.online();
    await vi.advanceTimersByTimeAsync(1600);
    expect(remote.tv.status).toBe('present');
    expect(handshakes()).toBe(2);
  });

  it('keeps state and TV as they were while the link is mended', async () => {
    await live();
    const changes: string[] = [];
    remote.on('tv', ({ status }) => changes.push(status));
    session.down();
    expect(remote.link).toMatchObject({ status: 'stale', reason: { code: 'unreachable' } });
    expect(remote.volume.value?.level).toBe(0.5);
    session.online();
    expect(remote.link.status).toBe('stale');
    await settled();
    expect(remote.link.status).toBe('live');
    expect(changes).toEqual([]);
  });

  it('goes on with its session after a resumption', async () => {
    const tv = await live();
    session.down();
    tv.setVolume(0.7);
    await settled();
    session.online(true);
    expect(remote.link.status).toBe('live');
    expect(remote.volume.value?.level).toBe(0.7);
    expect(handshakes()).toBe(1);
  });

  it('turns to the newest of several resources, and back', async () => {
    const box = await live();
    const page = new TestTv(session, { resource: 'page', epoch: 'e2' });
    page.setVolume(0.9);
    await settled();
    expect(remote.volume.value?.level).toBe(0.9);
    box.setVolume(0.1);
    await settled();
    expect(remote.volume.value?.level).toBe(0.9);
    page.disappear();
    await settled();
    expect(remote.volume.value?.level).toBe(0.1);
    // A repeat of its presence does not make it newer than it is.
    const again = new TestTv(session, { resource: 'page', epoch: 'e3' });
    again.setVolume(0.8);
    await settled();
    box.announce();
    await settled();
    expect(remote.volume.value?.level).toBe(0.8);
  });

  it('asks the newest of two directly when the other one answers first', async () => {
    new TestTv(session, { resource: 'old', epoch: 'e1' });
    const page = new TestTv(session, { resource: 'page', epoch: 'e2' });
    page.setVolume(0.9);
    session.online();
    await settled();
    expect(remote.volume.value?.level).toBe(0.9);
    expect(handshakes()).toBe(2);
  });

  it('takes who answers when the one whose presence is newest does not', async () => {
    const old = new TestTv(session, { resource: 'old', epoch: 'e1' });
    session.online();
    session.receive(
      xml('presence', { from: `${tvJid}/gone` }, xml('tv', { xmlns: NS, epoch: 'e2' })),
    );
    await vi.advanceTimersByTimeAsync(12_000);
    expect(remote.tv.status).toBe('present');
    old.setVolume(0.2);
    await settled();
    expect(remote.volume.value?.level).toBe(0.2);
  });

  it('gives up a TV that refuses it, but not at the first refusal', async () => {
    const tv = new TestTv(session);
    tv.admission = undefined;
    session.online();
    await settled();
    expect(remote.link.status).toBe('connecting');
    await vi.advanceTimersByTimeAsync(5000);
    expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
    expect(remote.link).not.toHaveProperty('reason.revocation');
  });

  it('tries again, ever later, when the TV does not answer', async () => {
    new TestTv(session);
    const { server } = session;
    server['to tv'] = (stanza, deliver) => {
      if (stanza.getName() !== 'message') deliver(stanza);
    };
    session.online();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(handshakes()).toBeGreaterThan(5);
    expect(handshakes()).toBeLessThan(25);
    expect(errors.length).toBeGreaterThan(0);
    server['to tv'] = honest;
    await vi.advanceTimersByTimeAsync(45_000);
    expect(remote.tv.status).toBe('present');
  });

  it('looks again when a server says that there is nobody', async () => {
    const tv = await live();
    const before = probes();
    tv.crash();
    const command = remote.volume.set(0.9);
    await settled();
    expect(command.status).toBe('unknown');
    expect(remote.tv.status).toBe('unknown');
    expect(remote.link.status).toBe('live');
    expect(probes()).toBeGreaterThan(before);
    const back = new TestTv(session);
    await command;
    expect(back.done).toEqual([command.id]);
    expect(remote.tv.status).toBe('present');
  });

  it('makes a new session when the TV has lost the one it had', async () => {
    const tv = await live();
    const seen: string[] = [];
    remote.on('tv', ({ status }) => seen.push(status));
    tv.sealed.end(toBase64Url(remoteKey.publicKey));
    await remote.volume.set(0.9);
    expect(tv.done).toHaveLength(1);
    expect(handshakes()).toBe(2);
    expect(seen).toEqual([]);
  });

  it('replaces the keys of its session after twelve hours', async () => {
    const tv = await live();
    await vi.advanceTimersByTimeAsync(11.5 * 3600_000);
    expect(handshakes()).toBe(1);
    await vi.advanceTimersByTimeAsync(3600_000);
    expect(handshakes()).toBe(2);
    tv.setVolume(0.3);
    await settled();
    expect(remote.volume.value?.level).toBe(0.3);
  });
});

describe('state', () => {
  it('is taken from the TV alone', async () => {
    const tv = await live();
    const item = encodeFacet('volume', {
      epoch: 'e1',
      revision: 9,
      value: { level: 1, muted: false },
    });
    const items = encodeItems([item]).getChild('items');
    const event = xml('event', { xmlns: NS_PUBSUB_EVENT }, items);
    session.receive(xml('message', { from: tv.jid }, event));
    expect(remote.volume.value?.level).toBe(0.5);
    tv.setVolume(0.6);
    await settled();
    expect(remote.volume.value?.level).toBe(0.6);
  });

  it('is not set back by a snapshot that a change has overtaken', async () => {
    const tv = new TestTv(session);
    const early = tv.items();
    tv.items = () => {
      // After the snapshot was taken, and before it is on its way.
      queueMicrotask(() => tv.setVolume(0.8));
      return early;
    };
    session.online();
    await vi.advanceTimersByTimeAsync(10);
    expect(remote.tv.status).toBe('present');
    expect(remote.volume.value?.level).toBe(0.8);
  });

  it('that does not fit into a handshake is asked for again', async () => {
    const tv = new TestTv(session);
    const long = 'x'.repeat(1000);
    const items = Array.from({ length: 90 }, (_, index) => ({
      id: String(index),
      metadata: { title: long },
      source: { uri: `https://media.example/${index}` },
    }));
    tv.facets.catalogue = { epoch: 'e1', revision: 1, value: { items } };
    session.online();
    await settled();
    expect(remote.catalogue?.items).toHaveLength(90);
    expect(remote.tv.status).toBe('present');
  });

  it('survives a facet that cannot be read, and asks for it', async () => {
    const tv = await live();
    const broken = xml('volume', { xmlns: NS, epoch: 'e1', revision: 7, level: 'loud' });
    const odd = xml('ambience', { xmlns: NS, epoch: 'e1', revision: 7 });
    tv.facets.volume = { epoch: 'e1', revision: 7, value: { level: 0.7, muted: false } };
    const items = encodeItems([broken, odd]).getChild('items');
    tv.push(xml('event', { xmlns: NS_PUBSUB_EVENT }, items));
    await settled();
    expect(errors).toHaveLength(1);
    expect(remote.volume.value?.level).toBe(0.7);
  });

  it('is fetched anew when the TV has restarted behind its presence', async () => {
    const tv = await live();
    tv.epoch = 'e2';
    for (const facet of Object.values(tv.facets))
      Object.assign(facet, { epoch: 'e2', revision: 1 });
    tv.setVolume(0.3);
    await settled();
    expect(remote.volume.value?.level).toBe(0.3);
    expect(remote.tv.status).toBe('present');
  });

  it('is told at once to whom subscribes, and a listener that throws harms nobody', async () => {
    const tv = await live();
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    const levels: number[] = [];
    remote.subscribe('volume', () => {
      throw new Error('defect of the application');
    });
    const stop = remote.subscribe('volume', ({ level }) => levels.push(level));
    tv.setVolume(0.6);
    await settled();
    stop();
    tv.setVolume(0.7);
    await settled();
    expect(levels).toEqual([0.5, 0.6]);
    expect(complaint).toHaveBeenCalled();
    complaint.mockRestore();
  });
});

describe('commands', () => {
  it('are held while the TV is away and sent in order when it is there', async () => {
    session.online();
    const commands = [0.1, 0.2, 0.3].map((level) => remote.volume.set(level));
    expect(commands.map(({ status }) => status)).toEqual(['held', 'held', 'held']);
    await vi.advanceTimersByTimeAsync(4000);
    const tv = new TestTv(session);
    await settled();
    await Promise.all(commands);
    expect(tv.done).toEqual(commands.map(({ id }) => id));
    expect(remote.volume.value?.level).toBe(0.3);
  });

  it('expire when the TV does not come', async () => {
    session.online();
    const command = remote.media.pause();
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(command).rejects.toMatchObject({ code: 'expired' });
  });

  it('are unknown over a dead link, and settled by the same answer after a resumption', async () => {
    const tv = await live();
    const command = remote.volume.set(0.9);
    const statuses: string[] = [];
    command.onstatus = (status) => statuses.push(status);
    session.down();
    await settled();
    session.online(true);
    await command;
    expect(statuses).toEqual(['unknown', 'sent', 'done']);
    expect(tv.done).toEqual([command.id]);
  });

  it('are asked for again under the same id when the session was not resumed', async () => {
    const tv = await live();
    // The TV did it, and the answer was lost.
    session.server['to remote'] = nobody;
    const command = remote.volume.set(0.9);
    await settled();
    expect(tv.done).toEqual([command.id]);
    session.down();
    session.server['to remote'] = honest;
    session.online();
    await command;
    expect(tv.done).toEqual([command.id]);
  });

  it.each([
    { level: 0.9, outcome: 'done' },
    { level: 0.4, outcome: 'outcome-unknown' },
  ])('of an earlier epoch are settled from the state: $outcome', async ({ level, outcome }) => {
    const before = await live();
    session.server['to tv'] = nobody;
    const command = remote.volume.set(0.9);
    session.down();
    before.crash();
    session.server['to tv'] = honest;
    const tv = new TestTv(session, { epoch: 'e2' });
    tv.setVolume(level);
    session.online();
    const settledAs = command.then(
      () => 'done',
      ({ code }) => code,
    );
    expect(await settledAs).toBe(outcome);
    expect(tv.done).toEqual([]);
  });

  it('are given up by their signal at once', async () => {
    const tv = await live();
    session.server['to tv'] = nobody;
    const abort = new AbortController();
    const command = remote.volume.set(0.9, { signal: abort.signal });
    await settled();
    abort.abort();
    await expect(command).rejects.toMatchObject({ code: 'aborted' });
    const late = remote.volume.set(0.9, { signal: abort.signal });
    expect(late.status).toBe('failed');
    expect(tv.done).toEqual([]);
  });

  it('that the TV does not have are not sent', async () => {
    const tv = await live();
    tv.onrequest = () => {
      throw new StanzaError('bad-request');
    };
    await expect(remote.media.setRate(2)).rejects.toMatchObject({ code: 'not-supported' });
  });

  it('settle when the TV never answers', async () => {
    await live();
    session.server['to tv'] = nobody;
    const command = remote.volume.set(0.9, { timeout: 1 });
    await vi.advanceTimersByTimeAsync(31_000);
    await expect(command).rejects.toMatchObject({ code: 'outcome-unknown' });
  });
});
