import {
  commandNames,
  type Element,
  encodeCapabilities,
  encodeCommandResult,
  encodeGrant,
  encodeNotification,
  encodeRevocation,
  facetNames,
  NS,
  NS_PUBSUB_EVENT,
  NS_SEAL,
  parseElement,
  StanzaError,
  xml,
} from '@fjern/protocol';
import type { KnownTv, Remote } from '@fjern/remote';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  domain,
  eventually,
  film,
  type Household,
  present,
  startHousehold,
  tvJid,
} from './household.ts';
import { changing, type Wire } from './middle.ts';

let home: Household;
let known: KnownTv;
let remote: Remote;

beforeEach(async () => {
  home = await startHousehold();
  ({ known, remote } = await home.pairAndConnect('Anna’s phone'));
  await remote.media.load({ uri: film, metadata: { title: 'The Secret Film' }, autoplay: false });
});

afterEach(async () => {
  await home.close();
});

const newest = (): Wire => home.middle.wires.at(-1) as Wire;

/** Says something as the TV, with nothing of the session. */
function inject(payload: Element, from = `${tvJid}/box`): void {
  const message = xml('message', { xmlns: 'jabber:client', type: 'headline', from });
  newest().inject('down', message.cnode(payload).root().toString());
}

/** A notification as the TV makes it, with a revision that nothing can be later than. */
function notification(epoch: string): Element {
  const louder = { level: 0.99, muted: false };
  const message = encodeNotification('volume', { epoch, revision: 999_999, value: louder });
  return message.getChild('event', NS_PUBSUB_EVENT) ?? message;
}

/** An unchanged remote in a working session. */
async function expectUnmoved(level: number): Promise<void> {
  home.middle.tamper = undefined;
  expect(remote.volume.value?.level).toBe(level);
  expect(remote.link.status).toBe('live');
  await remote.volume.set(0.25);
  expect(home.player.state.level).toBe(0.25);
}

describe('what is said to the remote in the clear', () => {
  it('as news of the TV is not shown', async () => {
    await remote.volume.set(0.5);
    const epoch = presenceEpoch();
    inject(notification(epoch));
    inject(xml('envelope', { xmlns: 'urn:xmpp:sce:1' }, xml('content', {}, notification(epoch))));
    inject(
      xml('sealed', { xmlns: NS_SEAL, sid: sidInUse(), n: '99' }, notification(epoch).toString()),
    );
    await expectUnmoved(0.5);
  });

  it('as the state that it asked for is not shown', async () => {
    await remote.volume.set(0.5);
    const errors: Error[] = [];
    const again = home.connect(known);
    again.on('error', (error) => errors.push(error));
    // Every answer that the TV seals is replaced, those of the handshake too.
    home.middle.tamper = changing('down', (stanza) => {
      const handshake = stanza.getChild('handshake', NS_SEAL);
      const sealed = stanza.getChild('sealed', NS_SEAL);
      if (handshake) {
        const { id, pattern } = handshake.attrs;
        const early = (index: number, payload: Element) =>
          xml('iq', { type: 'result', id: String(index) }, payload);
        const state = [notification('e'), encodeCapabilities(madeUp), encodeGrant(madeUpGrant)];
        stanza.children = [
          xml(
            'handshake',
            { xmlns: NS_SEAL, id, pattern },
            Buffer.from(
              `<envelope xmlns='urn:xmpp:sce:1'><content>${state.map((p, i) => early(i, p)).join('')}</content></envelope>`,
            ).toString('base64'),
          ),
        ];
      } else if (sealed) stanza.children = [notification('e')];
      else return undefined;
      return stanza;
    });
    await eventually(() => errors.length > 0);
    expect(again.volume.value).toBeUndefined();
    expect(again.capabilities).toBeUndefined();
    expect(again.grant).toBeUndefined();
    home.middle.tamper = undefined;
    await present(again);
    expect(again.volume.value?.level).toBe(0.5);
    await expectUnmoved(0.5);
  });

  it('as the answer to a command settles nothing', async () => {
    const calls = home.player.calls.length;
    let replaced = 0;
    home.middle.tamper = changing('down', (stanza) => {
      if (stanza.getName() !== 'iq' || !stanza.getChild('sealed', NS_SEAL) || replaced > 0)
        return undefined;
      replaced++;
      const done = { id: 'x', facet: 'volume', epoch: presenceEpoch(), revision: 1 } as const;
      stanza.children = [encodeCommandResult(done)];
      return stanza;
    });
    await remote.volume.set(0.75);
    expect(replaced).toBe(1);
    // It asked once more, and the TV remembered.
    expect(home.player.calls.slice(calls)).toEqual(['setVolume']);
    expect(remote.volume.value?.level).toBe(0.75);
  });

  it('as the end of the pairing ends nothing', async () => {
    await remote.volume.set(0.5);
    const bye = encodeRevocation({ at: Date.now(), by: 'The neighbour', reason: 'removed' });
    for (const from of [`${tvJid}/box`, tvJid, domain]) {
      inject(parseElement(bye.toString()), from);
      inject(
        xml('envelope', { xmlns: 'urn:xmpp:sce:1' }, xml('content', {}, parseElement(String(bye)))),
        from,
      );
    }
    await expectUnmoved(0.5);
  });

  it.each([
    ['forbidden', 'not-permitted'],
    ['not-allowed', 'out-of-range'],
    ['bad-request', 'invalid-value'],
  ] as const)('as the refusal %s of a command is not the TV’s word', async (condition, code) => {
    let forged = 0;
    const calls = home.player.calls.length;
    home.middle.tamper = changing('up', (stanza, { wire }) => {
      if (!stanza.getChild('sealed', NS_SEAL) || stanza.attrs.type !== 'set' || forged > 0)
        return undefined;
      forged++;
      const error = new StanzaError(condition, {
        text: 'The neighbour says no.',
        application: { name: code, xmlns: 'urn:xmpp:second-screen:0#errors' },
      });
      const { id, to } = stanza.attrs as { id: string; to: string };
      const answer = xml('iq', { xmlns: 'jabber:client', type: 'error', id, from: to });
      wire.inject('down', answer.cnode(error.toElement()).root().toString());
      return [];
    });
    // Resolves: the remote asks whoever has the TV's key.
    await remote.volume.set(0.75);
    expect(forged).toBe(1);
    expect(home.player.calls.slice(calls)).toEqual(['setVolume']);
  });

  it('as refusals of the handshake is hearsay, never the TV’s own word', async () => {
    const again = home.connect(known);
    home.middle.tamper = changing('up', (stanza, { wire }) => {
      const handshake = stanza.getChild('handshake', NS_SEAL);
      if (!handshake) return undefined;
      const refusal = xml('message', { xmlns: 'jabber:client', type: 'error', from: tvJid });
      refusal.cnode(xml('handshake', { xmlns: NS_SEAL, ...handshake.attrs }));
      const error = new StanzaError('forbidden', { text: 'Bought by the neighbour.' });
      wire.inject('down', refusal.cnode(error.toElement()).root().toString());
      return [];
    });
    await eventually(() => again.link.status === 'lost', 30);
    const { link } = again;
    if (link.status !== 'lost') throw new Error(link.status);
    expect(link.reason.revocation).toBeUndefined();
    expect(link.reason.message).not.toContain('neighbour');
    expect(again.volume.value).toBeUndefined();
    // Nothing has happened to the pairing: the next one works.
    home.middle.tamper = undefined;
    await present(home.connect(known));
  });
});

