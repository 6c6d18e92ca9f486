import { type Element, parseElement, SessionError, xml } from '@fjern/protocol';
import { PeerRefusal, toBase64Url } from '@fjern/seal';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Remote } from './remote.ts';
import type { RemoteOptions } from './remote-options.ts';
import { type Server, TestSession, tvJid, type Way } from './session.testing.ts';
import { newKey, remoteKey, TestTv, tvKey } from './tv.testing.ts';

let session: TestSession;
let remote: Remote;
let errors: Error[];

const known: RemoteOptions = {
  tv: tvJid,
  tvKey: toBase64Url(tvKey.publicKey),
  key: remoteKey,
};
const settled = () => vi.advanceTimersByTimeAsync(0);
const honest: Server = (stanza, deliver) => deliver(stanza);

function start(options: Partial<RemoteOptions> = {}): void {
  session = new TestSession();
  remote = new Remote(session, { ...known, ...options });
  remote.on('error', (error) => errors.push(error));
}

async function live(): Promise<TestTv> {
  const tv = new TestTv(session);
  session.online();
  await settled();
  expect(remote.tv.status).toBe('present');
  return tv;
}

async function end(): Promise<void> {
  await remote.close();
  for (const tv of session.tvs) tv.end();
  await settled();
  expect(vi.getTimerCount()).toBe(0);
  expect(session.listenerCount).toBe(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  errors = [];
  start();
});

afterEach(async () => {
  await end();
  vi.useRealTimers();
});

const isSealed = (stanza: Element) => stanza.getChild('sealed') !== undefined;

/** With another ciphertext, which nobody has made. */
function forge(stanza: Element): Element {
  const forged = parseElement(stanza.toString());
  for (const name of ['sealed', 'handshake']) {
    const child = forged.getChild(name);
    if (!child) continue;
    const text = child.getText();
    child.children = [];
    child.t((text.startsWith('A') ? 'B' : 'A') + text.slice(1));
  }
  return forged;
}

describe('a hostile server', () => {
  it('that says everything twice changes nothing', async () => {
    const twice: Server = (stanza, deliver) => {
      deliver(stanza);
      deliver(stanza);
    };
    session.server['to tv'] = twice;
    session.server['to remote'] = twice;
    const tv = await live();
    await remote.volume.set(0.9);
    tv.setVolume(0.4);
    await settled();
    expect(remote.volume.value?.level).toBe(0.4);
    expect(tv.done).toHaveLength(1);
  });

  it('that repeats an old notification later is not believed', async () => {
    const tv = await live();
    tv.setVolume(0.1);
    await settled();
    const old = session.sent.filter(({ stanza }) => stanza.getName() === 'message').at(-1);
    tv.setVolume(0.8);
    await settled();
    if (old) session.receive(old.stanza);
    expect(errors).toMatchObject([{ name: 'SealError', code: 'replayed' }]);
    expect(remote.volume.value?.level).toBe(0.8);
  });

  it('that changes the order is put right by revisions', async () => {
    const tv = await live();
    const held: (() => void)[] = [];
    session.server['to remote'] = (stanza, deliver) => void held.push(() => deliver(stanza));
    tv.setVolume(0.1);
    tv.setVolume(0.2);
    tv.setVolume(0.3);
    for (const deliver of held.reverse()) deliver();
    await settled();
    expect(remote.volume.value?.level).toBe(0.3);
    session.server['to remote'] = honest;
  });

  it('that holds one back is noticed at the next, and the state is fetched', async () => {
    const tv = await live();
    session.server['to remote'] = () => {};
    tv.setVolume(0.1);
    session.server['to remote'] = honest;
    tv.notify('media');
    await vi.advanceTimersByTimeAsync(1500);
    expect(remote.volume.value?.level).toBe(0.1);
    expect(session.count('to tv', 'handshake')).toBe(1);
  });

  it('that forges an answer does not make the command run twice', async () => {
    const tv = await live();
    let forgeries = 0;
    session.server['to remote'] = (stanza, deliver) => {
      const answer = stanza.getName() === 'iq' && forgeries < 3;
      if (answer) forgeries++;
      deliver(answer ? forge(stanza) : stanza);
    };
    const command = remote.volume.set(0.9);
    await vi.advanceTimersByTimeAsync(8000);
    await command;
    expect(forgeries).toBe(3);
    expect(tv.done).toEqual([command.id]);
  });

  it.each([
    ['empty', () => undefined],
    ['unsealed', () => xml('done', { xmlns: 'urn:xmpp:second-screen:0' })],
  ])('that makes up an answer (%s) is not believed', async (_, payload) => {
    const tv = await live();
    session.server['to tv'] = (stanza, deliver) => {
      if (stanza.getName() !== 'iq') deliver(stanza);
      else
        session.pass(
          'to remote',
          xml('iq', { type: 'result', id: stanza.attrs.id, from: tv.jid }, payload()),
        );
    };
    const command = remote.volume.set(0.9);
    await vi.advanceTimersByTimeAsync(2000);
    expect(command.status).not.toBe('done');
    session.server['to tv'] = honest;
    await vi.advanceTimersByTimeAsync(10_000);
    await command;
    expect(tv.done).toEqual([command.id]);
  });

  it('that forges everything is told from the TV, and is not asked without end', async () => {
    await live();
    session.server['to remote'] = (stanza, deliver) => deliver(forge(stanza));
    const command = remote.volume.set(0.9);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(command).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(session.sent.length).toBeLessThan(200);
  });

  it('that puts another TV in the place of this one gets nothing', async () => {
    new TestTv(session, { key: newKey() }).setVolume(1);
    session.online();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(remote.get('volume')).toBeUndefined();
    expect(remote.tv.status).not.toBe('present');
    expect(errors.length).toBeGreaterThan(0);
    expect(remote.link).toMatchObject({ status: 'connecting', reason: { code: 'impostor' } });
  });

  it('sees neither state nor commands', async () => {
    const tv = await live();
    await remote.media.load({ uri: 'https://media.example/secret.mp4' }).catch(() => {});
    tv.setVolume(0.123);
    await settled();
    const wire = session.sent.map(({ stanza }) => stanza.toString()).join('\n');
    expect(session.sent.filter(({ stanza }) => isSealed(stanza)).length).toBeGreaterThan(2);
    expect(wire).not.toMatch(/secret|0\.123|Living|volume/);
  });
});

