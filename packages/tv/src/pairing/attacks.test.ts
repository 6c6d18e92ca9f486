import {
  type Element,
  encodeConfirmation,
  encodePakeRequest,
  NS_PAIR,
  parseElement,
  type Session,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { primitives, toBase64Url } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, type Middle, Rig, refusal, screenToken } from './fixtures/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.create();
});

afterEach(async () => {
  await rig.close();
  await rig.clock.advance(0);
  expect(rig.clock.pending).toBe(0);
});

describe('whoever guesses', () => {
  const wrong = async () => refusal(rig.remote('Guesser').pair('pin', '999998'));

  it('is locked out after five tries, longer each time, until somebody has the right code', async () => {
    for (let i = 0; i < 5; i++) expect(await wrong()).toBe('code-wrong');
    expect(rig.status.refused).toEqual({
      at: rig.clock.now(),
      lockedUntil: rig.clock.now() + 10_000,
    });
    expect(await refusal(rig.remote().pair())).toBe('locked');
    await rig.clock.advance(10_000);
    expect(await wrong()).toBe('code-wrong');
    await rig.clock.advance(19_000);
    expect(await wrong()).toBe('locked');
    await rig.clock.advance(1000);
    await rig.paired();
    expect(rig.status.refused).toBeUndefined();
    expect(await wrong()).toBe('code-wrong');
    await rig.paired('Ben');
  });

  it('is not let off by the next code', async () => {
    for (let i = 0; i < 5; i++) await wrong();
    rig.pairing.offer('member');
    expect(await refusal(rig.remote().pair())).toBe('locked');
    rig.pairing.setOpen(false);
    rig.pairing.setOpen(true);
    expect(await refusal(rig.remote().pair())).toBe('locked');
  });

  it('pays for runs that it leaves open', async () => {
    for (let i = 0; i < 4; i++) await rig.remote().begin('pin', '999998');
    expect(await refusal(rig.remote().begin('pin', '999998'))).toBe('busy');
    await rig.clock.advance(30_000);
    expect(rig.status.refused).toBeDefined();
    await rig.remote().begin('pin', '999998');
    // One more may be wrong before the lock, so one may be under way.
    expect(await refusal(rig.remote().begin('pin', '999998'))).toBe('busy');
    await rig.clock.advance(30_000);
    expect(await refusal(rig.remote().begin('pin', '999998'))).toBe('locked');
  });

  it('pays when its stream ends', async () => {
    for (let i = 0; i < 5; i++) {
      const remote = rig.remote();
      await remote.begin('pin', '999998');
      rig.pairing.setOnline(remote.session.jid, false);
    }
    expect(await refusal(rig.remote().pair())).toBe('locked');
  });

  it('gets through some twenty times an hour, however often it tries', async () => {
    const remotes = Array.from({ length: 8 }, (_, i) => rig.remote(`Guesser ${i}`));
    let tries = 0;
    const through: number[] = [];
    for (let hour = 0; hour < 2; hour++) {
      let guesses = 0;
      for (let step = 0; step < 360; step++) {
        for (const remote of remotes) {
          tries++;
          const outcome = await refusal(guess(remote.session));
          if (outcome === 'code-wrong') guesses++;
          else expect(outcome).toBe('locked');
        }
        await rig.clock.advance(10_000);
      }
      through.push(guesses);
    }
    expect(tries).toBe(5760);
    // 5 at once, 5 while the lock grows from 10 s to 300 s, then one each 300 s.
    expect(through[0]).toBeGreaterThan(15);
    expect(through[0]).toBeLessThanOrEqual(21);
    expect(through[1]).toBeLessThanOrEqual(12);
  }, 60_000);

  const share = primitives.toBase64(primitives.x25519PublicKey(primitives.random(32)));
  const sid = toBase64Url(primitives.random(16));
  const tag = primitives.toBase64(new Uint8Array(64));
  /** As fast as can be: made of no PIN at all, it is wrong like any other. */
  const guess = async (session: Session) => {
    const steps = [
      encodePakeRequest({ sid, code: 'pin', share }),
      encodeConfirmation('confirm', { sid, tag, sealed: 'AAAA' }),
    ];
    for (const payload of steps)
      await session.request(xml('iq', { type: 'set', to: domain }, payload));
  };
});

