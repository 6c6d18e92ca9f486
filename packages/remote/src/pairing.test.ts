import { createHub, type Hub } from '@fjern/hub';
import {
  decodeConfirmation,
  decodePakeRequest,
  type Element,
  encodeConfirmation,
  encodePakeResponse,
  NS_PAIR,
} from '@fjern/protocol';
import { fingerprint, keyPair, primitives, toBase64Url } from '@fjern/seal';
import { createPake } from '@fjern/seal/pairing';
import { createTv, type Tv } from '@fjern/tv';
import { createPairing, type Pairing, type PairingOptions } from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connect,
  type KnownTv,
  type PairOptions,
  pair,
  pairWithPin,
  type Remote,
} from './index.ts';

const domain = 'house.local';

let hub: Hub;
let pairing: Pairing;
let tv: Tv;
let remotes: Remote[];
let saved: KnownTv[];

async function start(options: Partial<PairingOptions> = {}): Promise<void> {
  const identity = primitives.random(32);
  hub = await createHub({
    domain,
    host: '127.0.0.1',
    anonymous: true,
    accounts: { find: (username) => pairing.find(username) },
  });
  pairing = await createPairing({
    session: hub.service,
    domain,
    tvJid: `tv@${domain}`,
    name: 'Living room',
    identity,
    fingerprint: fingerprint(primitives, keyPair(primitives, identity).publicKey),
    origin: () => `http://127.0.0.1:${hub.port}`,
    store: { load: async () => undefined, save: async () => {} },
    onrevoke: (username) => hub.disconnect(username),
    ...options,
  });
  tv = createTv({
    session: hub.attach(`tv@${domain}/box`),
    player: new ScriptedPlayer({}),
    name: 'Living room',
    remotes: pairing.directory,
    identity,
  });
  pairing.on('change', () => tv.refreshRemotes());
}

beforeEach(() => {
  remotes = [];
  saved = [];
});

afterEach(async () => {
  await Promise.all(remotes.map((remote) => remote.close()));
  await tv.close();
  pairing.close();
  await hub.close();
});

const options = (more: Partial<PairOptions> = {}): PairOptions => ({
  name: 'Anna’s phone',
  kind: 'phone',
  save: (known) => void saved.push(known),
  ...more,
});
const offerUrl = () => pairing.status.offer?.url ?? '';
const target = () => ({ origin: `http://127.0.0.1:${hub.port}`, domain });

async function live(known: KnownTv): Promise<Remote> {
  const remote = connect(known);
  remotes.push(remote);
  await remote.ready({ timeout: 10 });
  return remote;
}

/** Anything of another run of the exchange. */
function alter(element: Element, name: string): Element {
  const child = element.getChild(name);
  if (child)
    child.children = [
      primitives.toBase64(primitives.random(child.getText().length > 50 ? 64 : 32)),
    ];
  return element;
}

