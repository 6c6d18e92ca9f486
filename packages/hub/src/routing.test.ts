import { type Element, xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from './index.ts';
import { household, RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
const accounts = household('tv', 'anna', 'bert', 'agent');
beforeEach(async () => {
  accounts.set('agent', { token: 'agent-token', exclusive: true });
  hub = await startHub({ anonymous: true, accounts: { find: (name) => accounts.get(name) } });
});
afterEach(() => hub.close());

const login = (name: string, tag?: string) => RawClient.login(hub, name, tag ? { tag } : {});
const body = (text: string) => xml('body', {}, text);
const condition = (stanza: Element) =>
  stanza
    .getChild('error')
    ?.children.map((child) => (typeof child === 'string' ? '' : child.name))
    .find((name) => name !== 'text');
const brief = (stanzas: Element[]) =>
  stanzas.map(({ name, attrs }) => [name, attrs.type ?? 'available', attrs.from].join(' '));

describe('messages', () => {
  it('reach a full JID, with the sender stamped', async () => {
    const [anna, bert] = [await login('anna'), await login('bert')];
    anna.stanza('message', { to: bert.jid, type: 'chat', id: 'm' }, body('<&>'));
    const message = await bert.next('message');
    expect(message.attrs).toMatchObject({ from: anna.jid, to: bert.jid, type: 'chat', id: 'm' });
    expect(message.getChildText('body')).toBe('<&>');
  });

  it('keep what prefixes mean on the way through', async () => {
    const [anna, bert] = [await login('anna'), await login('bert')];
    anna.send(
      `<c:message xmlns:c="jabber:client" to="${bert.jid}"/>`
        .replace(/c:message xmlns:c/, 'message xmlns')
        .replace('/>', '><p:x xmlns:p="urn:p" p:a="1"><p:y/></p:x></message>'),
    );
    const x = (await bert.next('message')).getChild('x', 'urn:p');
    expect(x?.getChild('y', 'urn:p')).toBeDefined();
    expect(x?.attrs['p:a']).toBe('1');
  });

  it('to a bare JID reach every available resource that wants them', async () => {
    const anna = await login('anna');
    const [one, two, silent, shy] = [
      await login('bert'),
      await login('bert'),
      await login('bert'),
      await login('bert'),
    ];
    one.stanza('presence', {});
    two.stanza('presence', {});
    shy.stanza('presence', {}, xml('priority', {}, '-1'));
    for (const client of [one, two, shy]) await client.sync();
    anna.stanza('message', { to: 'bert@house.local', type: 'chat' }, body('hello'));
    anna.stanza('message', { to: 'bert@house.local/gone', type: 'chat' }, body('again'));
    await anna.sync();
    for (const client of [one, two]) {
      const messages = (await client.sync()).filter((e) => e.name === 'message');
      expect(messages.map((m) => m.getChildText('body'))).toEqual(['hello', 'again']);
    }
    for (const client of [silent, shy])
      expect((await client.sync()).filter((e) => e.name === 'message')).toEqual([]);
  });

  it('that nobody can take come back, unless that could go on for ever', async () => {
    const anna = await login('anna');
    const send = (to: string, type: string) =>
      anna.stanza('message', { to, type, id: to }, body('x'));
    for (const to of ['bert@house.local', 'bert@house.local/gone', 'nobody@house.local']) {
      send(to, 'chat');
      const error = await anna.next('message');
      expect(error.attrs).toMatchObject({ type: 'error', id: to, from: to, to: anna.jid });
      expect(condition(error)).toBe('service-unavailable');
    }
    send('a@elsewhere.example', 'normal');
    expect(condition(await anna.next('message'))).toBe('remote-server-not-found');
    send('bert@house.local', 'groupchat');
    expect(condition(await anna.next('message'))).toBe('service-unavailable');
    send('x@@y', 'normal');
    expect(condition(await anna.next('message'))).toBe('jid-malformed');
    for (const type of ['error', 'headline']) send('bert@house.local/gone', type);
    expect(await anna.sync()).toEqual([]);
  });
});

describe('IQs', () => {
  it('with a wrong form are refused, answers to nobody are dropped', async () => {
    const anna = await login('anna');
    const wrong: [Record<string, string>, Element[]][] = [
      [{ id: '1' }, []],
      [{ id: '1', type: 'strange' }, [body('')]],
      [{ id: '1', type: 'get' }, []],
      [{ id: '1', type: 'set' }, [body(''), body('')]],
      [{ type: 'get' }, [body('')]],
    ];
    for (const [attrs, children] of wrong) {
      anna.stanza('iq', { to: 'tv@house.local/x', ...attrs }, ...children);
      expect(condition(await anna.next('iq'))).toBe('bad-request');
    }
    anna.stanza('iq', { to: 'tv@house.local/x', type: 'result', id: '1' });
    anna.stanza('iq', { to: 'tv@house.local/x', type: 'error', id: '1' });
    anna.stanza('iq', { to: 'tv@house.local/x', type: 'error' });
    expect(await anna.sync()).toEqual([]);
  });

  it('are answered for the domain and the own account', async () => {
    hub.service.handle('set', 'urn:example:pair', () => undefined);
    const anna = await login('anna');
    const query = (node: string) =>
      xml('query', { xmlns: `http://jabber.org/protocol/disco#${node}` });
    const info = (await anna.request('get', 'house.local', query('info'))).getChild('query');
    expect(info?.getChild('identity')?.attrs).toMatchObject({ category: 'server', type: 'im' });
    expect(info?.getChildren('feature').map((f) => f.attrs.var)).toEqual([
      'http://jabber.org/protocol/disco#info',
      'http://jabber.org/protocol/disco#items',
      'urn:example:pair',
      'urn:xmpp:ping',
    ]);
    const items = await anna.request('get', 'house.local', query('items'));
    expect(items.getChild('query')?.children).toEqual([]);
    const own = await anna.request('get', 'anna@house.local', query('info'));
    expect(own.getChild('query')?.getChild('identity')?.attrs.category).toBe('account');
    const session = xml('session', { xmlns: 'urn:ietf:params:xml:ns:xmpp-session' });
    expect((await anna.request('set', undefined, session)).attrs.type).toBe('result');
    const others = await anna.request('get', 'bert@house.local', query('info'));
    expect(condition(others)).toBe('service-unavailable');
    const roster = await anna.request(
      'get',
      undefined,
      xml('query', { xmlns: 'jabber:iq:roster' }),
    );
    expect(condition(roster)).toBe('service-unavailable');
  });
});

describe('presence', () => {
  it('goes around the household without rosters', async () => {
    const [anna, bert] = [await login('anna'), await login('bert')];
    anna.stanza('presence', {}, xml('status', {}, 'here'));
    expect(brief(await anna.sync())).toEqual([`presence available ${anna.jid}`]);
    expect(await bert.sync()).toEqual([]);
    bert.stanza('presence', {});
    const atBert = await bert.sync();
    expect(brief(atBert).sort()).toEqual(
      [`presence available ${anna.jid}`, `presence available ${bert.jid}`].sort(),
    );
    expect(atBert.find((p) => p.attrs.from === anna.jid)?.getChildText('status')).toBe('here');
    expect(brief(await anna.sync())).toEqual([`presence available ${bert.jid}`]);
    bert.stanza('presence', { type: 'unavailable' });
    await bert.sync();
    expect(brief(await anna.sync())).toEqual([`presence unavailable ${bert.jid}`]);
    bert.stanza('presence', {});
    await bert.close();
    await anna.next((e) => e.attrs.type === 'unavailable' && e.attrs.from === bert.jid);
  });

  it('is sent to one, who is told when it ends', async () => {
    const [anna, bert] = [await login('anna'), await login('bert')];
    anna.stanza('presence', { to: bert.jid });
    await anna.sync();
    expect(brief(await bert.sync())).toEqual([`presence available ${anna.jid}`]);
    // Directed to a bare JID it reaches those who are available: nobody here.
    anna.stanza('presence', { to: 'bert@house.local' });
    await anna.sync();
    expect(await bert.sync()).toEqual([]);
    await anna.close();
    expect(brief([await bert.next('presence')])).toEqual([`presence unavailable ${anna.jid}`]);
  });

  it('is told to those who ask', async () => {
    const [anna, bert] = [await login('anna'), await login('bert')];
    bert.stanza('presence', { type: 'probe', to: 'anna@house.local' });
    expect(brief(await bert.sync())).toEqual(['presence unavailable anna@house.local']);
    anna.stanza('presence', {});
    await anna.sync();
    bert.stanza('presence', { type: 'probe', to: 'anna@house.local' });
    expect(brief(await bert.sync())).toEqual([`presence available ${anna.jid}`]);
  });

  it('needs no subscriptions', async () => {
    const anna = await login('anna');
    anna.stanza('presence', { type: 'subscribe', to: 'bert@house.local', id: 's' });
    expect(condition(await anna.next('presence'))).toBe('not-allowed');
  });
});

describe('conflict', () => {
  it('ends the older of two sessions with one resource', async () => {
    const agent = '7a1c8b2e-9a44-4d0c-9a0a-6f0f0f0f0f0f';
    const bert = await login('bert');
    bert.stanza('presence', {});
    await bert.sync();
    const first = await RawClient.login(hub, 'anna', { tag: 'page', agent });
    first.stanza('presence', {});
    await bert.next('presence');
    const second = await RawClient.login(hub, 'anna', { tag: 'page', agent });
    expect(second.jid).toBe(first.jid);
    expect(await first.streamError()).toBe('conflict');
    expect(brief([await bert.next('presence')])).toEqual([`presence unavailable ${first.jid}`]);
    second.stanza('iq', { type: 'get', id: '1', to: second.jid }, xml('self', { xmlns: 'urn:x' }));
    await second.next((e) => e.attrs.type === 'get');
  });

  it('ends all older sessions of an exclusive account, with a socket and without', async () => {
    const local = hub.attach('agent@house.local/box');
    const first = await login('agent');
    expect(local.state).toMatchObject({ status: 'closed', error: { code: 'conflict' } });
    const second = await login('agent');
    expect(second.jid).not.toBe(first.jid);
    expect(await first.streamError()).toBe('conflict');
    hub.attach('agent@house.local/box');
    expect(await second.streamError()).toBe('conflict');
  });
});

describe('too many sessions of an account', () => {
  it('are refused', async () => {
    await hub.close();
    hub = await startHub({ limits: { streamsPerAccount: 2 } });
    const kept = [await login('anna'), await login('anna')];
    const client = await RawClient.connect(hub);
    await expect(login('anna')).rejects.toThrow('resource-constraint');
    for (const { ws } of kept) expect(ws.readyState).toBe(ws.OPEN);
    await client.close();
  });
});

describe('disconnect', () => {
  it('ends everything of an account at once, and nothing else', async () => {
    const [one, two, bert] = [await login('anna'), await login('anna'), await login('bert')];
    const unbound = await RawClient.connect(hub);
    accounts.delete('anna');
    hub.disconnect('anna', 'Removed by Bert.');
    for (const client of [one, two]) {
      const error = await client.next('error');
      expect(error.getChild('not-authorized')).toBeDefined();
      expect(error.getChildText('text')).toBe('Removed by Bert.');
      await client.closed;
    }
    await expect(login('anna')).rejects.toThrow('not-authorized');
    accounts.set('anna', { token: 'anna-token' });
    expect(await bert.sync()).toEqual([]);
    await unbound.close();
  });
});