describe('the end of a pairing', () => {
  const revocation = { at: Date.UTC(2026, 4, 1), reason: 'removed', by: 'Anna’s phone' } as const;

  it('is told by the TV, with who did it', async () => {
    const tv = await live();
    // Nothing is lost of what was asked meanwhile: it is said to be unknown.
    const command = remote.volume.set(0.9);
    tv.revoke(revocation);
    await settled();
    expect(remote.link).toMatchObject({
      status: 'lost',
      reason: { code: 'unpaired', revocation, cause: expect.any(PeerRefusal) },
    });
    expect('reason' in remote.link && remote.link.reason?.message).toContain('Anna’s phone');
    await expect(command).rejects.toMatchObject({ name: 'CommandError' });
  });

  it('is told to whom comes later, too', async () => {
    new TestTv(session).revoke({ at: revocation.at, reason: 'expired' });
    session.online();
    await settled();
    expect(remote.link).toMatchObject({ reason: { revocation: { reason: 'expired' } } });
  });

  it('is told by a server in its own words, which prove nothing', async () => {
    await end();
    start({ pairing: 'house.local' });
    session.end(
      new SessionError('refused', 'Kim removed this phone.', { condition: 'account-disabled' }),
    );
    expect(remote.link).toMatchObject({
      status: 'lost',
      reason: { code: 'unpaired', message: 'Kim removed this phone.' },
    });
    expect(remote.link).not.toHaveProperty('reason.revocation');
  });
});

