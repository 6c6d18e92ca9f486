import type { Link } from '@fjern/link';
import {
  type CodeKind,
  decodeConfirmation,
  decodeEnvelope,
  decodePairResult,
  decodePakeResponse,
  type Element,
  encodeConfirmation,
  encodeEnvelope,
  encodeIntroduction,
  encodePakeRequest,
  firstElement,
  NS_PAIR,
  type PairResult,
  pairingErrorCondition,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { Remote, type RemoteKey } from '@fjern/remote';
import {
  createSealedServer,
  fingerprint,
  generatePrivateKey,
  keyPair,
  primitives,
  type SealedServer,
  toBase64Url,
} from '@fjern/seal';
import { createPake, lvCat } from '@fjern/seal/pairing';
import { createTv, type Tv } from '@fjern/tv';
import { createPairing, type Pairing, type StoredPairings } from '@fjern/tv/pairing';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startProsody, type TestProsody } from '../link/servers.ts';
import { until } from '../remote/household.ts';
import { film, newKey, openLink } from './household.ts';

// A TV on somebody else's server: agent and pairing service share the one session of its account, and remotes
// bring the accounts that they have there.

const identity = generatePrivateKey(primitives);
const tvKeys = keyPair(primitives, identity);

let server: TestProsody;
let player: ScriptedPlayer;
let link: Link;
let sealed: SealedServer;
let pairing: Pairing;
let tv: Tv;
let stored: StoredPairings | undefined;
const remotes = new Set<Remote>();

beforeAll(async () => {
  server = await startProsody();
});

afterAll(() => server?.close());

beforeEach(async () => {
  stored = undefined;
  player = new ScriptedPlayer({ media: { [film]: { duration: 600 } } });
  await startTv();
});

afterEach(async () => {
  await Promise.all([...remotes].map((remote) => remote.close()));
  remotes.clear();
  await stopTv();
  await player.close();
});

async function startTv(): Promise<void> {
  const { domain } = server;
  link = await openLink(server, 'tv');
  sealed = createSealedServer({
    session: link,
    key: tvKeys,
    admit: (key) => pairing.admit(key),
    now: () => performance.now(),
    onerror: (error) => {
      throw error;
    },
  });
  pairing = await createPairing({
    session: link,
    domain,
    tvJid: `tv@${domain}`,
    name: 'Living room',
    identity,
    fingerprint: fingerprint(primitives, tvKeys.publicKey),
    origin: () => 'http://127.0.0.1',
    sealed,
    store: {
      load: async () => stored,
      save: async (data) => {
        stored = data;
      },
    },
  });
  tv = createTv({
    session: link,
    player,
    name: 'Living room',
    remotes: pairing.directory,
    identity,
    sealed,
  });
  pairing.on('change', () => tv.refreshRemotes());
}