describe('somebody in the middle', () => {
  const flip = (base64: string) => {
    const bytes = primitives.fromBase64(base64);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return primitives.toBase64(bytes);
  };
  const change = (name: string, child: string, edit: (text: string) => string) => {
    return (payload: Element): Element => {
      if (payload.getName() !== name) return payload;
      const element = payload.getChild(child);
      if (element) element.children = [edit(element.getText())];
      return payload;
    };
  };
  const randomShare = () => primitives.toBase64(primitives.x25519PublicKey(primitives.random(32)));

  const cases: [string, Middle, string][] = [
    ['swaps the remote’s share', { request: change('pake', 'share', randomShare) }, 'code-wrong'],
    ['swaps the TV’s share', { result: change('pake', 'share', randomShare) }, 'code-wrong'],
    ['changes the remote’s tag', { request: change('confirm', 'tag', flip) }, 'code-wrong'],
    ['changes the introduction', { request: change('confirm', 'sealed', flip) }, 'bad-request'],
    ['changes the TV’s tag', { result: change('confirmed', 'tag', flip) }, 'impostor'],
    ['changes the TV’s answer', { result: change('confirmed', 'sealed', flip) }, 'forged'],
    [
      'sends back the remote’s own tag',
      {
        result: (payload) => {
          const tag = rig.wire
            .filter((text) => text.includes('<confirm '))
            .map((text) => /<tag>(.*?)<\/tag>/.exec(text)?.[1] ?? '')
            .pop();
          return change('confirmed', 'tag', () => tag ?? '')(payload);
        },
      },
      'impostor',
    ],
    [
      'sends a share of low order',
      { request: change('pake', 'share', () => primitives.toBase64(new Uint8Array(32))) },
      'bad-request',
    ],
  ];
  it.each(cases)('%s and pairs nobody', async (_, middle, outcome) => {
    const remote = rig.remote();
    remote.middle = middle;
    const error: unknown = await remote.pair('pin').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const said =
      error instanceof StanzaError
        ? await refusal(Promise.reject(error))
        : error instanceof Error && 'code' in error
          ? error.code
          : (error as Error).message;
    expect(said).toBe(outcome);
    expect(remote.account).toBeUndefined();
    expect(rig.status.remotes).toEqual([]);
    await rig.clock.advance(61_000);
    expect(rig.store.text === undefined || rig.store.data.accounts.length === 0).toBe(true);
  });

  it('cannot take a run over from another address', async () => {
    const remote = rig.remote();
    const run = await remote.begin('pin', rig.codes.pin);
    const thief = rig.remote('Thief');
    expect(await refusal(thief.confirm(run))).toBe('item-not-found');
    expect(rig.status.remotes).toEqual([]);
  });

  it('cannot use the same run twice', async () => {
    const remote = rig.remote();
    const bodies: Element[] = [];
    remote.middle = {
      request: (payload) => {
        bodies.push(parseElement(payload.toString()));
        return payload;
      },
    };
    await remote.pair('pin');
    const [, confirm] = bodies;
    const again = remote.session.request(xml('iq', { type: 'set', to: domain }, confirm));
    expect(await refusal(again)).toBe('item-not-found');
    expect(rig.store.data.accounts).toHaveLength(1);
  });
});

it.each([
  encodePakeRequest({ sid: 'A'.repeat(22), code: 'pin', share: 'no share' }),
  encodePakeRequest({ sid: `${'A'.repeat(21)}B`, code: 'pin', share: 'AAAA' }),
  encodeConfirmation('confirm', { sid: 'A'.repeat(22), tag: '?', sealed: 'AAAA' }),
  xml('pake', { xmlns: NS_PAIR }),
])('answers %s with bad-request, which is no guess', async (payload) => {
  const { session } = rig.remote();
  for (let i = 0; i < 6; i++) {
    const request = session.request(
      xml('iq', { type: 'set', to: domain }, parseElement(payload.toString())),
    );
    expect(await refusal(request)).toBe('bad-request');
  }
  expect(rig.status.refused).toBeUndefined();
});

it('says no secret in any stanza, error or event in the clear', async () => {
  const secrets = [screenToken, toBase64Url(rig.identity)];
  const note = () => secrets.push(rig.codes.pin, rig.codes.qr);
  const told: string[] = [];
  rig.pairing.on('request', (request) => told.push(JSON.stringify(request)));
  rig.pairing.on('paired', (remote) => told.push(JSON.stringify(remote)));
  rig.pairing.on('revoked', (remote) => told.push(JSON.stringify(remote)));
  note();
  const anna = await rig.paired();
  note();
  await refusal(rig.remote('Ben').pair('pin', '999998'));
  rig.store.saving = () => Promise.reject(new Error('disk full'));
  await refusal(rig.remote('Ben').pair('pin'));
  rig.store.saving = async () => {};
  const ben = await rig.paired('Ben');
  note();
  await rig.pairing.revoke(ben.id, 'Anna');
  await anna.client.request('get', xml('list', { xmlns: 'urn:xmpp:cam:0' }));
  secrets.push(anna.account?.token ?? '', ben.account?.token ?? '');
  secrets.push(toBase64Url(anna.privateKey), toBase64Url(ben.privateKey));
  expect(rig.wire.length).toBeGreaterThan(15);
  const errors = rig.errors.map(
    (error) => `${error} ${(error as Error).stack} ${JSON.stringify(error)}`,
  );
  for (const text of [...rig.wire, ...told, ...errors])
    for (const secret of secrets) expect(text).not.toContain(secret);
  // And no name: strangers in the same network see these stanzas.
  for (const text of rig.wire) expect(text).not.toContain('Anna');
});
