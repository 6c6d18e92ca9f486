import { encodeItems, NS, NS_PUBSUB_EVENT, StanzaError, xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Remote } from './remote.ts';
import { TestSession, TestTv, tvJid } from './session.testing.ts';

let session: TestSession;
let remote: Remote;
let errors: Error[];

beforeEach(() => {
  vi.useFakeTimers();
  session = new TestSession();
  remote = new Remote(session, { tv: tvJid, name: 'TV' });
  errors = [];
  remote.on('error', (error) => errors.push(error));
});

afterEach(async () => {
  await remote.close();
  await settled();
  expect(vi.getTimerCount()).toBe(0);
  expect(session.listenerCount).toBe(0);
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(0);

async function live(options?: ConstructorParameters<typeof TestTv>[1]): Promise<TestTv> {
  session.online();
  const tv = new TestTv(session, options);
  tv.appear();
  await settled();
  return tv;
}

const probes = () => session.sent.filter(({ attrs }) => attrs.to === tvJid && !attrs.type).length;

describe('link and TV', () => {
  it('is live when the state is here', async () => {
    const seen: string[] = [];
    remote.on('link', ({ status }) => seen.push(`link ${status}`));
    remote.on('tv', ({ status }) => seen.push(`tv ${status}`));
    session.online();
    expect(remote.link.status).toBe('connecting');
    const tv = new TestTv(session);
    tv.appear();
    expect(remote.link.status).toBe('connecting');
    await settled();
    expect(seen).toEqual(['tv present', 'link live']);
    expect(remote.volume.value?.level).toBe(0.5);
    expect(remote.name).toBe('Living room');
  });

  it('sends the burst in one turn, the subscription first', () => {
    session.online();
    new TestTv(session).announce();
    expect(session.asked).toHaveLength(4);
    expect(session.asked[0]?.payload.getChild('subscribe')).toBeDefined();
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
    new TestTv(session).appear();
    await settled();
    expect(remote.tv.status).toBe('present');
  });

  it('believes the server that there is no TV', async () => {
    session.online();
    session.receive(xml('presence', { from: tvJid, type: 'unavailable' }));
    expect(remote.link.status).toBe('live');
    expect(remote.tv.status).toBe('absent');
  });

  it('keeps state and TV as they were while the link is mended', async () => {
    const tv = await live();
    const changes: string[] = [];
    remote.on('tv', ({ status }) => changes.push(status));
    session.down();
    expect(remote.link).toMatchObject({ status: 'stale', reason: { code: 'unreachable' } });
    expect(remote.volume.value?.level).toBe(0.5);
    session.online();
    expect(remote.link.status).toBe('stale');
    tv.appear();
    await settled();
    expect(remote.link.status).toBe('live');
    expect(changes).toEqual([]);
  });

  it('turns to the newest of several resources, and back', async () => {
    const box = await live();
    const page = new TestTv(session, { resource: 'page', epoch: 'e2' });
    page.setVolume(0.9);
    page.appear();
    await settled();
    expect(remote.volume.value?.level).toBe(0.9);
    box.setVolume(0.1);
    expect(remote.volume.value?.level).toBe(0.9);
    session.answerer = (asked) => box.answer(asked);
    page.disappear();
    await settled();
    expect(remote.volume.value?.level).toBe(0.1);
    // A repeat of its presence does not make it newer than it is.
    page.appear();
    await settled();
    box.announce();
    await settled();
    expect(remote.volume.value?.level).toBe(0.9);
  });

  it('gives up a TV that refuses it, but not at the first refusal', async () => {
    session.online();
    const tv = new TestTv(session);
    tv.answer = ({ reject }) => reject(new StanzaError('forbidden'));
    tv.appear();
    await settled();
    expect(remote.link.status).toBe('connecting');
    await vi.advanceTimersByTimeAsync(5000);
    expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
  });

  it('tries again when the TV does not answer', async () => {
    session.online();
    const tv = new TestTv(session);
    const { answer } = tv;
    tv.answer = () => {};
    tv.appear();
    await vi.advanceTimersByTimeAsync(9000);
    expect(session.asked).toHaveLength(4);
    tv.answer = answer;
    await vi.advanceTimersByTimeAsync(2000);
    expect(remote.tv.status).toBe('present');
    expect(errors.length).toBeGreaterThan(0);
  });

  it('looks again when a server says that there is nobody', async () => {
    const tv = await live();
    const before = probes();
    session.answerer = ({ reject }) => reject(new StanzaError('service-unavailable'));
    const command = remote.volume.set(0.9);
    await settled();
    expect(command.status).toBe('unknown');
    expect(remote.tv.status).toBe('unknown');
    expect(remote.link.status).toBe('live');
    expect(probes()).toBeGreaterThan(before);
    tv.appear();
    await command;
    expect(remote.tv.status).toBe('present');
  });
});

describe('state', () => {
  it('is taken from the TV alone', async () => {
    const tv = await live();
    const stranger = new TestTv(session, { resource: 'evil' });
    stranger.setVolume(1);
    expect(remote.volume.value?.level).toBe(0.5);
    tv.setVolume(0.6);
    expect(remote.volume.value?.level).toBe(0.6);
  });

  it('is not set back by a snapshot that a change has overtaken', async () => {
    session.online();
    const tv = new TestTv(session);
    const early = tv.items();
    const held: (() => void)[] = [];
    session.answerer = (asked) => {
      if (asked.payload.getChild('items')) held.push(() => asked.resolve(early));
      else tv.answer(asked);
    };
    tv.announce();
    tv.setVolume(0.8);
    for (const answer of held) answer();
    await settled();
    expect(remote.tv.status).toBe('present');
    expect(remote.volume.value?.level).toBe(0.8);
  });

  it('survives a facet that cannot be read, and asks for it', async () => {
    const tv = await live();
    const broken = xml('volume', {
      xmlns: NS,
      epoch: 'e1',
      revision: 7,
      level: 'loud',
    });
    const odd = xml('ambience', { xmlns: NS, epoch: 'e1', revision: 7 });
    tv.facets.volume = { epoch: 'e1', revision: 7, value: { level: 0.7, muted: false } };
    const items = encodeItems([broken, odd]).getChild('items');
    session.receive(
      xml('message', { from: tv.jid }, xml('event', { xmlns: NS_PUBSUB_EVENT }, items)),
    );
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
    stop();
    tv.setVolume(0.7);
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
    const tv = new TestTv(session);
    tv.appear();
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
    const { answerer } = session;
    session.answerer = undefined;
    const command = remote.volume.set(0.9);
    const statuses: string[] = [];
    command.onstatus = (status) => statuses.push(status);
    session.down();
    session.online(true);
    const [asked] = session.asked.filter(({ payload }) => payload.getName() === 'setVolume');
    if (asked) tv.answer(asked);
    session.answerer = answerer;
    await command;
    expect(statuses).toEqual(['unknown', 'sent', 'done']);
    expect(tv.done).toEqual([command.id]);
  });

  it('are asked for again under the same id when the session was not resumed', async () => {
    const tv = await live();
    session.answerer = undefined;
    const command = remote.volume.set(0.9);
    const [asked] = session.asked.filter(({ payload }) => payload.getName() === 'setVolume');
    // The TV did it, and the answer was lost.
    if (asked) tv.answer({ ...asked, resolve() {} });
    session.down();
    session.online();
    await settled();
    tv.appear();
    await command;
    expect(tv.done).toEqual([command.id]);
  });

  it.each([
    { level: 0.9, outcome: 'done' },
    { level: 0.4, outcome: 'outcome-unknown' },
  ])('of an earlier epoch are settled from the state: $outcome', async ({ level, outcome }) => {
    await live();
    session.answerer = undefined;
    const command = remote.volume.set(0.9);
    session.down();
    session.online();
    const tv = new TestTv(session, { epoch: 'e2' });
    tv.setVolume(level);
    tv.appear();
    const settledAs = command.then(
      () => 'done',
      ({ code }) => code,
    );
    expect(await settledAs).toBe(outcome);
    expect(tv.done).toEqual([]);
  });

  it('are given up by their signal at once', async () => {
    await live();
    session.answerer = undefined;
    const abort = new AbortController();
    const command = remote.volume.set(0.9, { signal: abort.signal });
    abort.abort();
    await expect(command).rejects.toMatchObject({ code: 'aborted' });
    expect(session.asked.filter(({ payload }) => payload.getName() === 'setVolume')).toEqual([]);
    const late = remote.volume.set(0.9, { signal: abort.signal });
    expect(late.status).toBe('failed');
  });

  it('that the TV does not have are not sent', async () => {
    await live();
    await expect(remote.media.setRate(2)).rejects.toMatchObject({ code: 'not-supported' });
  });

  it('settle when the TV never answers', async () => {
    await live();
    session.answerer = undefined;
    const command = remote.volume.set(0.9, { timeout: 1 });
    await vi.advanceTimersByTimeAsync(31_000);
    await expect(command).rejects.toMatchObject({ code: 'outcome-unknown' });
  });
});