async function stopTv(): Promise<void> {
  tv.close();
  pairing.close();
  sealed.close();
  await link.close();
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What a remote does with a code over a session of its own. @throws StanzaError */
async function exchange(
  session: Link,
  key: RemoteKey,
  password: string,
  code: CodeKind = 'pin',
): Promise<PairResult> {
  const service = `tv@${server.domain}`;
  const ask = async (payload: Element) => {
    const iq = xml('iq', { type: 'set', to: link.jid }, payload);
    const answer = firstElement(await session.request(iq));
    if (!answer) throw new Error('An answer without a payload.');
    return answer;
  };
  const { toBase64, fromBase64 } = primitives;
  const random = primitives.random(16);
  const sid = toBase64Url(random);
  const pake = createPake({
    role: 'initiator',
    password: utf8(password),
    sid: random,
    ci: lvCat(utf8(NS_PAIR), utf8(code), utf8(session.jid), utf8(service)),
  });
  const request = encodePakeRequest({ sid, code, share: toBase64(pake.share) });
  const { share } = decodePakeResponse(await ask(request));
  const result = pake.finish(fromBase64(share));
  const introduction = encodeIntroduction({
    key: key.public,
    name: 'Anna’s tablet',
    kind: 'tablet',
  });
  const confirmation = encodeConfirmation('confirm', {
    sid,
    tag: toBase64(result.ownTag),
    sealed: toBase64(result.seal(utf8(encodeEnvelope(introduction.toString())))),
  });
  const { tag, sealed } = decodeConfirmation('confirmed', await ask(confirmation));
  expect(result.checkTag(fromBase64(tag))).toBe(true);
  const opened = new TextDecoder().decode(result.open(fromBase64(sealed)));
  const [told] = decodeEnvelope(opened);
  if (!told) throw new Error('The TV said nothing.');
  return decodePairResult(told);
}

function start(session: Link, key: RemoteKey, paired: PairResult): Remote {
  const remote = new Remote(session, {
    tv: paired.tv,
    tvKey: paired.key,
    pairing: paired.pairing,
    key,
    provisional: true,
  });
  remotes.add(remote);
  return remote;
}

async function pairedRemote(username: string): Promise<{ remote: Remote; key: RemoteKey }> {
  const session = await openLink(server, username);
  const key = newKey();
  const paired = await exchange(session, key, pairing.status.offer?.pin ?? '');
  const remote = start(session, key, paired);
  await remote.ready({ timeout: 10 });
  await until(remote, () => remote.tv.status === 'present');
  return { remote, key };
}

it('pairs by PIN with the account that the remote has, entirely over the server', async () => {
  const session = await openLink(server, 'tablet');
  const key = newKey();
  const { pin = '', url = '' } = pairing.status.offer ?? {};
  const paired = await exchange(session, key, pin);
  expect(paired).toMatchObject({
    jid: `tablet@${server.domain}`,
    tv: `tv@${server.domain}`,
    pairing: `tv@${server.domain}`,
    key: toBase64Url(tvKeys.publicKey),
    name: 'Living room',
    role: 'owner',
  });
  // Not before it has shown that it can log in.
  expect(pairing.status.remotes).toEqual([]);
  const remote = start(session, key, paired);
  await remote.ready({ timeout: 10 });
  await until(remote, () => remote.tv.status === 'present');
  expect(pairing.status.remotes).toMatchObject([
    { name: 'Anna’s tablet', kind: 'tablet', grant: { role: 'owner' } },
  ]);
  await remote.media.load({ uri: film });
  expect(remote.media.value).toMatchObject({ state: 'playing', by: 'Anna’s tablet' });
  const routed = await server.routed();
  const { secret } = Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)));
  for (const word of [pin, secret ?? url, 'Anna', 'Living room', film, paired.token, key.public])
    expect(routed).not.toContain(word);
});

it('takes no PIN but its own, and says no more', async () => {
  const session = await openLink(server, 'evil');
  const { pin = '' } = pairing.status.offer ?? {};
  const wrong = pin === '000000' ? '000001' : '000000';
  const error = await exchange(session, newKey(), wrong).catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(StanzaError);
  expect(pairingErrorCondition(error as StanzaError)).toBe('code-wrong');
  expect(pairing.status.refused).toBeDefined();
  expect(pairing.status.remotes).toEqual([]);
  await session.close();
});

it('is managed from a remote, in the session that it has with the TV', async () => {
  const owner = (await pairedRemote('tablet')).remote;
  const other = (await pairedRemote('phone')).remote;
  const listed = await owner.remotes.list();
  expect(listed.map(({ own, grant, online }) => [own ?? false, grant.role, online])).toEqual([
    [true, 'owner', true],
    [false, 'member', true],
  ]);
  const id = listed[1]?.id ?? '';
  await owner.remotes.rename(id, 'Ben’s phone');
  await owner.remotes.setRole(id, 'guest');
  await until(other, () => other.grant?.role === 'guest');
  await expect(other.media.load({ uri: film })).rejects.toMatchObject({ code: 'not-permitted' });
  await owner.remotes.revoke(id);
  await until(other, () => other.link.status === 'lost');
  expect(other.link).toMatchObject({
    reason: { code: 'unpaired', revocation: { reason: 'removed', by: 'Anna’s tablet' } },
  });
});

it('follows a TV that has restarted, with what it has stored', async () => {
  const { remote } = await pairedRemote('tablet');
  await stopTv();
  await until(remote, () => remote.tv.status === 'absent');
  await startTv();
  await until(remote, () => remote.tv.status === 'present');
  await remote.volume.set(0.5);
  expect(player.state.level).toBe(0.5);
});

it('lets a remote end its own pairing', async () => {
  const { remote } = await pairedRemote('tablet');
  await remote.unpair();
  expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
  expect(pairing.status.remotes).toEqual([]);
});
