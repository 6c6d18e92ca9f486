import { get } from 'node:https';
import { xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCertificate } from './certificate.testing.ts';
import { createHub, type Hub, HubError } from './index.ts';
import { eventually, household, open, RawClient, startHub } from './raw-client.testing.ts';

let hub: Hub;
beforeEach(async () => {
  hub = await startHub();
});
afterEach(() => hub.close());

describe('createHub', () => {
  it('says that the port is in use', async () => {
    const second = startHub({ port: hub.port });
    await expect(second).rejects.toMatchObject({ name: 'HubError', code: 'port-in-use' });
  });

  it('refuses a certificate that is none, and a domain that is none', async () => {
    const tls = { cert: 'none', key: 'none' };
    await expect(startHub({ tls })).rejects.toMatchObject({ code: 'bad-tls' });
    await expect(startHub({ domain: 'a@b' })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(startHub({ host: '203.0.113.1' })).rejects.toMatchObject({
      code: 'listen-failed',
    });
  });

  it('listens on all addresses without a host', async () => {
    const accounts = household('tv');
    const everywhere = await createHub({
      domain: 'x.local',
      accounts: { find: (n) => accounts.get(n) },
    });
    const response = await fetch(`http://127.0.0.1:${everywhere.port}/.well-known/host-meta.json`);
    expect(response.status).toBe(200);
    await everywhere.close();
  });
});

describe('close', () => {
  it('leaves no socket and no timer behind, whatever was going on', async () => {
    const held = () =>
      process
        .getActiveResourcesInfo()
        .filter((kind) => ['Timeout', 'TCPServerWrap', 'TCPSocketWrap'].includes(kind)).length;
    await hub.close();
    const before = held();
    hub = await startHub({ anonymous: true });
    const tv = hub.attach('tv@house.local/box');
    tv.handle('get', 'urn:x', () => new Promise(() => {}));
    const anna = await RawClient.login(hub, 'anna', { sm: true });
    const away = await RawClient.login(hub, 'bert', { sm: true });
    const silent = await RawClient.connect(hub);
    await RawClient.anonymous(hub);
    await away.kill();
    tv.send(xml('message', { to: anna.jid, type: 'chat' }, xml('body', {}, 'x')));
    tv.send(xml('message', { to: away.jid, type: 'chat' }, xml('body', {}, 'x')));
    const lost = tv.request(xml('iq', { type: 'get', to: anna.jid }, xml('q', { xmlns: 'urn:x' })));
    const [outcome] = await Promise.all([lost.catch((error: unknown) => error), hub.close()]);
    expect(outcome).toBeInstanceOf(Error);
    expect(tv.state).toEqual({ status: 'closed' });
    await Promise.all([anna.closed, silent.closed]);
    await eventually(() => held() <= before);
  });
});

describe('with a certificate', () => {
  it('speaks https and wss, and nothing else', async () => {
    const secure = await startHub({ tls: testCertificate });
    const body = await new Promise<string>((resolve, reject) => {
      const url = `${secure.url}/.well-known/host-meta.json`;
      get(url, { ca: testCertificate.cert }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject);
    });
    expect(body).toContain(secure.webSocketUrl);
    expect(secure.webSocketUrl).toMatch(/^wss:/);
    const origin = secure.url;
    const client = await RawClient.connect(secure, { ca: testCertificate.cert, origin });
    client.send(open());
    await client.next('features');
    await expect(fetch(secure.url.replace('https', 'http'))).rejects.toThrow();
    await client.close();
    await secure.close();
  });
});

describe('a session in this process', () => {
  it('answers a remote in the turn its request arrives, and is asked by it', async () => {
    const tv = hub.attach('tv@house.local/box');
    tv.handle('set', 'urn:x', (payload, iq) => {
      expect(iq.attrs.from).toBe(anna.jid);
      return xml('done', { xmlns: 'urn:x', was: payload.attrs.what });
    });
    const anna = await RawClient.login(hub, 'anna');
    const answer = await anna.request('set', tv.jid, xml('do', { xmlns: 'urn:x', what: 'it' }));
    expect(answer.attrs).toMatchObject({ type: 'result', from: tv.jid, to: anna.jid });
    expect(answer.getChild('done', 'urn:x')?.attrs.was).toBe('it');

    const question = tv.request(
      xml('iq', { type: 'get', to: anna.jid }, xml('q', { xmlns: 'urn:q' })),
    );
    const asked = await anna.next('iq');
    anna.stanza(
      'iq',
      { type: 'result', id: asked.attrs.id, to: tv.jid },
      xml('a', { xmlns: 'urn:q' }),
    );
    expect((await question).getChild('a', 'urn:q')).toBeDefined();
  });

  it('may not be attached outside the domain, nor to a closed hub', async () => {
    expect(() => hub.attach('tv@elsewhere/x')).toThrow(HubError);
    expect(() => hub.attach('tv@house.local')).toThrow(HubError);
    await hub.close();
    expect(() => hub.attach('tv@house.local/x')).toThrow(HubError);
  });
});
