import { type Element, ProtocolError, type Session, StanzaError, xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from './index.ts';
import { startHub } from './raw-client.testing.ts';

let hub: Hub;
let tv: Session;
let remote: Session;
beforeEach(async () => {
  hub = await startHub();
  tv = hub.attach('tv@house.local/box');
  remote = hub.attach('anna@house.local/phone');
});
afterEach(() => hub.close());

const ask = (what = 'x') =>
  xml('iq', { type: 'get', to: tv.jid }, xml('ask', { xmlns: 'urn:x', what }));

describe('requests between sessions of this process', () => {
  it('are answered by sync and async handlers, with and without a payload', async () => {
    const remove = tv.handle('get', 'urn:x', () => undefined);
    expect((await remote.request(ask())).attrs).toMatchObject({ type: 'result', from: tv.jid });
    expect(() => tv.handle('get', 'urn:x', () => undefined)).toThrow('already');
    remove();
    await expect(remote.request(ask())).rejects.toMatchObject({ condition: 'service-unavailable' });
    tv.handle('get', 'urn:x', async (payload) =>
      xml('is', { xmlns: 'urn:x', what: payload.attrs.what }),
    );
    const answer = await remote.request(ask('y'));
    expect(answer.getChild('is', 'urn:x')?.attrs.what).toBe('y');
  });

  it('turn what a handler throws into the error that the interface promises', async () => {
    const seen: unknown[] = [];
    hub.on('error', (error) => seen.push(error));
    const throws = async (error: unknown, late: boolean) => {
      const remove = tv.handle('get', 'urn:x', () => {
        if (late) return Promise.reject(error);
        throw error;
      });
      const outcome = await remote.request(ask()).catch((e: unknown) => e);
      remove();
      return outcome;
    };
    const bug = new Error('a secret of the implementation');
    for (const late of [false, true]) {
      const application = { name: 'expired', xmlns: 'urn:e' };
      expect(await throws(new StanzaError('not-acceptable', { application }), late)).toMatchObject({
        condition: 'not-acceptable',
        application,
      });
      expect(await throws(new ProtocolError('malformed', 'seek', 'no time'), late)).toMatchObject({
        condition: 'bad-request',
        message: 'seek: no time',
      });
      expect(await throws(bug, late)).toMatchObject({
        condition: 'internal-server-error',
        message: 'internal-server-error',
      });
    }
    expect(seen).toEqual([bug, bug]);
  });

  it('end after their time, and when they are aborted', async () => {
    tv.handle('get', 'urn:x', () => new Promise(() => {}));
    await expect(remote.request(ask(), { timeout: 0.02 })).rejects.toMatchObject({
      code: 'timeout',
    });
    const controller = new AbortController();
    const pending = remote.request(ask(), { signal: controller.signal });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: 'aborted' });
    await expect(remote.request(ask(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('are answered only by whom they were sent to', async () => {
    const asked = new Promise<Element>((resolve) => {
      tv.handle('get', 'urn:x', (_payload, iq) => {
        resolve(iq);
        return new Promise(() => {});
      });
    });
    const pending = remote.request(ask(), { timeout: 0.1 });
    const iq = await asked;
    const liar = hub.attach('bert@house.local/x');
    liar.send(xml('iq', { type: 'result', id: iq.attrs.id, to: remote.jid, from: tv.jid }));
    await expect(pending).rejects.toMatchObject({ code: 'timeout' });
  });

  it('to nobody there, or without an addressee, are answered too', async () => {
    const to = (jid: string | undefined) =>
      remote.request(xml('iq', { type: 'get', to: jid }, xml('ask', { xmlns: 'urn:x' })));
    await expect(to('tv@house.local/gone')).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
    await expect(to('tv@house.local')).rejects.toMatchObject({ condition: 'service-unavailable' });
    await expect(to('a@elsewhere.example')).rejects.toMatchObject({
      condition: 'remote-server-not-found',
    });
    await expect(to('@/')).rejects.toMatchObject({ condition: 'jid-malformed' });
    await expect(to(undefined)).rejects.toMatchObject({ condition: 'service-unavailable' });
    const ping = xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect((await remote.request(ping)).attrs.type).toBe('result');
  });
});

describe('the end of a session', () => {
  it('settles what is pending, tells the others and frees the JID', async () => {
    tv.handle('get', 'urn:x', () => new Promise(() => {}));
    tv.send(xml('presence'));
    const seen: string[] = [];
    remote.on('presence', (presence) => seen.push(`${presence.attrs.from} ${presence.attrs.type}`));
    remote.send(xml('presence'));
    const pending = tv.request(
      xml('iq', { type: 'get', to: remote.jid }, xml('ask', { xmlns: 'urn:never' })),
    );
    remote.handle('get', 'urn:x', () => undefined);
    await expect(pending).rejects.toMatchObject({ condition: 'service-unavailable' });
    const unanswered = remote.request(ask());
    await remote.close();
    await expect(unanswered).rejects.toMatchObject({ code: 'lost' });
    expect(remote.state).toEqual({ status: 'closed' });
    expect(() => remote.send(xml('presence'))).toThrow(
      expect.objectContaining({ code: 'not-online' }),
    );
    await expect(remote.request(ask())).rejects.toMatchObject({ code: 'not-online' });
    await remote.close();
    await tv.close();
    expect(seen).toContain('tv@house.local/box undefined');
    expect(seen).not.toContain('tv@house.local/box unavailable');
  });

  it('comes with conflict when the JID is taken', () => {
    const states: unknown[] = [];
    tv.on('state', (state) => states.push(state));
    const again = hub.attach('tv@house.local/box');
    expect(states).toEqual([
      { status: 'closed', error: expect.objectContaining({ code: 'conflict' }) },
    ]);
    expect(again.state.status).toBe('online');
  });

  it('does not let a listener that throws take others with it', () => {
    const seen: unknown[] = [];
    hub.on('error', (error) => seen.push(error));
    const fault = new Error('mine');
    tv.on('message', () => {
      throw fault;
    });
    tv.on('message', (message) => seen.push(message.getChildText('body')));
    remote.send(xml('message', { to: tv.jid }, xml('body', {}, 'hello')));
    expect(seen).toEqual([fault, 'hello']);
  });
});
