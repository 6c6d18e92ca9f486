import { once } from 'node:events';
import { encodeHandshake, NS_SEAL, parseElement, xml } from '@fjern/protocol';
import type { KnownTv, Remote } from '@fjern/remote';
import { NoiseHandshake, primitives, toBase64Url } from '@fjern/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { eventually, film, type Household, newKeys, present, startHousehold } from './household.ts';
import { carrying, changing, type Frame, flipBit, type Wire } from './middle.ts';

let home: Household;
let known: KnownTv;
let remote: Remote;

beforeEach(async () => {
  home = await startHousehold();
  ({ known, remote } = await home.pairAndConnect('Anna’s phone'));
});

afterEach(async () => {
  await home.close();
});

/** The connection that a remote which was connected just now has. */
const newest = (): Wire => {
  const wire = home.middle.wires.at(-1);
  if (!wire) throw new Error('There is no connection.');
  return wire;
};

const volumeOnTv = () => home.player.state.level;

/** The remote shows what is true, and has a session that works. */
async function expectInStep(to: Remote = remote): Promise<void> {
  home.middle.tamper = undefined;
  const level = Math.round(Math.random() * 1000) / 1000;
  await to.volume.set(level);
  expect(volumeOnTv()).toBe(level);
  await eventually(() => to.volume.value?.level === level, 20);
  expect(to.volume.value?.muted).toBe(home.player.state.muted);
}

/** Each message of a handshake in this direction has its text changed. */
const changeHandshake = (direction: 'up' | 'down', change: (text: string) => string) =>
  changing(direction, (stanza) => {
    const handshake = stanza.getChild('handshake', NS_SEAL);
    if (!handshake) return undefined;
    handshake.children = [change(handshake.getText())];
    return stanza;
  });

