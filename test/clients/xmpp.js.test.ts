import { type Element, NS_PAIR, xml } from '@fjern/protocol';
import { type Client, client, xml as xmppXml } from '@xmpp/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, type Household, password, startHousehold, tvJid } from './household.ts';

let house: Household;
let started: Client | undefined;
beforeEach(async () => {
  house = await startHousehold();
});
afterEach(async () => {
  await started?.stop();
  started = undefined;
  await house.close();
});

function connect(options: { username?: string; password?: string; resource?: string }): Client {
  started = client({ service: house.url, domain, ...options });
  started.on('error', () => {});
  started.reconnect.delay = 10;
  return started;
}

async function ask(asker: Client, text: string): Promise<string | null> {
  const payload = xml('echo', { xmlns: 'urn:example:echo' }, text);
  const answer = await asker.iqCaller.request(xml('iq', { type: 'get', to: tvJid }, payload));
  return answer.getChildText('echo', 'urn:example:echo');
}

describe('@xmpp/client', () => {
  it('logs in with a password, asks and is asked', async () => {
    const anna = connect({ username: 'anna', password });
    anna.iqCallee.get('urn:example:name', 'name', () =>
      xmppXml('name', { xmlns: 'urn:example:name' }, 'Anna'),
    );
    const jid = (await anna.start()).toString();
    expect(jid).toMatch(/^anna@house\.local\//);
    expect(await ask(anna, 'hello <&> “you”')).toBe('hello <&> “you”');
    const answer = await house.tv.request(
      xml('iq', { type: 'get', to: jid }, xml('name', { xmlns: 'urn:example:name' })),
    );
    expect(answer.getChildText('name', 'urn:example:name')).toBe('Anna');
  });

  it('is told that a password is wrong', async () => {
    await expect(connect({ username: 'anna', password: 'guess' }).start()).rejects.toMatchObject({
      condition: 'not-authorized',
    });
  });

  it('comes in anonymously and may pair, and nothing else', async () => {
    const guest = connect({});
    const jid = (await guest.start()).toString();
    expect(jid).toContain('@anonymous.house.local/');
    const request = (type: 'get' | 'set', to: string, xmlns: string) =>
      guest.iqCaller.request(xml('iq', { type, to }, xml('pake', { xmlns })));
    const answer = await request('set', domain, NS_PAIR);
    expect(answer.getChild('pake', NS_PAIR)).toBeDefined();
    const forbidden = { condition: 'forbidden' };
    await expect(request('get', domain, 'urn:example:info')).rejects.toMatchObject(forbidden);
    await expect(request('set', tvJid, NS_PAIR)).rejects.toMatchObject(forbidden);
    await expect(ask(guest, 'x')).rejects.toMatchObject(forbidden);
  });

  it('resumes after the connection broke, and misses nothing', async () => {
    const anna = connect({ username: 'anna', password, resource: 'phone' });
    const bodies: (string | null)[] = [];
    anna.on('stanza', (stanza: Element) => {
      if (stanza.name === 'message') bodies.push(stanza.getChildText('body'));
    });
    const jid = (await anna.start()).toString();
    const send = (body: string) =>
      house.tv.send(xml('message', { to: jid, type: 'chat' }, xml('body', {}, body)));
    send('one');
    await expect.poll(() => bodies).toEqual(['one']);
    const gone = new Promise((resolve) => anna.once('disconnect', resolve));
    const resumed = new Promise((resolve) => anna.streamManagement.once('resumed', resolve));
    house.cut();
    await gone;
    send('two');
    await resumed;
    send('three');
    await expect.poll(() => bodies).toEqual(['one', 'two', 'three']);
    expect(anna.jid?.toString()).toBe(jid);
  });
});
