import { connect as connectLink, type Link } from '@fjern/link';
import { defaultPermissions, NS_SEAL, type Role } from '@fjern/protocol';
import { type AccountTv, connect, type Remote } from '@fjern/remote';
import { toBase64Url } from '@fjern/seal';
import { createTv, type PairedKey, type Tv } from '@fjern/tv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { clip, eventually, film, newKeys, present } from './household.ts';
import { changing, flipBit, type Middle, startMiddle } from './middle.ts';

// The same agent and remotes, as clients of somebody else's server, with the same man in the middle on the way to it.

let server: HostileServer;
let middle: Middle;
let player: ScriptedPlayer;
let link: Link;
let tv: Tv;
let phone: Remote;
let guest: Remote;
const tvKeys = newKeys();
const known = new Map<string, PairedKey>();
const remotes: Remote[] = [];
const timing = { retryBase: 0.05, retryCap: 0.2 };

beforeAll(async () => {
  server = await startHostileServer();
  middle = await startMiddle(() => server.port);
  player = new ScriptedPlayer({ media: { [film]: { duration: 600 }, [clip]: { duration: 30 } } });
  link = connectLink({
    service: `ws://127.0.0.1:${middle.port}/xmpp-websocket`,
    domain: server.domain,
    credential: server.credential('tv'),
    timing,
  });
  await link.ready({ timeout: 20 });
  tv = createTv({
    session: link,
    player,
    name: 'Living room',
    identity: tvKeys.raw,
    remotes: {
      find: (key) => known.get(key),
      jids: () => ['phone', 'guest'].map((name) => `${name}@${server.domain}`),
    },
  });
});

afterAll(async () => {
  tv.close();
  await link.close();
  await player.close();
  await middle.close();
  await server.close();
});

beforeEach(async () => {
  phone = enter('phone', 'owner');
  guest = enter('guest', 'guest');
  await Promise.all([present(phone), present(guest)]);
  await phone.media.load({ uri: film, metadata: { title: 'The Secret Film' }, autoplay: false });
});

afterEach(async () => {
  middle.tamper = undefined;
  await server.become('watch');
  await Promise.all(remotes.splice(0).map((remote) => remote.close()));
});

function enter(username: 'phone' | 'guest', role: Role): Remote {
  const { raw, text } = newKeys();
  known.set(text, { name: username, grant: { role, ...defaultPermissions[role] } });
  const account: AccountTv = {
    tv: `tv@${server.domain}`,
    service: `ws://127.0.0.1:${middle.port}/xmpp-websocket`,
    domain: server.domain,
    credential: server.credential(username),
    tvKey: tvKeys.text,
    key: { public: text, private: toBase64Url(raw) },
  };
  const remote = connect(account, { timing });
  remotes.push(remote);
  return remote;
}

/** Everything works again, and what the remotes show is true. */
async function expectInStep(): Promise<void> {
  middle.tamper = undefined;
  await server.become('watch');
  await phone.volume.set(0.3, { timeout: 20 });
  await phone.volume.set(0.6, { timeout: 20 });
  for (const remote of [phone, guest])
    await eventually(() => remote.volume.value?.level === player.state.level, 20);
}

/** The server has done this so often, counted from when it was started. */
async function done(deed: string, times: number): Promise<void> {
  await eventually(async () => {
    const deeds = (await server.seen()).split('\n').filter((line) => line === deed);
    return deeds.length >= times;
  });
}

describe('a server between a remote and the TV', () => {
  it('reads nothing of what is asked and what plays', async () => {
    await phone.media.seek(123.456);
    await guest.volume.set(0.37);
    await expect(guest.media.stop()).rejects.toMatchObject({ code: 'not-permitted' });
    const seen = await server.seen();
    expect(seen).toContain('<sealed ');
    for (const text of [seen, middle.recorded.join('\n')])
      expect(text).not.toMatch(
        /Secret Film|secret-film|123\.456|0\.37|Living room|not-permitted|<(media|volume|grant)/,
      );
  });

  it('that alters what is sealed gets nothing done and nothing shown', async () => {
    const before = player.calls.length;
    const shown: number[] = [];
    phone.subscribe('volume', ({ level }) => shown.push(level));
    const levels = [0.11, 0.12, 0.13];
    await server.become('alter');
    const commands = levels.map((level) => phone.volume.set(level, { timeout: 20 }));
    await done('altered', 4);
    await server.become('watch');
    await Promise.all(commands);
    expect(player.calls.slice(before)).toEqual(levels.map(() => 'setVolume'));
    const [first = 0, ...later] = shown;
    for (const level of later) expect([first, ...levels]).toContain(level);
    await expectInStep();
  });

  it('that repeats stanzas gets no command carried out twice', async () => {
    const before = player.calls.length;
    await server.become('repeat');
    const seeks = [1, 2, 3].map((position) => phone.media.seek(position, { timeout: 20 }));
    const settled = Promise.allSettled(seeks);
    await done('repeated', 12);
    await server.become('watch');
    await settled;
    expect(player.calls.slice(before)).toEqual(['seek', 'seek', 'seek']);
    expect(player.state.currentTime).toBe(3);
    await expectInStep();
  });

  it('that gives one remote what is for another shows it nothing', async () => {
    await server.become('redirect');
    await phone.volume.set(0.4);
    await done('redirected', 2);
    await eventually(() => guest.volume.value?.level === 0.4);
    await expectInStep();
    expect(guest.link.status).toBe('live');
  });

  it('that answers in the TV’s name is not believed', async () => {
    await server.become('answer');
    const before = player.calls.length;
    const command = phone.volume.set(0.9, { timeout: 20 });
    const outcome = command.then(
      () => 'done',
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    );
    await done('answered', 1);
    await server.become('watch');
    // What the remote knows of it: nothing, until whoever has the TV's key has spoken.
    expect(command.status).not.toBe('failed');
    // It finds out for itself that the TV is there, and asks again.
    expect(await outcome).toBe('done');
    expect(player.calls.slice(before)).toEqual(['setVolume']);
    await expectInStep();
  });

  it('and somebody on the way to it can do no more', async () => {
    const before = player.calls.length;
    let count = 0;
    middle.tamper = changing('up', (stanza) => {
      const part = stanza.getChild('sealed', NS_SEAL) ?? stanza.getChild('handshake', NS_SEAL);
      if (!part || ++count % 3 !== 0 || count > 15) return undefined;
      part.children = [flipBit(part.getText())];
      return stanza;
    });
    const positions = [4, 5, 6, 7];
    for (const position of positions) await phone.media.seek(position, { timeout: 20 });
    expect(count).toBeGreaterThan(3);
    expect(player.calls.slice(before)).toEqual(positions.map(() => 'seek'));
    await expectInStep();
  });
});