describe('somebody who meddles with the handshake', () => {
  const cases: [string, Household['middle']['tamper']][] = [
    ['changes the remote’s key in it', changeHandshake('up', (text) => flipBit(text, 0.35))],
    ['changes the remote’s ephemeral key', changeHandshake('up', (text) => flipBit(text, 0.01))],
    ['changes the TV’s ephemeral key', changeHandshake('down', (text) => flipBit(text, 0.01))],
    ['changes the state in the answer', changeHandshake('down', (text) => flipBit(text, 0.8))],
    ['cuts off the end of the answer', changeHandshake('down', (text) => text.slice(0, -64))],
    [
      'makes an answer up',
      changeHandshake('down', () => primitives.toBase64(primitives.random(400))),
    ],
    ['sends the remote’s own message back', changeHandshake('down', lastUp())],
  ];
  it.each(cases)('and %s gets no state shown, and nothing done', async (_, tamper) => {
    await remote.close();
    home.middle.tamper = (frame) => {
      last = frame.direction === 'up' && frame.text.includes('<handshake') ? frame : last;
      return tamper?.(frame) ?? [frame.text];
    };
    const errors: Error[] = [];
    const victim = home.connect(known);
    victim.on('error', (error) => errors.push(error));
    await eventually(() => errors.length > 0 || victim.link.status === 'lost');
    expect(victim.volume.value).toBeUndefined();
    expect(victim.capabilities).toBeUndefined();
    home.middle.tamper = undefined;
    await present(victim);
    await expectInStep(victim);
  });

  it('and puts in a key of his own is refused by the TV, and cannot answer in its place', async () => {
    await remote.close();
    const own = newKeys();
    const stolen: Frame[] = [];
    const refusals: Frame[] = [];
    home.middle.tamper = (frame) => {
      if (frame.direction === 'down' && /type=["']error["']/.test(frame.text)) refusals.push(frame);
      if (frame.direction === 'down' || !frame.text.includes('<handshake')) return [frame.text];
      const stanza = parseElement(frame.text);
      const handshake = stanza.getChild('handshake', NS_SEAL);
      if (!handshake) return [frame.text];
      stolen.push(frame);
      const noise = new NoiseHandshake(primitives, {
        pattern: 'IK',
        role: 'initiator',
        prologue: new Uint8Array(0),
        s: own.keys,
        rs: home.tvKeys.publicKey,
      });
      void noise.write(new Uint8Array(0)).then((first) => {
        handshake.children = [primitives.toBase64(first)];
        frame.wire.inject('up', stanza.toString());
      });
      return [];
    };
    const victim = home.connect(known);
    await eventually(() => refusals.length > 0);
    expect(victim.volume.value).toBeUndefined();
    // What he caught is for the TV's key alone.
    const text = parseElement(stolen[0]?.text ?? '').getChildText('handshake') ?? '';
    const reader = new NoiseHandshake(primitives, {
      pattern: 'IK',
      role: 'responder',
      prologue: new Uint8Array(0),
      s: own.keys,
    });
    await expect(reader.read(primitives.fromBase64(text))).rejects.toThrow();
    home.middle.tamper = undefined;
    await present(victim);
    await expectInStep(victim);
  });

  it('and repeats its first message displaces nothing and gets nothing done', async () => {
    const wire = newest();
    const [first] = carrying(wire.frames, 'handshake', 'up');
    const before = home.player.calls.length;
    for (let i = 0; i < 3; i++) wire.inject('up', first?.text ?? '');
    await eventually(() => carrying(wire.frames, 'handshake', 'down').length >= 4);
    expect(home.player.calls).toHaveLength(before);
    await expectInStep();
    // No new handshake was needed.
    expect(carrying(wire.frames, 'handshake', 'up')).toHaveLength(1);
  });

  it('and repeats its first message from an address of his own opens nothing', async () => {
    const [first] = carrying(newest().frames, 'handshake', 'up');
    const guest = await home.pairAs('guest', 'Kim');
    const { jid, token } = guest;
    const link = await home.link({ username: jid.split('@', 1)[0] ?? '', token });
    const answers: string[] = [];
    link.on('message', (message) => answers.push(message.toString()));
    const text = parseElement(first?.text ?? '').getChildText('handshake') ?? '';
    link.send(encodeHandshake(known.tv, { id: 'replayed', pattern: 'IK', message: text }));
    await eventually(() => answers.length > 0);
    expect(answers.join()).toContain('unsealable');
    await expectInStep();
  });
});

let last: Frame | undefined;

function lastUp(): () => string {
  return () => parseElement(last?.text ?? '').getChildText('handshake') ?? '';
}

describe('somebody who repeats what was said', () => {
  it('gets no command carried out twice', async () => {
    await remote.media.load({ uri: film, autoplay: false });
    await remote.media.seek(10);
    await remote.media.seek(20);
    const wire = newest();
    const before = [...home.player.calls];
    const commands = carrying(wire.frames, 'sealed', 'up').filter(({ text }) =>
      /type=["']set["']/.test(text),
    );
    expect(commands.length).toBeGreaterThanOrEqual(3);
    for (const { text } of commands) {
      wire.inject('up', text);
      // Under another id the hub, too, takes it for a new one.
      wire.inject('up', text.replace(/ id=(["'])[^"']*\1/, ' id="again"'));
    }
    await expectInStep();
    expect(home.player.calls).toEqual([...before, 'setVolume']);
    expect(home.player.state.currentTime).toBe(20);
  });

  it('plays a whole recorded session again, and gets a stream and nothing else', async () => {
    await remote.media.load({ uri: film, autoplay: false });
    await remote.media.seek(10);
    const recorded = newest().frames.filter(({ direction }) => direction === 'up');
    await remote.close();
    const [calls, stored] = [[...home.player.calls], home.stored];
    const socket = new WebSocket(home.hub.webSocketUrl, 'xmpp');
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(data.toString()));
    await once(socket, 'open');
    for (const { text } of recorded) if (!text.startsWith('<close')) socket.send(text);
    socket.send("<iq xmlns='jabber:client' type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>");
    await eventually(() => heard.some((text) => /id=["']end["']/.test(text)));
    socket.terminate();
    // The login is a proof that can be repeated; nothing after it is.
    expect(heard.join()).toContain('<success ');
    expect(home.player.calls).toEqual(calls);
    expect(home.stored?.accounts).toHaveLength(stored?.accounts.length ?? 0);
    const victim = home.connect(known);
    await present(victim);
    await expectInStep(victim);
  });

  it('sends the TV’s words back to it, and the remote’s back to it, to no effect', async () => {
    await remote.media.load({ uri: film, autoplay: false });
    await remote.volume.set(0.5);
    const wire = newest();
    const errors: Error[] = [];
    remote.on('error', (error) => errors.push(error));
    const [calls, state] = [[...home.player.calls], JSON.stringify(remote.media.value)];
    const spoken = wire.frames.filter(({ text }) => text.includes('<sealed '));
    const sealedIn = (text: string) => parseElement(text).getChild('sealed', NS_SEAL);
    const tv = `${known.tv}/box`;
    let sent = 0;
    for (const { direction, text } of spoken) {
      const sealed = sealedIn(text);
      if (!sealed) continue;
      sent++;
      if (direction === 'down') {
        const iq = xml('iq', { xmlns: 'jabber:client', type: 'set', id: `r${sent}`, to: tv });
        wire.inject('up', iq.cnode(sealed).root().toString());
      } else {
        const message = xml('message', { xmlns: 'jabber:client', type: 'headline', from: tv });
        wire.inject('down', message.cnode(sealed).root().toString());
      }
    }
    expect(sent).toBeGreaterThan(4);
    await eventually(() => errors.length > 0);
    expect(home.player.calls).toEqual(calls);
    expect(JSON.stringify(remote.media.value)).toBe(state);
    await expectInStep();
  });
});

describe('two remotes', () => {
  it('cannot be given each other’s words', async () => {
    const mine = newest();
    const other = home.connect(await home.pairAs('guest', 'Kim'));
    await present(other);
    const theirs = newest();
    await remote.media.load({ uri: film, autoplay: false });
    await remote.media.seek(30);
    const calls = [...home.player.calls];
    for (const { text } of carrying(mine.frames, 'sealed', 'up')) theirs.inject('up', text);
    for (const { text } of carrying(mine.frames, 'sealed', 'down')) theirs.inject('down', text);
    await expectInStep(other);
    expect(home.player.calls).toEqual([...calls, 'setVolume']);
    await expectInStep();
    // The session of each is its own: neither had to make another.
    for (const { frames } of [mine, theirs])
      expect(carrying(frames, 'handshake', 'up').length).toBeLessThanOrEqual(2);
  });

  it('have sessions that go by their keys, not by the names that they say', async () => {
    const guest = await home.pairAs('guest', 'Kim');
    const thief = home.connect({ ...guest, key: { ...newRemoteKey(), public: known.key.public } });
    const refused: Error[] = [];
    thief.on('error', (error) => refused.push(error));
    await eventually(() => refused.length > 1);
    expect(thief.link.status).not.toBe('live');
    expect(thief.media.value).toBeUndefined();
    expect(thief.capabilities).toBeUndefined();
  });
});

function newRemoteKey(): { public: string; private: string } {
  const { raw, text } = newKeys();
  return { public: text, private: toBase64Url(raw) };
}

describe('somebody who drops, doubles, reorders and cuts', () => {
  it('gets every command carried out once at most, and the remote ends with the TV’s state', async () => {
    await remote.media.load({ uri: film, autoplay: false });
    const held = new Map<string, string>();
    let count = 0;
    home.middle.tamper = ({ text, direction, wire }) => {
      if (!text.includes('<sealed ')) return [text];
      count++;
      if (count % 13 === 0) wire.cut();
      if (count % 7 === 0) return [];
      if (count % 5 === 0) return [text, text];
      const before = held.get(direction);
      held.delete(direction);
      if (count % 3 === 0 && before === undefined) {
        held.set(direction, text);
        return [];
      }
      return before === undefined ? [text] : [text, before];
    };
    const before = home.player.calls.length;
    const positions = Array.from({ length: 8 }, (_, index) => index + 1);
    const outcomes = await Promise.all(
      positions.map((position) =>
        remote.media.seek(position, { timeout: 15 }).then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    home.middle.tamper = undefined;
    const seeks = home.player.calls.slice(before);
    expect(seeks.every((call) => call === 'seek')).toBe(true);
    expect(seeks.length).toBeLessThanOrEqual(positions.length);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    expect(done).toBeGreaterThan(0);
    await eventually(() => remote.link.status === 'live' && remote.tv.status === 'present', 30);
    await expectInStep();
    await eventually(() => remote.media.currentTime === home.player.state.currentTime, 20);
  }, 120_000);

  it('and cuts off the end of a command gets it carried out once, or not', async () => {
    let cuts = 0;
    home.middle.tamper = changing('up', (stanza) => {
      const sealed = stanza.getChild('sealed', NS_SEAL);
      if (!sealed || stanza.attrs.type !== 'set' || cuts > 0) return undefined;
      cuts++;
      sealed.children = [sealed.getText().slice(0, -24)];
      return stanza;
    });
    const before = home.player.calls.length;
    await remote.volume.set(0.25);
    expect(cuts).toBe(1);
    expect(home.player.calls.slice(before)).toEqual(['setVolume']);
    await expectInStep();
  });
});