describe('somebody who would like another protocol', () => {
  it.each([
    ['asks', 'up', 'NNpsk0'],
    ['asks', 'up', 'XX'],
    ['answers', 'down', 'NNpsk0'],
    ['answers', 'down', 'XX'],
  ] as const)('and %s (%s) in the pattern %s gets no session', async (_, direction, pattern) => {
    const victim = home.connect(known);
    let changed = 0;
    home.middle.tamper = changing(direction, (stanza) => {
      const handshake = stanza.getChild('handshake', NS_SEAL);
      if (!handshake) return undefined;
      changed++;
      handshake.attrs.pattern = pattern;
      if (direction === 'down') handshake.children = ['AAAA'];
      return stanza;
    });
    await eventually(() => changed > 0);
    expect(victim.volume.value).toBeUndefined();
    home.middle.tamper = undefined;
    await present(victim);
    expect(victim.volume.value?.level).toBe(home.player.state.level);
  });

  it('and takes away what the TV and the hub say they can do gets nothing in the clear', async () => {
    const before = home.middle.recorded.length;
    home.middle.tamper = changing('down', (stanza) => {
      if (stanza.getName() === 'presence') stanza.children = stanza.getChildren('tv', NS);
      else if (stanza.getName() === 'features')
        stanza.children = stanza.children.filter((child) => !/fast|sm:3/.test(String(child)));
      else return undefined;
      return stanza;
    });
    const again = home.connect(known);
    await eventually(() => again.volume.value !== undefined || again.link.status === 'lost', 20);
    await again.volume.set(0.6).catch(() => {});
    const said = home.middle.recorded.slice(before).join('\n');
    expect(said).not.toMatch(/<(volume|media|grant|subscribe|items|clock|setVolume)[ />]/);
    expect(said).toContain('<handshake ');
  });
});

const madeUp = {
  name: 'The neighbour’s TV',
  commands: commandNames,
  facets: facetNames,
  mediaTypes: [],
  playbackRate: { min: 1, max: 1 },
};
const madeUpGrant = {
  role: 'owner',
  commands: commandNames,
  facets: facetNames,
  manage: true,
} as const;

function presenceEpoch(): string {
  for (const text of home.middle.recorded.toReversed()) {
    const [, epoch] = /<tv [^>]*epoch=["']([^"']+)/.exec(text) ?? [];
    if (epoch !== undefined) return epoch;
  }
  throw new Error('No epoch was said.');
}

function sidInUse(): string {
  for (const text of home.middle.recorded.toReversed()) {
    const [, sid] = /<sealed [^>]*sid=["']([^"']+)/.exec(text) ?? [];
    if (sid !== undefined) return sid;
  }
  throw new Error('There is no session.');
}