describe('pairing', () => {
  it('by the QR code leaves a TV that is live at once', async () => {
    await start();
    const steps: string[] = [];
    const known = await pair(offerUrl(), options({ onprogress: ({ step }) => steps.push(step) }));
    expect(steps).toEqual(['connecting', 'pairing', 'saving', 'confirming']);
    expect(saved).toEqual([{ ...known, provisional: true }, known]);
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
    const remote = await live(known);
    expect(remote.tv.status).toBe('present');
    expect(remote.grant?.role).toBe('owner');
    expect(remote.generation).toBeGreaterThan(0);
    await remote.volume.set(0.3);
    expect(remote.volume.value?.level).toBe(0.3);
  });

  it('by the PIN is the same', async () => {
    await start();
    const pin = pairing.status.offer?.pin ?? '';
    const known = await pairWithPin(target(), `${pin.slice(0, 3)} ${pin.slice(3)}`, options());
    expect(known).toMatchObject({ tv: `tv@${domain}`, pairing: domain, name: 'Living room' });
    expect((await live(known)).grant?.role).toBe('owner');
  });

  it('that was cut off is completed by connecting', async () => {
    await start();
    const stop = new AbortController();
    const save = (known: KnownTv) => {
      saved.push(known);
      stop.abort();
    };
    const cut = pair(offerUrl(), options({ save, signal: stop.signal }));
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
    const [known] = saved;
    expect(known?.provisional).toBe(true);
    if (known) await live(known);
    expect(pairing.status.remotes).toHaveLength(1);
  });

  it('is refused for another PIN', async () => {
    await start();
    const wrong = pairing.status.offer?.pin === '123456' ? '654321' : '123456';
    await expect(pairWithPin(target(), wrong, options())).rejects.toMatchObject({
      code: 'code-wrong',
    });
    await expect(pairWithPin(target(), '12345', options())).rejects.toMatchObject({
      code: 'code-wrong',
    });
    expect(saved).toEqual([]);
  });

  it.each([
    [true, undefined],
    [false, 'declined'],
  ])('waits for the viewer, who says %s', async (allow, code) => {
    await start({ approval: 'always' });
    await pair(offerUrl(), options());
    pairing.on('request', ({ id, name }) => {
      expect(name).toBe('Kim');
      pairing.approve(id, allow);
    });
    const steps: string[] = [];
    const second = pair(
      offerUrl(),
      options({ name: 'Kim', onprogress: ({ step }) => steps.push(step) }),
    );
    if (code) await expect(second).rejects.toMatchObject({ code });
    else await second;
    expect(steps).toContain('approval');
  });

  it('goes no further with who has the code and another key than the QR code names', async () => {
    await start();
    const url = offerUrl().replace(/k=[\w-]{43}/, `k=${toBase64Url(primitives.random(32))}`);
    await expect(pair(url, options())).rejects.toMatchObject({ code: 'impostor' });
    expect(saved).toEqual([]);
  });

  it.each(['tag', 'sealed'])('notices that somebody else confirms (%s)', async (part) => {
    await start();
    // A service that has not got the code can only make its answer up.
    const url = offerUrl();
    pairing.close();
    hub.service.handle('set', NS_PAIR, (payload) => {
      if (payload.getName() === 'pake') {
        const { sid } = decodePakeRequest(payload);
        const pake = createPake({
          role: 'responder',
          password: primitives.random(16),
          sid: primitives.random(16),
          ci: primitives.random(16),
        });
        return encodePakeResponse({
          sid,
          share: primitives.toBase64(pake.share),
          approval: false,
        });
      }
      const confirmation = decodeConfirmation('confirm', payload);
      return alter(encodeConfirmation('confirmed', confirmation), part);
    });
    await expect(pair(url, options())).rejects.toMatchObject({ code: 'impostor' });
    expect(saved).toEqual([]);
  });

  it.each([
    ['hello', 'not-an-offer'],
    ['http://127.0.0.1:1/#v=3', 'newer-tv'],
  ])('of %s says what is wrong', async (url, code) => {
    await start();
    await expect(pair(url, options())).rejects.toMatchObject({ code });
  });

  it('gives up in time', async () => {
    await start();
    const nowhere = { origin: 'http://127.0.0.1:9', domain };
    await expect(pairWithPin(nowhere, '123456', options({ timeout: 0.5 }))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

describe('the remotes of a TV', () => {
  it('are listed, renamed, promoted and removed by an owner', async () => {
    await start();
    const owner = await live(await pair(offerUrl(), options()));
    const other = await live(await pair(offerUrl(), options({ name: 'Kim' })));
    const list = await owner.remotes.list();
    expect(list.map(({ name, own }) => [name, own])).toEqual([
      ['Anna’s phone', true],
      ['Kim', undefined],
    ]);
    const id = list[1]?.id ?? '';
    await expect(other.remotes.setRole(id, 'owner')).rejects.toMatchObject({ name: 'StanzaError' });
    await owner.remotes.rename(id, 'Kim’s tablet');
    const granted = new Promise((resolve) => other.on('grant', resolve));
    await owner.remotes.setRole(id, 'guest');
    expect(await granted).toMatchObject({ role: 'guest' });
    expect(other.may('load')).toBe(false);
    const lost = new Promise((resolve) =>
      other.on('link', (link) => link.status === 'lost' && resolve(link)),
    );
    await owner.remotes.revoke(id);
    expect(await lost).toMatchObject({
      reason: { code: 'unpaired', revocation: { reason: 'removed', by: 'Anna’s phone' } },
    });
    expect(await owner.remotes.list()).toHaveLength(1);
  });

  it('are managed while there is no agent, by one session for all that is asked', async () => {
    await start();
    const remote = await live(await pair(offerUrl(), options()));
    await tv.close();
    expect(await remote.remotes.list()).toHaveLength(1);
    const [list, again] = await Promise.all([remote.remotes.list(), remote.remotes.list()]);
    expect(list).toEqual(again);
  });

  it('may leave', async () => {
    await start();
    const remote = await live(await pair(offerUrl(), options()));
    await remote.unpair();
    expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
    expect(pairing.status.remotes).toEqual([]);
  });
});

it('a TV that took the place of another is not talked to', async () => {
  await start();
  const known = await pair(offerUrl(), options());
  const other = toBase64Url(keyPair(primitives, primitives.random(32)).publicKey);
  const remote = connect({ ...known, tvKey: other });
  remotes.push(remote);
  const error = await new Promise((resolve) => remote.on('error', resolve));
  expect(error).toMatchObject({ name: 'StanzaError' });
  expect(remote.tv.status).not.toBe('present');
  expect(remote.get('volume')).toBeUndefined();
});
