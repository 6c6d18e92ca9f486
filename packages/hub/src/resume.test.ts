import { type Element, NS_SM, NS_STANZAS, type Session, xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub, HubLimits } from './index.ts';
import { authenticate, eventually, open, RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
let tv: Session;
const start = async (limits: Partial<HubLimits> = {}) => {
  hub = await startHub({ limits });
  tv = hub.attach('tv@house.local/box');
};
beforeEach(() => start());
afterEach(() => hub.close());

const restart = async (limits: Partial<HubLimits>) => {
  await hub.close();
  await start(limits);
};
const say = (to: string, text: string) =>
  tv.send(xml('message', { to, type: 'chat' }, xml('body', {}, text)));
const bodies = (stanzas: Element[]) =>
  stanzas.filter((e) => e.name === 'message').map((e) => e.getChildText('body'));
const login = () => RawClient.login(hub, 'anna', { sm: true });
const resume = (previd: string, h: number) =>
  RawClient.login(hub, 'anna', { sm: true, resume: { previd, h } });

describe('stream management', () => {
  it('counts, on both sides', async () => {
    const client = await login();
    client.stanza('presence', {});
    client.stanza('message', { to: 'house.local/x', type: 'headline' });
    client.send(`<r xmlns="${NS_SM}"/>`);
    expect((await client.next('a')).attrs.h).toBe('2');
    // The presence came back; a burst is asked for at its end.
    for (let i = 0; i < 25; i++) say(client.jid, `${i}`);
    await client.next('r');
    client.send(`<a xmlns="${NS_SM}" h="20"/>`);
    await client.next('r');
    client.send(`<a xmlns="${NS_SM}" h="26"/>`);
    client.send(`<r xmlns="${NS_SM}"/>`);
    await client.next('a');
  });

  it('ends a stream that acknowledges what it was not sent', async () => {
    const client = await login();
    client.send(`<a xmlns="${NS_SM}" h="7"/>`);
    const error = await client.next('error');
    expect(error.getChild('undefined-condition')).toBeDefined();
    expect(error.getChild('handled-count-too-high', NS_SM)?.attrs).toMatchObject({
      h: '7',
      'send-count': '0',
    });
    await client.closed;
    const other = await login();
    other.send(`<a xmlns="${NS_SM}" h="many"/>`);
    expect(await other.streamError()).toBe('bad-format');
  });

  it('is enabled once, and after bind', async () => {
    const client = await login();
    client.send(`<enable xmlns="${NS_SM}"/>`);
    expect((await client.next('failed')).getChild('unexpected-request', NS_STANZAS)).toBeDefined();
    const plain = await RawClient.login(hub, 'anna');
    plain.send(`<enable xmlns="${NS_SM}"/>`);
    expect((await plain.next('enabled')).attrs.id).toBeUndefined();
  });
});

describe('resuming', () => {
  it('loses nothing and repeats nothing', async () => {
    const client = await login();
    const got: (string | null)[] = [];
    for (let round = 0; round < 5; round++) say(client.jid, `before ${round}`);
    for (let round = 0; round < 3; round++)
      got.push((await client.next('message')).getChildText('body'));
    let current = client;
    for (let round = 0; round < 10; round++) {
      // What is in the inbox was received; what the hub sends from now on may be lost.
      got.push(...bodies(current.inbox.splice(0)));
      const before = got.length;
      say(client.jid, `alive ${round}`);
      await current.kill();
      say(client.jid, `away ${round}`);
      const next = await RawClient.connect(hub);
      next.send(open());
      next.send(authenticate('anna', 'anna-token', { resume: { previd: client.smId, h: before } }));
      const success = await next.next('success');
      expect(success.getChildText('authorization-identifier')).toBe(client.jid);
      expect(success.getChild('resumed', NS_SM)?.attrs).toMatchObject({
        previd: client.smId,
        h: String(round),
      });
      expect(success.getChild('bound')).toBeUndefined();
      next.stanza('message', { to: tv.jid, type: 'headline' });
      // Proof that nothing else follows, and no features.
      next.send(`<r xmlns="${NS_SM}"/>`);
      await next.next('a');
      expect(next.inbox.filter((e) => e.getName() === 'features')).toHaveLength(1);
      current = next;
    }
    got.push(...bodies(current.inbox));
    const expected = Array.from({ length: 5 }, (_, i) => `before ${i}`);
    for (let round = 0; round < 10; round++) expected.push(`alive ${round}`, `away ${round}`);
    expect(got).toEqual(expected);
  });

  it('lets a request survive', async () => {
    const client = await login();
    const answer = tv.request(
      xml('iq', { type: 'get', to: client.jid }, xml('q', { xmlns: 'urn:q' })),
    );
    await client.kill();
    const again = await resume(client.smId, 0);
    const iq = await again.next('iq');
    again.stanza('iq', { type: 'result', id: iq.attrs.id, to: tv.jid });
    expect((await answer).attrs.from).toBe(client.jid);
  });

  it('takes over from a stream that seems alive', async () => {
    const client = await login();
    say(client.jid, 'one');
    const again = await resume(client.smId, 0);
    expect(again.jid).toBe(client.jid);
    expect(await client.streamError()).toBe('conflict');
    expect((await again.next('message')).getChildText('body')).toBe('one');
    say(client.jid, 'two');
    expect((await again.next('message')).getChildText('body')).toBe('two');
  });

  it('works with SASL and without SASL2', async () => {
    const client = await login();
    await client.kill();
    const again = await RawClient.connect(hub);
    again.send(open());
    const request = authenticate('anna', 'anna-token');
    request.remove('bind');
    again.send(request);
    const success = await again.next('success');
    expect(success.getChildText('authorization-identifier')).toBe('anna@house.local');
    await again.next('features');
    again.send(`<enable xmlns="${NS_SM}" resume="true"/>`);
    expect((await again.next('failed')).getChild('unexpected-request')).toBeDefined();
    again.send(`<resume xmlns="${NS_SM}" previd="nonsense" h="0"/>`);
    expect((await again.next('failed')).getChild('item-not-found')).toBeDefined();
    again.send(`<resume xmlns="${NS_SM}" previd="${client.smId}" h="x"/>`);
    expect((await again.next('failed')).getChild('bad-request')).toBeDefined();
    again.send(`<resume xmlns="${NS_SM}" previd="${client.smId}" h="0"/>`);
    expect((await again.next('resumed')).attrs.previd).toBe(client.smId);
  });

  it('is for the same account alone, and says how far an ended session came', async () => {
    const client = await login();
    client.stanza('presence', {});
    await client.next('presence');
    const options = { sm: true, resume: { previd: client.smId, h: 0 } };
    const thief = await RawClient.login(hub, 'bert', options);
    expect(thief.jid).toMatch(/^bert@/);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    await client.kill();
    hub.disconnect('anna');
    const late = await RawClient.connect(hub);
    late.send(open());
    late.send(authenticate('anna', 'anna-token', options));
    const success = await late.next('success');
    const failed = success.getChild('failed', NS_SM);
    expect(failed?.attrs.h).toBe('1');
    expect(failed?.getChild('item-not-found', NS_STANZAS)).toBeDefined();
    expect(success.getChild('bound')?.getChild('enabled', NS_SM)).toBeDefined();
  });

  it('is not possible after a goodbye, and presence ends at once then', async () => {
    const seen: string[] = [];
    tv.on('presence', (p) => seen.push(p.attrs.type ?? 'available'));
    tv.send(xml('presence'));
    seen.length = 0;
    const client = await login();
    client.stanza('presence', {});
    await eventually(() => seen.length === 1);
    await client.kill();
    const again = await resume(client.smId, 0);
    expect(seen).toEqual(['available']);
    again.send(xml('close', { xmlns: 'urn:ietf:params:xml:ns:xmpp-framing' }));
    await again.next('close');
    expect(seen).toEqual(['available', 'unavailable']);
    expect((await resume(client.smId, 0)).jid).not.toBe(client.jid);
  });
});

describe('a session that is not resumed', () => {
  it('ends after its time: requests come back, and presence ends', async () => {
    await restart({ resumeSeconds: 0.05 });
    const seen: string[] = [];
    tv.send(xml('presence'));
    tv.on('presence', (p) => seen.push(p.attrs.type ?? 'available'));
    tv.on('message', (m) => seen.push(`${m.attrs.type} ${m.attrs.from}`));
    const client = await login();
    client.stanza('presence', {});
    await eventually(() => seen.length === 1);
    const answer = tv.request(
      xml('iq', { type: 'get', to: client.jid }, xml('q', { xmlns: 'urn:q' })),
    );
    say(client.jid, 'lost');
    await client.kill();
    await expect(answer).rejects.toMatchObject({ condition: 'recipient-unavailable' });
    await eventually(() => seen.length === 3);
    expect(seen.slice(1).sort()).toEqual([`error ${client.jid}`, 'unavailable']);
  });

  it('ends at once when its page was left, and after the time of its account', async () => {
    const client = await login();
    const gone = new Promise<string>((resolve) => hub.on('logout', ({ jid }) => resolve(jid)));
    client.ws.close(1001);
    expect(await gone).toBe(client.jid);

    await hub.close();
    const account = { token: 'hasty-token', resumeSeconds: 0.05 };
    hub = await startHub({ accounts: { find: () => account } });
    const hasty = await RawClient.login(hub, 'hasty', { sm: true });
    const ended = new Promise<string>((resolve) => hub.on('logout', ({ jid }) => resolve(jid)));
    await hasty.kill();
    expect(await ended).toBe(hasty.jid);
  });

  it('ends at once when more comes than may be kept', async () => {
    await restart({ unackedStanzas: 10 });
    const client = await login();
    await client.kill();
    const gone = new Promise<string>((resolve) => hub.on('logout', ({ jid }) => resolve(jid)));
    const errors: string[] = [];
    tv.on('message', (m) => errors.push(m.attrs.type));
    // Until the hub knows that the socket is gone, these are sent into it.
    for (let i = 0; i < 30; i++) {
      say(client.jid, `${i}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await gone).toBe(client.jid);
    expect(errors.length).toBeGreaterThan(0);
  });

  it('makes room for a new one of the same account', async () => {
    await restart({ streamsPerAccount: 2 });
    const [one, two] = [await login(), await login()];
    await one.kill();
    const third = await RawClient.connect(hub);
    third.send(open());
    third.send(authenticate('anna', 'anna-token'));
    await third.next('features');
    expect(two.ws.readyState).toBe(two.ws.OPEN);
  });
});

describe('a client that never acknowledges', () => {
  it('stays online, and can be resumed only if it did receive', async () => {
    await restart({ unackedStanzas: 10 });
    const client = await login();
    for (let i = 0; i < 50; i++) say(client.jid, `${i}`);
    await eventually(() => bodies(client.inbox).length === 50);
    // It got them all, and says so now.
    const again = await resume(client.smId, 50);
    expect(again.jid).toBe(client.jid);
    for (let i = 0; i < 50; i++) say(client.jid, `${i}`);
    await eventually(() => bodies(again.inbox).length === 50);
    const lost = await resume(client.smId, 60);
    expect(lost.jid).not.toBe(client.jid);
  });
});