describe('a grant', () => {
  it('that changes takes effect at once', async () => {
    const tv = await live();
    expect(remote.may('load')).toBe(true);
    const grants: string[] = [];
    remote.on('grant', ({ role }) => grants.push(role));
    tv.regrant('guest', { facets: ['media', 'volume'] });
    await settled();
    expect(grants).toEqual(['guest']);
    expect(remote.may('load')).toBe(false);
    expect(remote.may('play')).toBe(true);
    expect(remote.catalogue).toBeUndefined();
    expect(remote.capabilities?.commands).not.toContain('load');
    // The TV says why.
    const load = remote.media.load({ uri: 'https://media.example/a.mp4' });
    await expect(load).rejects.toMatchObject({
      code: 'not-permitted',
      message: 'Guests may not do that.',
    });
  });

  it('tells when the TV was set back', async () => {
    await end();
    start({ generation: 9 });
    const rollbacks: unknown[] = [];
    remote.on('rollback', (generation) => rollbacks.push(generation));
    const tv = await live();
    expect(rollbacks).toEqual([{ before: 9, now: 5 }]);
    expect(remote.generation).toBe(5);
    tv.regrant('owner', { generation: 6 });
    await settled();
    expect(remote.generation).toBe(6);
    expect(rollbacks).toHaveLength(1);
  });
});

type Fault = 'drop' | 'twice' | 'late' | 'forge' | 'bounce' | 'pass';
type Happening =
  | 'volume'
  | 'command'
  | 'restart'
  | 'crash'
  | 'come'
  | 'down'
  | 'resume'
  | 'renew'
  | 'wait'
  | 'revoke';

const faults = fc.infiniteStream(
  fc.constantFrom<Fault>('pass', 'pass', 'pass', 'drop', 'twice', 'late', 'forge', 'bounce'),
);
const happenings = fc.array(
  fc.constantFrom<Happening>(
    ...(['volume', 'volume', 'command', 'restart', 'crash', 'come', 'down'] as const),
    ...(['resume', 'renew', 'wait', 'wait', 'wait'] as const),
  ),
  { minLength: 3, maxLength: 25 },
);

it('always comes to the state of the TV, or to why there is none any more', async () => {
  await fc.assert(
    fc.asyncProperty(faults, happenings, fc.boolean(), async (stream, list, revoked) => {
      await end();
      start();
      const chaos: Server = (stanza, deliver) => {
        const { value: fault } = stream.next();
        if (fault === 'late') setTimeout(() => deliver(stanza), 700);
        if (fault === 'pass' || fault === 'twice') deliver(stanza);
        if (fault === 'twice') deliver(stanza);
        if (fault === 'forge') deliver(forge(stanza));
        if (fault === 'bounce' && stanza.getName() === 'iq' && stanza.attrs.type !== 'error')
          deliver(xml('iq', { type: 'error', id: stanza.attrs.id, to: stanza.attrs.to }));
      };
      for (const way of ['to tv', 'to remote'] satisfies Way[]) session.server[way] = chaos;
      session.online();
      let tv = new TestTv(session);
      let run = 1;
      let level = 0;
      const nextLevel = () => {
        level = (level + 1) % 100;
        return level / 100;
      };
      const commands: Promise<unknown>[] = [];
      const act: Record<Happening, () => void> = {
        volume: () => tv.setVolume(nextLevel()),
        command: () => void commands.push(remote.volume.set(nextLevel()).catch(() => {})),
        restart: () => {
          tv.crash();
          run++;
          tv = new TestTv(session, { epoch: `e${run}`, resource: `box${run % 3}` });
        },
        crash: () => tv.crash(),
        come: () => session.tvs.size > 0 || act.restart(),
        down: () => session.state.status === 'online' && session.down(),
        resume: () => session.state.status === 'waiting' && session.online(true),
        renew: () => {
          if (session.state.status === 'online') session.down();
          session.online();
        },
        wait: () => {},
        revoke: () => tv.revoke({ at: 0, reason: 'removed' }),
      };
      for (const happening of list) {
        act[happening]();
        await vi.advanceTimersByTimeAsync(happening === 'wait' ? 900 : 20);
      }
      act.come();
      for (const way of ['to tv', 'to remote'] satisfies Way[]) session.server[way] = honest;
      if (session.state.status !== 'online') session.online(true);
      if (revoked) act.revoke();
      // The clock is measured within this, and shows that something is missing.
      await vi.advanceTimersByTimeAsync(700_000);
      await Promise.all(commands);
      if (revoked)
        expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
      else {
        expect(remote.tv.status).toBe('present');
        expect(remote.link.status).toBe('live');
        expect(remote.volume.value).toEqual(tv.facets.volume.value);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
