import { type Element, NS_PAIR, NS_STANZAS, xml } from '@fjern/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hub, HubLimits } from './index.ts';
import { RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
const start = async (limits: Partial<HubLimits> = {}) => {
  hub = await startHub({ anonymous: true, limits });
};
afterEach(() => hub.close());

const condition = (stanza: Element) =>
  stanza
    .getChild('error')
    ?.children.filter((child): child is Element => typeof child !== 'string')
    .find((child) => child.getNS() === NS_STANZAS)?.name;
const pair = () => xml('pake', { xmlns: NS_PAIR });

const unbounded: Partial<HubLimits> = {
  anonymousStanzasPerSecond: Number.POSITIVE_INFINITY,
  anonymousStanzasPerAddressPerMinute: Number.POSITIVE_INFINITY,
  anonymousStanzasPerMinute: Number.POSITIVE_INFINITY,
};

const open = [`set ${NS_PAIR}`, 'get urn:xmpp:ping', 'get http://jabber.org/protocol/disco#info'];
const namespaces = [
  NS_PAIR,
  'urn:xmpp:ping',
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'http://jabber.org/protocol/pubsub',
  'urn:ietf:params:xml:ns:xmpp-session',
  'urn:xmpp:cam:0',
  'urn:xmpp:second-screen:0',
  'urn:xmpp:second-screen:seal:0',
  'urn:xmpp:second-screen:pair:0 ',
  'jabber:client',
];

/** Everything in the house that could hear a stranger, and what it heard. */
async function listen(): Promise<string[]> {
  const heard: string[] = [];
  const tv = hub.attach('tv@house.local/box');
  const sessions = { tv, service: hub.service };
  for (const [name, session] of Object.entries(sessions)) {
    for (const namespace of namespaces)
      for (const type of ['get', 'set'] as const)
        try {
          session.handle(type, namespace, () => {
            heard.push(`${name} ${type} ${namespace}`);
            return undefined;
          });
        } catch {
          // The hub's own, at the domain.
        }
    session.on('message', (message) => heard.push(`${name} ${message}`));
    session.on('presence', ({ attrs }) => {
      if (!String(attrs.from).startsWith('tv@')) heard.push(`${name} presence of ${attrs.from}`);
    });
  }
  tv.send(xml('presence'));
  return heard;
}

describe('an anonymous stream', () => {
  it('reaches nothing but pairing, whatever it sends', async () => {
    await start(unbounded);
    const heard = await listen();
    const anna = await RawClient.login(hub, 'anna');
    anna.stanza('presence', {});
    await anna.sync();
    const other = await RawClient.anonymous(hub);
    const guest = await RawClient.anonymous(hub);
    const stanzas = fc.record(
      {
        name: fc.constantFrom('iq', 'message', 'presence'),
        type: fc.constantFrom(
          ...['get', 'set', 'result', 'error', 'chat', 'headline', 'groupchat', 'normal'],
          ...['probe', 'subscribe', 'unavailable', 'nonsense'],
        ),
        to: fc.constantFrom(
          ...['house.local', 'HOUSE.local', 'house.local/x', 'anonymous.house.local', 'elsewhere'],
          ...['tv@house.local/box', 'tv@house.local', 'anna@house.local', '@', anna.jid],
          ...[other.jid, guest.jid, guest.jid.split('/')[0] ?? ''],
        ),
        id: fc.constantFrom('one', ''),
        payloads: fc.array(fc.constantFrom(...namespaces), { maxLength: 2 }),
      },
      { requiredKeys: ['name', 'payloads'] },
    );
    await fc.assert(
      fc.asyncProperty(stanzas, async ({ name, payloads, ...attrs }) => {
        heard.length = 0;
        guest.stanza(name, attrs, ...payloads.map((xmlns) => xml('x', { xmlns })));
        const answers = await guest.sync();
        const { type, to, id } = attrs;
        const key = `${type} ${payloads[0]}`;
        const allowed =
          name === 'iq' &&
          payloads.length === 1 &&
          to?.toLowerCase() === 'house.local' &&
          id !== undefined &&
          open.includes(key);
        expect(heard).toEqual(allowed && key === open[0] ? [`service ${key}`] : []);
        // RFC 6120 §8.3.1: whoever answers an error with an error may do so for ever.
        const mute = type === 'error' || (name === 'iq' && type === 'result');
        const expected = allowed ? 'result' : 'error';
        expect(answers.map((answer) => [answer.name, answer.attrs.type])).toEqual(
          mute ? [] : [[name, expected]],
        );
        if (!allowed && !mute)
          expect(condition(answers[0] as Element)).toMatch(/^(forbidden|bad-request)$/);
        expect(anna.inbox).toEqual([]);
        expect(other.inbox).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('may pair, ping, and ask what the domain is', async () => {
    await start();
    hub.service.handle('set', NS_PAIR, (_payload, iq) =>
      xml('welcome', { xmlns: NS_PAIR, who: iq.attrs.from }),
    );
    const guest = await RawClient.anonymous(hub);
    const welcome = await guest.request('set', 'house.local', pair());
    expect(welcome.getChild('welcome')?.attrs.who).toBe(guest.jid);
    const info = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
    const features = (await guest.request('get', 'house.local', info)).getChild('query');
    expect(features?.getChildren('feature').map(({ attrs }) => attrs.var)).toContain(NS_PAIR);
    expect(condition(await guest.request('get', 'house.local', pair()))).toBe('forbidden');
    expect(await guest.sync()).toEqual([]);
  });

  it('is not there for the household', async () => {
    await start();
    const guest = await RawClient.anonymous(hub);
    const anna = await RawClient.login(hub, 'anna');
    anna.stanza('presence', {});
    await anna.sync();
    const ask = xml('ask', { xmlns: 'urn:x' });
    expect(condition(await anna.request('get', guest.jid, ask))).toBe('service-unavailable');
    anna.stanza('message', { to: guest.jid, type: 'chat' });
    expect(condition(await anna.next('message'))).toBe('service-unavailable');
    expect(guest.inbox).toEqual([]);
  });

  it('is short and slow', async () => {
    await start({ anonymousSeconds: 0.3, anonymousStanzasPerSecond: 5 });
    const busy = await RawClient.anonymous(hub);
    for (let i = 0; i < 6; i++) busy.stanza('presence', {});
    expect(await busy.streamError()).toBe('policy-violation');
    expect(await (await RawClient.anonymous(hub)).streamError()).toBe('connection-timeout');
  });

  it('does not get more by coming again, and takes nothing from other addresses', async () => {
    await start({ anonymousStanzasPerAddressPerMinute: 3 });
    const answers = async (localAddress: string) => {
      const guest = await RawClient.anonymous(hub, { localAddress });
      const got = [];
      for (let i = 0; i < 2; i++)
        got.push(condition(await guest.request('set', 'house.local', pair())));
      await guest.close();
      return got;
    };
    expect(await answers('127.0.0.2')).toEqual(['service-unavailable', 'service-unavailable']);
    expect(await answers('127.0.0.2')).toEqual(['service-unavailable', 'resource-constraint']);
    expect(await answers('127.0.0.3')).toEqual(['service-unavailable', 'service-unavailable']);
  });

  it('from one address leaves room for the others', async () => {
    await start({ anonymousStreamsPerAddress: 1 });
    await RawClient.anonymous(hub, { localAddress: '127.0.0.2' });
    await expect(RawClient.anonymous(hub, { localAddress: '127.0.0.2' })).rejects.toThrow(
      'temporary-auth-failure',
    );
    await RawClient.anonymous(hub, { localAddress: '127.0.0.3' });
  });
});
