import { type Element, xml } from '@fjern/protocol';
import { type Client, client } from '@xmpp/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { prosodyPassword, startProsody, type TestServer } from './servers.ts';

/**
 * What @xmpp/client 0.14.0 does in the scenarios of session.test.ts. When one of these fails, a defect
 * was mended there, and what mends it here can go.
 */
describe('stock @xmpp/client through Prosody', () => {
  let server: TestServer;
  beforeAll(async () => {
    Object.assign(globalThis, { WebSocket });
    server = await startProsody();
  });
  afterAll(() => server?.close());

  async function start(username: string): Promise<Client> {
    const entity = client({
      service: server.service,
      domain: server.domain,
      username,
      password: prosodyPassword(username),
    });
    entity.on('error', () => {});
    entity.reconnect.delay = 20;
    await entity.start();
    // Anything sent before this upsets its count as well.
    await expect.poll(() => Reflect.get(entity.streamManagement, 'enabled')).toBe(true);
    return entity;
  }

  it('delivers messages twice after a cut, since it does not count answers', async () => {
    const tv = await start('tv');
    const phone = await start('phone');
    tv.iqCallee.get('urn:example:test', 'ask', () => xml('done', { xmlns: 'urn:example:test' }));
    const got: (string | null)[] = [];
    phone.on('stanza', (stanza: Element) => {
      if (stanza.name === 'message') got.push(stanza.getChildText('body'));
    });
    for (let i = 0; i < 5; i++)
      await phone.iqCaller.request(
        xml('iq', { type: 'get', to: String(tv.jid) }, xml('ask', { xmlns: 'urn:example:test' })),
      );
    for (const text of ['1', '2', '3'])
      await tv.send(xml('message', { to: String(phone.jid), type: 'chat' }, xml('body', {}, text)));
    await expect.poll(() => got).toEqual(['1', '2', '3']);
    const resumed = new Promise((resolve) => phone.streamManagement.once('resumed', resolve));
    server.network.cut();
    await resumed;
    await expect.poll(() => got).toEqual(['1', '2', '3', '1', '2', '3']);
    await Promise.all([tv.stop(), phone.stop()]);
  });
});
